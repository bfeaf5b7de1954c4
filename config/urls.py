"""Where each room's pages and endpoints hang."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.request import Request
from rest_framework.response import Response


def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


admin.autodiscover()
# One way in, with its limits and second factors.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


class Documents(SpectacularSwaggerView):
    """The API's documents. No window is opened from them that would have to answer."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response: Response = super().get(request, *args, **kwargs)
        response.headers.pop("Cross-Origin-Opener-Policy", None)
        return response


urlpatterns = [
    path("healthz", healthz),
    path("admin/", admin.site.urls),
    path("api/openapi.json", SpectacularAPIView.as_view(), name="openapi"),
    path("api/v1/", include("foundation.accounts.urls")),
    path("api/v1/", include("foundation.jobs.urls")),
    path("api/v1/", include("foundation.audit.urls")),
    path("api/v1/", include("foundation.workflow.urls")),
    path("api/v1/", include("foundation.taxonomy.urls")),
    path("api/v1/", include("foundation.approval.urls")),
    path("api/v1/", include("associations.urls")),
    path("api/v1/", include("dam.urls")),
    path("api/v1/", include("pim.urls")),
    path("api/docs/", Documents.as_view(url_name="openapi"), name="api-docs"),
    re_path(r"^scim/v2", include("foundation.provisioning.urls")),
    path("api/v1/", include("delivery.urls")),
    path("api/v1/", include("foundation.bulk.urls")),
    path("api/v1/", include("syndication.urls")),
    path("api/v1/", include("workspace.api.urls")),
    # Last, so that a name which an endpoint has too means the page.
    path("", include("workspace.urls")),
]
