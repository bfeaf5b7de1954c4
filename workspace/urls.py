"""Where each page is. Names are what templates call them by."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from workspace.views import assets, bulk, home, imports, listings, parts, products, proposals, theme, work_items

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
    path("bulk/", bulk.bulk_changes, name="bulk_change_list"),
    path("bulk/<uuid:uid>/", bulk.bulk_change, name="bulk_change"),
    path("bulk/<uuid:uid>/items/", bulk.bulk_items, name="bulk_items"),
    path("bulk/<uuid:uid>/preview/", bulk.bulk_preview, name="bulk_preview"),
    path("bulk/<uuid:uid>/row/", bulk.bulk_row, name="bulk_row"),
    path("bulk/<uuid:uid>/apply/", bulk.bulk_apply, name="bulk_apply"),
    path("bulk/<uuid:uid>/stop/", bulk.bulk_stop, name="bulk_stop"),
    path("bulk/<uuid:uid>/undo/", bulk.bulk_undo, name="bulk_undo"),
    path("bulk/<uuid:uid>/discard/", bulk.bulk_discard, name="bulk_discard"),
    path("theme/", theme.choose_theme, name="theme"),
    path("parts/", parts.parts, name="parts"),
    path("login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
]
