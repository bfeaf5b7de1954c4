"""Endpoints under /api/v1/."""

from django.urls import path

from syndication.api.feeds import FeedsView, ProfileView, RejectionsView
from syndication.api.listings import ExplanationView, ListingsView, ListingView

urlpatterns = [
    path("channels/<str:code>/listings", ListingsView.as_view(), name="channel-listings"),
    path("channels/<str:code>/feeds", FeedsView.as_view(), name="channel-feeds"),
    path("channels/<str:code>/profile", ProfileView.as_view(), name="channel-profile"),
    path("listings/<uuid:uid>", ListingView.as_view(), name="listing"),
    path("listings/<uuid:uid>/explanation", ExplanationView.as_view(), name="listing-explanation"),
    path("rejections", RejectionsView.as_view(), name="rejections"),
]
