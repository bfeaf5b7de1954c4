"""SAML 2.0: signed assertions, for this house, in answer to a request of this session, once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.socialaccount.providers.saml import provider as library
from django.core.cache import cache
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants as constants
from onelogin.saml2.errors import OneLogin_Saml2_Error
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML as xml

from foundation.core import moment

REPLAY_SECONDS = 86_400
LARGEST_RESPONSE = 512 * 1024
STABLE = {constants.NAMEID_PERSISTENT, constants.NAMEID_UNSPECIFIED, None, ""}


class Refused(Exception):
    """A response that does not hold; the text is for the log."""


def metadata_of(request: HttpRequest, app: Any) -> str:
    """What a provider is told of this house."""
    settings = OneLogin_Saml2_Settings(settings=_config(request, app), sp_validation_only=True)
    return str(settings.get_sp_metadata())


def read_response(request: HttpRequest, app: Any, *, sent: Any) -> OneLogin_Saml2_Auth:
    """The response that was posted as `sent`, checked but for its request's being ours; raises `Refused`."""
    if len(sent.POST.get("SAMLResponse", "")) > LARGEST_RESPONSE:
        raise Refused("longer than any response")
    try:
        auth = OneLogin_Saml2_Auth(_told(sent), _config(request, app))
        auth.process_response()
    except Exception as error:  # what is foreign makes parsers raise whatever they have
        raise Refused(f"{type(error).__name__}: {error}") from error
    if auth.get_errors() or not auth.is_authenticated():
        raise Refused(f"{', '.join(auth.get_errors())}: {auth.get_last_error_reason()}")
    _check_more(auth, app)
    return auth


def _check_more(auth: OneLogin_Saml2_Auth, app: Any) -> None:
    """What the library lets pass: no audience, an assertion that names no request, and a second use."""
    document = xml.to_etree(auth.get_last_response_xml())
    audiences = xml.query(document, "//saml:Conditions/saml:AudienceRestriction/saml:Audience")
    requests = {one.get("InResponseTo") for one in xml.query(document, "//saml:Subject//saml:SubjectConfirmationData")}
    if not audiences:
        raise Refused("the assertion names no audience")
    if requests != {auth.get_last_response_in_response_to()}:
        raise Refused("the assertion answers another request")
    if not cache.add(f"saml:{app.provider_id}:{auth.get_last_assertion_id()}", 1, timeout=REPLAY_SECONDS):
        raise Refused("the assertion was used before")


class SAMLProvider(library.SAMLProvider):
    def get_login_url(self, request: HttpRequest, **query: Any) -> str:
        return reverse("saml_login", args=[self.app.provider_id])

    def redirect(self, request: HttpRequest, process: str, next_url: Any = None, data: Any = None, **more: Any) -> Any:
        try:
            auth = OneLogin_Saml2_Auth(_told(request), _config(request, self.app))
        except OneLogin_Saml2_Error as error:
            raise Refused(str(error)) from error
        address = auth.login(return_to="", force_authn=bool(more.pop("force", False)))
        self.stash_redirect_state(request, process, next_url, data, state_id=auth.get_last_request_id(), **more)
        return HttpResponseRedirect(address)

    def confirm(self, request: HttpRequest) -> Any:
        """Ask the provider to ask again who is there."""
        return self.redirect(request, "redirect", data=moment.now().timestamp(), force=True)

    def extract_uid(self, data: OneLogin_Saml2_Auth) -> str:
        """The attribute that was named for it, the standard's subject-id, or a name that stays."""
        named = self.app.settings["subject_claim"] or "urn:oasis:names:tc:SAML:attribute:subject-id"
        found = data.get_attributes().get(named) or []
        if len(found) == 1 and found[0]:
            return str(found[0])
        if self.app.settings["subject_claim"] or data.get_nameid_format() not in STABLE:
            raise Refused("no subject that stays: ask for a persistent NameID, or name an attribute")
        return str(data.get_nameid())

    def extract_extra_data(self, data: OneLogin_Saml2_Auth) -> dict[str, Any]:
        return {}

    def sociallogin_from_response(self, request: HttpRequest, response: OneLogin_Saml2_Auth) -> Any:
        login = super().sociallogin_from_response(request, response)
        login.email_addresses = []  # an address proves nobody
        login.groups = list(response.get_attributes().get(self.app.settings["groups_claim"]) or [])
        document = xml.to_etree(response.get_last_response_xml())
        instants = [one.get("AuthnInstant") for one in xml.query(document, "//saml:AuthnStatement")]
        login.shown_at = datetime.fromisoformat(instants[0]).timestamp() if len(instants) == 1 else None
        return login


def _told(request: Any) -> dict[str, Any]:
    return {
        "https": "on" if request.is_secure() else "off",
        "http_host": request.get_host(),
        "script_name": request.path_info,
        "get_data": request.GET.copy(),
        "post_data": request.POST.copy(),
    }


def _config(request: HttpRequest, app: Any) -> dict[str, Any]:
    code = app.provider_id
    return {
        "strict": True,
        "security": {
            "wantAssertionsSigned": True,
            "wantNameId": False,
            "wantAttributeStatement": False,
            "requestedAuthnContext": False,
            "rejectDeprecatedAlgorithm": True,
            "allowRepeatAttributeName": True,
            "allowSingleLabelDomains": True,
        },
        "idp": {
            "entityId": app.settings["issuer"],
            "singleSignOnService": {"url": app.settings["sso_url"]},
            "x509certMulti": {"signing": app.settings["certificates"]},
        },
        "sp": {
            "entityId": request.build_absolute_uri(reverse("saml_metadata", args=[code])),
            "NameIDFormat": constants.NAMEID_PERSISTENT,
            "assertionConsumerService": {
                "url": request.build_absolute_uri(reverse("saml_acs", args=[code])),
                "binding": constants.BINDING_HTTP_POST,
            },
        },
    }
