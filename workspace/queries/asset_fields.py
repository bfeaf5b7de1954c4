"""What people say of an asset, as fields to fill in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from dam.models import Asset
from dam.services.assets import ALT, EDITABLE, KEYWORDS, TABLE, TEXTS, TITLE
from foundation.core.actors import Actor
from foundation.history.queries import Change, changes_of
from foundation.markets.models import Locale, Market
from workspace.queries.words import person, phrase

LINES = ("title", "creator", "credit", "copyright")
ALT_PREFIX = "alt-"
HINTS = {
    "keywords": "One a line",
    "credit": "As it is printed beside the picture",
    "usage_terms": "In the words of whoever gave the rights; licences decide",
}


@dataclass(frozen=True)
class MarketChoice:
    code: str
    name: str
    is_on: bool


@dataclass(frozen=True)
class Meanwhile:
    """What somebody else did to the asset after it was read."""

    at: datetime
    who: str
    what: str
    names: frozenset[str] = frozenset()
    """The fields that show it."""


@dataclass(frozen=True)
class AssetField:
    """`kind` is line, text, words (one a line) or markets; `value` is what stands in it, saved or not."""

    name: str
    label: str
    kind: str
    value: str
    limit: int = 0
    hint: str = ""
    error: str = ""
    saved: str = ""
    is_stale: bool = False
    meanwhile: Sequence[Meanwhile] = ()
    markets: Sequence[MarketChoice] = ()
    is_fixed: bool = False
    """True where the actor may not change it, though they may change others."""


@dataclass(frozen=True)
class AssetFields:
    may_edit: bool
    edition: int
    fields: list[AssetField]
    alts: list[AssetField]
    alts_filled: int = field(default=0)


def asset_fields(asset: Asset, *, actor: Actor) -> AssetFields:
    """All of them, in the order of the page; two queries."""
    fields = [
        asset_field(asset, name, actor=actor) for name in ("title", "caption", "keywords", "creator", "credit",
        "copyright", "usage_terms", "markets")
    ]  # fmt: skip
    alts = [_alt(asset, locale, label) for locale, label in _locales(asset)]
    filled = sum(bool(one.value) for one in alts)
    return AssetFields(actor.may("dam.edit"), asset.edition, fields, alts, filled)


def asset_field(asset: Asset, name: str, *, actor: Actor) -> AssetField:
    """One field as it is saved."""
    if name.startswith(ALT_PREFIX):
        locale = name.removeprefix(ALT_PREFIX)
        return _alt(asset, locale, dict(_locales(asset)).get(locale, locale))
    if name == "markets":
        return _markets(asset, actor)
    value = asset.title if name == "title" else asset.metadata.get(name) or ""
    if name == "keywords":
        return AssetField(name, "Keywords", "words", "\n".join(map(str, value or [])), KEYWORDS, HINTS[name])
    kind = "line" if name in LINES else "text"
    return AssetField(name, phrase(name), kind, str(value), TEXTS.get(name, TITLE), HINTS.get(name, ""))


def refused(shown: AssetField, typed: str, error: str) -> AssetField:
    """The field with what was typed, and why it was not saved."""
    return replace(shown, value=typed, error=error, markets=_ticked(shown, typed))


def overtaken(shown: AssetField, typed: str, meanwhile: Sequence[Meanwhile]) -> AssetField:
    """The field with what was typed, not saved since somebody else was faster; `saved` is what they left there."""
    return replace(
        shown, value=typed, saved=shown.value, is_stale=True, meanwhile=meanwhile, markets=_ticked(shown, typed)
    )


def field_names(asset: Asset) -> set[str]:
    """What the page may ask to change."""
    alts = {f"{ALT_PREFIX}{locale}" for locale, _ in _locales(asset)}
    return {*EDITABLE, *alts} - {"alt"}


def edits_since(asset: Asset, edition: int, *, but: Actor) -> list[Meanwhile]:
    """Who changed what of the asset after that edition, newest first; the actor's own changes are no news."""
    changes = [one for one in changes_of(TABLE, asset.pk) if _edition(one) >= edition and one.actor != but.label]
    found = []
    for one in changes:
        labels = _labels(one)
        what = ", ".join(phrase(label) for label in labels) or "Something else"
        alts = _alts(one) if "alt" in labels else frozenset[str]()
        found.append(
            Meanwhile(one.at, person(one.actor), what, frozenset(labels) & frozenset(EDITABLE) - {"alt"} | alts)
        )
    return found


def _edition(change: Change) -> int:
    return int(change.before["edition"]) if change.before else 0


def _labels(change: Change) -> list[str]:
    """The names of what it changed."""
    before, after = change.before or {}, change.after or {}
    labels = [name for name in ("title", "markets", "state") if before.get(name) != after.get(name)]
    said, now = before.get("metadata", {}), after.get("metadata", {})
    labels += [name for name in sorted(said.keys() | now.keys()) if said.get(name) != now.get(name)]
    return labels + (["version"] if before.get("current_version_id") != after.get("current_version_id") else [])


def _alts(change: Change) -> frozenset[str]:
    said, now = (((row or {}).get("metadata", {}).get("alt") or {}) for row in (change.before, change.after))
    return frozenset(f"{ALT_PREFIX}{one}" for one in said.keys() | now.keys() if said.get(one) != now.get(one))


def _ticked(shown: AssetField, typed: str) -> Sequence[MarketChoice]:
    codes = typed.split(", ")
    return [replace(one, is_on=one.code in codes) for one in shown.markets]


def _locales(asset: Asset) -> list[tuple[str, str]]:
    """The house's languages, and those in which something is said already."""
    known = dict(Locale.objects.order_by("code").values_list("code", "name"))
    alts: dict[str, Any] = asset.metadata.get("alt") or {}
    return [*known.items(), *((code, code) for code in alts if code not in known)]


def _alt(asset: Asset, locale: str, label: str) -> AssetField:
    value = (asset.metadata.get("alt") or {}).get(locale, "")
    return AssetField(f"{ALT_PREFIX}{locale}", label, "line", str(value), ALT)


def _markets(asset: Asset, actor: Actor) -> AssetField:
    """Who is limited to markets keeps an asset in theirs; one that is elsewhere too is changed by others."""
    limits = actor.within("dam.edit").limits("market")
    visible = Market.objects.visible_to(actor).order_by("name")
    choices = [MarketChoice(one.code, one.name, one.code in asset.markets) for one in visible]
    is_fixed = limits is not None and not (asset.markets and limits.issuperset(asset.markets))
    hint = "None ticked: for every market" if limits is None else ""
    return AssetField(
        "markets", "Markets", "markets", ", ".join(asset.markets), hint=hint, markets=choices, is_fixed=is_fixed
    )
