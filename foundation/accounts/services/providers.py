"""Identity providers: added, changed, closed; and the people who come from them."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from allauth.socialaccount.models import SocialAccount
from cryptography import x509
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser

from foundation.accounts import events
from foundation.accounts.choices import Source
from foundation.accounts.models import Provider, ProviderSecret, User
from foundation.accounts.services.groups import set_memberships
from foundation.accounts.services.people import USERNAME, create_user
from foundation.accounts.services.sign_in import end_sessions_by
from foundation.core import moment
from foundation.core.actors import Actor, system
from foundation.core.codes import SMALL_CODE
from foundation.core.errors import Conflict, Invalid, TandemError
from foundation.core.outgoing import call
from foundation.core.sealing import seal
from foundation.events.services import append_event
from foundation.history.services import recorded

LONGEST_NAME, LONGEST_SECRET, LARGEST_METADATA = 60, 1_000, 256 * 1024
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
MOST_GROUPS = 1_000
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def add_provider(
    *, code: str, kind: str, name: str, actor: Actor, issuer: str = "", client_id: str = "", secret: str = "",
    metadata: str = "", subject_claim: str = "", groups_claim: str = "", may_create: bool = False,
) -> Provider:  # fmt: skip
    """A provider that people may sign in by. Its discovery document is fetched, its SAML metadata is read, first.

    Raises `Invalid` beside the field, `Conflict` for a code or an issuer that is taken.
    """
    actor = actor.require("accounts.manage")
    if not SMALL_CODE.fullmatch(code) or code in {*Provider.Kind.values, *Source, "new"}:
        raise Invalid("A code has small letters, digits and -, 40 at most, and is not a word of ours", path="code")
    provider = Provider(code=code, kind=kind, created_at=moment.now())
    if kind == Provider.Kind.OPENID:
        provider.issuer = issuer.strip()
        provider.metadata = _discover(provider.issuer, groups_claim)
    else:
        provider.issuer, provider.metadata = _read_metadata(metadata)
    _fill(provider, name, client_id, subject_claim, groups_claim, may_create=may_create)
    if kind == Provider.Kind.OPENID and not secret:
        raise Invalid("The provider gave a secret to this house; without it nobody can come", path="secret")
    with recorded(actor):
        _require_free(provider)
        provider.save()
        _keep_secret(provider, secret)
        append_event(events.PROVIDER_CHANGED, provider.uid, code=provider.code)
    return provider


def edit_provider(
    *, provider: Provider, actor: Actor, name: str, client_id: str = "", secret: str = "", metadata: str = "",
    subject_claim: str = "", groups_claim: str = "", may_create: bool = False, is_open: bool = True,
) -> Provider:  # fmt: skip
    """Change a provider but for its code and issuer, by which people are linked; an empty secret leaves the old one.

    Closing it ends the sessions of those who came in by it.
    """
    actor = actor.require("accounts.manage")
    found = _read_metadata(metadata) if metadata and provider.kind == Provider.Kind.SAML else None
    if found and found[0] != provider.issuer:
        raise Invalid(f"This is metadata of {found[0]}; another issuer is another provider", path="metadata")
    if provider.kind == Provider.Kind.OPENID and is_open:
        found = provider.issuer, _discover(provider.issuer, groups_claim)
    with recorded(actor):
        provider = Provider.objects.select_for_update().get(pk=provider.pk)
        if provider.kind == Provider.Kind.SAML and provider.subject_claim != subject_claim:
            _require_nobody(provider)
        _fill(provider, name, client_id, subject_claim, groups_claim, may_create=may_create)
        if provider.is_open and not is_open:
            end_sessions_by(provider=provider.code, actor=actor)
        provider.is_open = is_open
        if found:
            provider.metadata = found[1]
        provider.save()
        _keep_secret(provider, secret)
        append_event(events.PROVIDER_CHANGED, provider.uid, code=provider.code)
    return provider


def admit_person(*, provider: Provider, subject: str, wanted: str, name: str, email: str) -> SocialAccount:
    """Somebody comes for the first time: a person without roles, linked by issuer and subject and by nothing else."""
    actor = system(f"provider:{provider.code}")
    with recorded(actor):
        user = create_user(username=_free_name(wanted), name=name[:150], email=email[:254], actor=actor)
        return SocialAccount.objects.create(user=user, provider=provider.code, uid=subject)


def place_person(*, user: User, provider: Provider, groups: Sequence[str]) -> None:
    """Somebody is in those of our groups that the provider names, as far as it is asked; they hold the roles."""
    if provider.groups_claim:
        actor = system(f"provider:{provider.code}")
        set_memberships(user=user, names=groups[:MOST_GROUPS], source=provider.code, actor=actor)


def unlink_person(*, user: User, code: str, actor: Actor) -> int:
    """Take a provider's way in away from somebody; how many. Raises `Conflict` where it is one's own only one."""
    if actor.user_id != user.pk:
        actor = actor.require("accounts.manage")
    with recorded(actor):
        user = User.objects.select_for_update().get(pk=user.pk)
        others = SocialAccount.objects.filter(user=user).exclude(provider=code)
        if not user.has_usable_password() and not others.exists():
            raise Conflict("They could not sign in any more; a password comes first", path="provider")
        gone = int(SocialAccount.objects.filter(user=user, provider=code).delete()[0])
        if gone:
            set_memberships(user=user, names=[], source=code, actor=system(f"provider:{code}"))
            append_event(events.USER_CHANGED, user.uid, username=user.username)
    return gone


def _discover(issuer: str, groups_claim: str) -> dict[str, Any]:
    """What the issuer says of itself; raises `Invalid` where that will not do."""
    parts = urlsplit(issuer)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise Invalid("An issuer is an address that begins with https://", path="issuer")
    try:
        answer = call("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration", seconds=10, max_bytes=256 * 1024)
        found = json.loads(answer.content) if answer.status == 200 else {}
    except TandemError as error:
        raise Invalid(f"Its discovery document cannot be had: {error.detail}", path="issuer") from error
    except ValueError:
        found = {}
    if not isinstance(found, dict) or found.get("issuer") != issuer:
        raise Invalid("There is no discovery document of this issuer; give it as the provider spells it", path="issuer")
    if missing := [name for name in ENDPOINTS if not isinstance(found.get(name), str)]:
        raise Invalid(f"Its discovery document does not name {missing[0]}", path="issuer")
    if "S256" not in found.get("code_challenge_methods_supported", ["S256"]):
        raise Invalid("It does not know PKCE with S256", path="issuer")
    offered = found.get("scopes_supported") or []
    return {"scopes": [groups_claim] if groups_claim and groups_claim in offered else []}


def _read_metadata(text: str) -> tuple[str, dict[str, Any]]:
    """Entity id, and what is needed of a SAML provider's metadata; raises `Invalid`."""
    if not text.strip():
        raise Invalid("Paste the metadata that the provider offers", path="metadata")
    if len(text) > LARGEST_METADATA or "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Invalid("This is not the metadata of one provider: too long, or with a DOCTYPE", path="metadata")
    try:
        found = OneLogin_Saml2_IdPMetadataParser.parse(text.strip().encode())["idp"]
    except Exception as error:  # the parser raises whatever XML makes it raise
        raise Invalid("This cannot be read as SAML metadata", path="metadata") from error
    sso = found.get("singleSignOnService", {}).get("url", "")
    several = found.get("x509certMulti", {}).get("signing", [])
    certificates = several or [one for one in [found.get("x509cert")] if one]
    if not found.get("entityId") or not sso.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise Invalid("It names no provider with a sign-in address for HTTP-Redirect, by https", path="metadata")
    if not certificates or not all(map(_is_certificate, certificates)):
        raise Invalid("It holds no certificate to check signatures by", path="metadata")
    return found["entityId"], {"sso_url": sso, "certificates": ["".join(one.split()) for one in certificates]}


