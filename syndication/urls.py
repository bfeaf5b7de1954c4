"""Endpoints under /api/v1/."""

from django.urls import path

from syndication.api.channels import ChannelStandingView
from syndication.api.feeds import FeedMessagesView, FeedsView, FeedView, ProfileView, RejectionsView
from syndication.api.listings import ExplanationView, ListingsView, ListingView, PublicationView
from syndication.api.revisions import RevisionComparisonView, RevisionsView, RevisionView

urlpatterns = [
    path("channels/<str:code>/listings", ListingsView.as_view(), name="channel-listings"),
    path("channels/<str:code>/feeds", FeedsView.as_view(), name="channel-feeds"),
    path("channels/<str:code>/profile", ProfileView.as_view(), name="channel-profile"),
    path("channels/<str:code>/standing", ChannelStandingView.as_view(), name="channel-standing"),
    path("feeds/<uuid:uid>", FeedView.as_view(), name="feed"),
    path("feeds/<uuid:uid>/messages", FeedMessagesView.as_view(), name="feed-messages"),
    path("listings/<uuid:uid>", ListingView.as_view(), name="listing"),
    path("listings/<uuid:uid>/explanation", ExplanationView.as_view(), name="listing-explanation"),
    path("listings/<uuid:uid>/publication", PublicationView.as_view(), name="listing-publication"),
    path("listings/<uuid:uid>/revisions", RevisionsView.as_view(), name="listing-revisions"),
    path("listings/<uuid:uid>/revisions/<int:n>", RevisionView.as_view(), name="listing-revision"),
    path(
        "listings/<uuid:uid>/revisions/<int:n>/comparison", RevisionComparisonView.as_view(), name="listing-comparison"
    ),
    path("rejections", RejectionsView.as_view(), name="rejections"),
]
