"""Pages of the options of an attribute: the list, and one option's form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from foundation.core.actors import Actor
from foundation.core.pages import keyset_page
from foundation.markets.models import Channel
from pim.models import Attribute, Option
from pim.queries.options import get_attribute
from workspace.queries.records import Code
from workspace.queries.settings import SettingRow
from workspace.queries.shown import LOCALE, State
from workspace.queries.trees import Label, labels_of

PAGE = 50


@dataclass(frozen=True)
class Followed:
    attribute: Attribute

    @property
    def vocabulary(self) -> str:
        """The one whose terms the options are; empty for options of its own."""
        return str(self.attribute.validation.get("vocabulary", ""))


@dataclass(frozen=True)
class OptionList(Followed):
    name: str
    rows: list[SettingRow]
    next_cursor: str
    q: str
    retired: bool
    may_edit: bool


@dataclass(frozen=True)
class OptionPage(Followed):
    """An option's form. `version` is 0 for one that is yet to be made."""

    attribute_name: str
    code: str
    name: str
    version: int
    labels: list[Label]
    synonyms: str
    codes: list[Code]
    swatch: str
    position: str
    is_retired: bool
    may_edit: bool


def option_list_page(code: str, *, actor: Actor, q: str = "", cursor: str = "", retired: bool = False) -> OptionList:
    attribute = get_attribute(code, actor=actor)
    found = Option.objects.filter(attribute=attribute).saying(q)
    if retired:
        found = found.filter(is_retired=True)
    page = keyset_page(found, order=("position", "code"), cursor=cursor, limit=PAGE)
    return OptionList(
        attribute=attribute,
        name=attribute.label(LOCALE),
        rows=[_row(attribute, one) for one in page.rows],
        next_cursor=page.next_cursor,
        q=q,
        retired=retired,
        may_edit=actor.may("pim.define"),
    )


def _row(attribute: Attribute, one: Option) -> SettingRow:
    codes = ", ".join(f"{value} at {channel}" for channel, value in sorted(one.external_codes.items())[:3])
    shown = [fact for fact in (", ".join(one.synonyms[:3]), one.swatch, codes) if fact]
    address = reverse("option", args=[f"{attribute.code}/{one.code}"])
    return SettingRow(address, one.code, one.label(LOCALE), shown, State("Retired") if one.is_retired else None)


def option_page(found: Option, *, actor: Actor, typed: Mapping[str, Any] | None = None) -> OptionPage:
    return _page(found.attribute, found, actor, typed)


def new_option_page(code: str, *, actor: Actor, typed: Mapping[str, Any] | None = None) -> OptionPage:
    """An empty form, or one with what was typed and refused."""
    attribute = get_attribute(code, actor=actor)
    return _page(attribute, Option(attribute=attribute, version=0), actor, typed)


def _page(attribute: Attribute, found: Option, actor: Actor, typed: Mapping[str, Any] | None) -> OptionPage:
    said = typed or {
        "code": found.code, "labels": found.labels, "synonyms": found.synonyms, "swatch": found.swatch,
        "external_codes": found.external_codes,
    }  # fmt: skip
    channels = Channel.objects.visible_to(actor).values_list("code", "name")
    return OptionPage(
        attribute=attribute,
        attribute_name=attribute.label(LOCALE),
        code=said["code"],
        name=found.label(LOCALE) if found.version else f"New option of {attribute.label(LOCALE)}",
        version=found.version,
        labels=labels_of(said["labels"]),
        synonyms=", ".join(said["synonyms"]),
        codes=[Code(code, name, said["external_codes"].get(code, "")) for code, name in channels],
        swatch=said["swatch"],
        position=str(said.get("position", found.position if found.version else "")),
        is_retired=found.is_retired,
        may_edit=actor.may("pim.define"),
    )
