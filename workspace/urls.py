"""Where each page is. Names are what templates call them by."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from workspace.views import assets, home, imports, ingests, listings, parts, products, proposals, theme, work_items

urlpatterns = [
    path("", home.home, name="home"),
    path("products/", products.products, name="product_list"),
    path("products/<uuid:uid>/", products.product, name="product"),
    path("assets/", assets.assets, name="asset_list"),
    path("assets/<uuid:uid>/", assets.asset, name="asset"),
    path("proposals/", proposals.proposals, name="proposals"),
    path("proposals/<uuid:uid>/confirm/", proposals.confirm, name="proposal_confirm"),
    path("proposals/<uuid:uid>/reject/", proposals.reject, name="proposal_reject"),
    path("proposals/<uuid:uid>/undo/", proposals.undo, name="proposal_undo"),
    path("work/", work_items.work_items, name="work_items"),
    path("listings/", listings.listings, name="listing_list"),
    path("listings/<uuid:uid>/", listings.listing, name="listing"),
    path("imports/", imports.imports, name="import_list"),
    path("imports/<uuid:uid>/", imports.import_, name="import"),
    path("imports/<uuid:uid>/refused-rows/", imports.import_errors, name="import_errors"),
    path("imports/<uuid:uid>/cancel/", imports.import_cancel, name="import_cancel"),
    path("ingests/", ingests.ingests, name="ingest_list"),
    path("ingests/<uuid:uid>/", ingests.ingest, name="ingest"),
    path("ingests/<uuid:uid>/finish/", ingests.ingest_finish, name="ingest_finish"),
    path("ingests/<uuid:uid>/cancel/", ingests.ingest_cancel, name="ingest_cancel"),
    path("theme/", theme.choose_theme, name="theme"),
    path("parts/", parts.parts, name="parts"),
    path("login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
]
