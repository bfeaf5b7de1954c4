"""Where each page is. Names are what templates call them by."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from workspace.views import (
    assets,
    home,
    imports,
    jobs,
    listings,
    parts,
    products,
    proposals,
    saved_views,
    search,
    theme,
    work_items,
)

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
    path("jobs/", jobs.jobs, name="job_list"),
    path("jobs/tray/", jobs.tray, name="job_tray"),
    path("jobs/<uuid:uid>/", jobs.job, name="job"),
    path("jobs/<uuid:uid>/cancel/", jobs.cancel, name="job_cancel"),
    path("jobs/<uuid:uid>/resume/", jobs.resume, name="job_resume"),
    path("search/", search.search, name="search"),
    path("views/", saved_views.saved_views, name="saved_view_list"),
    path("views/counts/", saved_views.counts, name="saved_view_counts"),
    path("views/<uuid:uid>/rename/", saved_views.rename, name="saved_view_rename"),
    path("views/<uuid:uid>/share/", saved_views.share, name="saved_view_share"),
    path("views/<uuid:uid>/delete/", saved_views.delete, name="saved_view_delete"),
    path("views/<uuid:uid>/restore/", saved_views.restore, name="saved_view_restore"),
    path("theme/", theme.choose_theme, name="theme"),
    path("parts/", parts.parts, name="parts"),
    path("login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
]
