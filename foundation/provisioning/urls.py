"""Addresses of SCIM, below /scim/v2/."""

from django.urls import re_path

from foundation.provisioning.api.views import ScimView

urlpatterns = [re_path(r"^(?:/(?P<rest>.*))?$", ScimView.as_view(), name="scim")]
