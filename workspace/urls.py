"""Where each page is. Names are what templates call them by."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from workspace.views import (
    assets,
    home,
    imports,
    listings,
    parts,
    product_values,
    products,
    proposals,
    theme,
    work_items,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("products/", products.products, name="product_list"),
    path("products/<uuid:uid>/", products.product, name="product"),
    path("products/<uuid:uid>/values/", product_values.values, name="product_values"),
    path("products/<uuid:uid>/values/undo/", product_values.undo, name="product_values_undo"),
    path("products/<uuid:uid>/values/origin/", product_values.origin, name="product_value_origin"),
    path("products/<uuid:uid>/options/", product_values.options, name="product_options"),
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
    path("theme/", theme.choose_theme, name="theme"),
    path("parts/", parts.parts, name="parts"),
    path("login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
]
