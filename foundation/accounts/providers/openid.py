"""OpenID Connect: authorization code with PKCE and nonce; an ID token counts once its signature was checked."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from allauth.socialaccount.providers.openid_connect import provider as library
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest

from foundation.core import moment

# Signatures that only the provider can make: none of these is keyed by what the house knows as well.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
NEEDED = ["iss", "sub", "aud", "exp", "iat", "nonce"]
LEEWAY = 30


def nonce_of(verifier: str) -> str:
    """The nonce that goes with a PKCE verifier: both belong to one attempt of one session, and only that knows them."""
    return hashlib.sha256(f"nonce:{verifier}".encode()).hexdigest()


class OpenIDAdapter(OpenIDConnectOAuth2Adapter):
    nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        if not hasattr(self, "_openid_config"):
            found = super().openid_config
            if found.get("issuer") != self.get_provider().app.settings["server_url"]:
                raise OAuth2Error("The discovery document is of another issuer")
        return dict(self._openid_config)

    def get_access_token_data(
        self, request: HttpRequest, app: Any, client: Any, pkce_code_verifier: str | None = None
    ) -> Any:
        if not pkce_code_verifier:
            raise OAuth2Error("The attempt has no PKCE verifier")
        self.nonce = nonce_of(pkce_code_verifier)
        return super().get_access_token_data(request, app, client, pkce_code_verifier=pkce_code_verifier)

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **known: Any) -> Any:
        claims = self._verified(app.client_id, str(known["response"].get("id_token", "")))
        data = {"id_token": claims}
        if self.openid_config.get("userinfo_endpoint"):
            told = self._fetch_user_info(token.token)
            if told.get("sub") != claims["sub"]:
                raise OAuth2Error("The user info is of another subject")
            data["userinfo"] = {**claims, **told}
        return self.get_provider().sociallogin_from_response(request, data)

    def _verified(self, client_id: str, id_token: str) -> dict[str, Any]:
        """The claims of an ID token of this issuer, for this client and this attempt; raises `OAuth2Error`."""
        try:
            key, algorithm = self._key(jwt.get_unverified_header(id_token))
            claims: dict[str, Any] = jwt.decode(
                id_token, key=key, algorithms=[algorithm], issuer=self.openid_config["issuer"], audience=client_id,
                leeway=LEEWAY, options={"require": NEEDED},
            )  # fmt: skip
        except (jwt.PyJWTError, ValueError, KeyError, TypeError) as error:
            raise OAuth2Error(f"The ID token does not hold: {error}") from error
        if not hmac.compare_digest(str(claims["nonce"]), self.nonce):
            raise OAuth2Error("The ID token is of another attempt")
        if claims.get("azp", client_id) != client_id or (isinstance(claims["aud"], list) and len(claims["aud"]) > 1):
            raise OAuth2Error("The ID token is for others, too")
        return claims

    def _key(self, header: dict[str, Any]) -> tuple[Any, str]:
        algorithm = header.get("alg")
        if algorithm not in ALGORITHMS:
            raise ValueError(f"{algorithm!r} is no signature of the provider's alone")
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        keys = [one for one in answer.json()["keys"] if one.get("use", "sig") == "sig"]
        fitting = [one for one in keys if one.get("kid") == header.get("kid")] if "kid" in header else keys
        if len(fitting) != 1:
            raise ValueError("The provider has no such key")
        return jwt.PyJWK.from_json(json.dumps(fitting[0]), algorithm=algorithm).key, algorithm


class OpenIDProvider(library.OpenIDConnectProvider):
    oauth2_adapter_class = OpenIDAdapter

    def get_pkce_params(self) -> dict[str, str]:
        params = dict(generate_code_challenge())
        return {**params, "nonce": nonce_of(params["code_verifier"])}

    def get_scope(self) -> list[str]:
        return ["openid", "profile", "email", *self.app.settings["scopes"]]

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """Addresses choose where people are led afterwards, and nothing else of what the provider is asked."""
        known = super().get_redirect_from_request_kwargs(request)
        return {"process": "login", "next_url": known.get("next_url")}

    def confirm(self, request: HttpRequest) -> Any:
        """Ask the provider to ask again who is there."""
        asked = {"prompt": "login", "max_age": "0"}
        return self.redirect(request, "redirect", data=moment.now().timestamp(), auth_params=asked)

    def extract_uid(self, data: dict[str, Any]) -> str:
        return str(data["id_token"]["sub"])

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}

    def sociallogin_from_response(self, request: HttpRequest, response: dict[str, Any]) -> Any:
        login = super().sociallogin_from_response(request, response)
        login.email_addresses = []  # an address proves nobody
        claims = response.get("userinfo") or response["id_token"]
        login.groups = named(claims.get(self.app.settings["groups_claim"]))
        login.shown_at = response["id_token"].get("auth_time")
        return login


def named(value: object) -> list[str]:
    """Names of groups as providers send them: a list, or one word."""
    found = value if isinstance(value, list) else [value]
    return [one for one in found if isinstance(one, str)]
