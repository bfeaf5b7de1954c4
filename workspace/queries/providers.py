"""Sign-in providers as administrators see them; a secret is not among it."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.db.models import Count
from django.urls import reverse

from foundation.accounts.models import Provider
from foundation.core.actors import Actor
from foundation.core.errors import Missing
from workspace.queries.settings import SettingRow
from workspace.queries.shown import State


def provider_rows(actor: Actor) -> list[SettingRow]:
    actor.require("accounts.manage")
    people = dict(SocialAccount.objects.order_by().values_list("provider").annotate(Count("pk")))
    return [
        SettingRow(reverse("provider_setting", args=[one.code]), one.code, one.name,
                   [one.get_kind_display(), one.issuer, f"{people.get(one.code, 0)} linked",
                    "new people may come" if one.may_create else "known people alone"],
                   None if one.is_open else State("Closed"))
        for one in Provider.objects.visible_to(actor).order_by("name")
    ]  # fmt: skip


def get_provider(code: str, *, actor: Actor) -> Provider:
    found = Provider.objects.visible_to(actor).filter(code=code).first()
    if found is None:
        raise Missing("There is no such provider", path="code")
    return found


def provider_values(provider: Provider) -> dict[str, Any]:
    names = ("code", "name", "issuer", "client_id", "subject_claim", "groups_claim", "may_create", "is_open")
    return {name: getattr(provider, name) for name in names}