def _is_certificate(text: str) -> bool:
    try:
        x509.load_der_x509_certificate(base64.b64decode(text))
    except ValueError:
        return False
    return True


def _fill(
    provider: Provider, name: str, client_id: str, subject_claim: str, groups_claim: str, *, may_create: bool
) -> None:
    if not 0 < len(name.strip()) <= LONGEST_NAME:
        raise Invalid(f"A provider has a name of at most {LONGEST_NAME} characters, for the button", path="name")
    if provider.kind == Provider.Kind.OPENID and not client_id.strip():
        raise Invalid("The provider knows this house by a client id", path="client_id")
    provider.name, provider.client_id = name.strip(), client_id.strip()
    provider.subject_claim = subject_claim.strip() if provider.kind == Provider.Kind.SAML else ""
    provider.groups_claim, provider.may_create = groups_claim.strip(), may_create


def _keep_secret(provider: Provider, secret: str) -> None:
    if len(secret) > LONGEST_SECRET:
        raise Invalid("No provider gives a secret as long as this", path="secret")
    if secret:
        ProviderSecret.objects.update_or_create(provider=provider, defaults={"sealed": seal(secret)})


def _require_free(provider: Provider) -> None:
    if Provider.objects.filter(code=provider.code).exists():
        raise Conflict("There is a provider of this code", path="code")
    if Provider.objects.filter(issuer=provider.issuer).exists():
        path = "issuer" if provider.kind == Provider.Kind.OPENID else "metadata"
        raise Conflict(f"There is a provider of the issuer {provider.issuer} already", path=path)


def _require_nobody(provider: Provider) -> None:
    if SocialAccount.objects.filter(provider=provider.code).exists():
        raise Conflict("People are linked by what names them now; add another provider", path="subject_claim")


def _free_name(wanted: str) -> str:
    """A sign-in name like the wanted one that nobody has."""
    base = "".join(USERNAME.findall(wanted))[:140] or "person"
    taken = set(User.objects.filter(username__istartswith=base).values_list("username", flat=True))
    folded = {one.casefold() for one in taken}
    names: Sequence[str] = [base, *(f"{base}-{number}" for number in range(2, len(taken) + 3))]
    return next(one for one in names if one.casefold() not in folded)
