"""What people say of an asset, and taking it out of sight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dam import events
from dam.choices import KEYWORD_VOCABULARY, KEYWORDS_IN
from dam.errors import ProductFact
from dam.models import Asset
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Denied, Invalid, Missing, Stale
from foundation.events.services import append_event
from foundation.history.queries import changes_of
from foundation.history.services import recorded
from foundation.taxonomy.queries.vocabularies import agreed_words

TABLE = Asset._meta.db_table
TEXTS = {"caption": 4000, "creator": 300, "credit": 300, "copyright": 500, "usage_terms": 2000}
TITLE = 300
KEYWORDS = 100
ALT = 500
EDITABLE = ("title", "markets", "keywords", "alt", *TEXTS)
# Words by which products are described: they have one home, and it is not here.
PRODUCT_FACTS = {
    "price", "cost", "currency", "gtin", "ean", "upc", "sku", "mpn", "name", "brand", "colour", "color", "size",
    "material", "weight", "stock", "description",
}  # fmt: skip


def edit_asset(
    asset: Asset, *, changes: dict[str, Any], actor: Actor, expected: int | None = None, as_said: bool = False
) -> Asset:
    """Change title, markets or metadata; None takes a metadata value away.

    `expected` is the edition that the caller has read; another one is refused as stale. Keywords are kept as the house
    agreed on them, or with `as_said` to the letter: what is put back is what was.
    """
    actor = actor.require("dam.edit")
    checked = {name: _check(name, value) for name, value in changes.items()}
    if checked.get("keywords") and not as_said:
        checked["keywords"] = agreed_keywords(checked["keywords"])
    with recorded(actor):
        asset = lock_asset(asset, actor=actor)
        if expected is not None and expected != asset.edition:
            raise Stale(f"The asset is at edition {asset.edition}; read it again", path="edition")
        changed = [name for name, value in checked.items() if _current(asset, name) != value]
        if not changed:
            return asset
        if "markets" in changed:
            _check_markets(asset, checked["markets"], actor)
        for name in changed:
            _set(asset, name, checked[name])
        asset.edition += 1
        asset.save(update_fields=["title", "markets", "metadata", "edition"])
        append_event(events.ASSET_CHANGED, asset.uid, changed=sorted(changed), state=asset.state)
    return asset


def undo_edit(asset: Asset, *, edition: int, actor: Actor) -> Asset:
    """Put back what the edit that led to this edition changed, unless the same was changed again since."""
    actor = actor.require("dam.edit")
    with recorded(actor):
        asset = lock_asset(asset, actor=actor)
        edit = next((one for one in changes_of(TABLE, asset.pk) if _edition(one.after) == edition), None)
        if edit is None or edit.before is None or edit.after is None:
            raise Missing("This edit is too old to be undone; set the value as it should be", path="edition")
        before, after = edit.before, edit.after
        names = [name for name in EDITABLE if _said(before, name) != _said(after, name)]
        if any(_current(asset, name) != _said(after, name) for name in names):
            raise Stale("It was changed again since, so nothing was undone; read it again", path="edition")
        return edit_asset(asset, changes={name: _said(before, name) for name in names}, actor=actor, as_said=True)


def delete_asset(asset: Asset, *, actor: Actor) -> Asset:
    """Take an asset out of sight. Its bytes and history stay; the same file may come in anew."""
    actor = actor.require("dam.edit")
    with recorded(actor):
        asset = lock_asset(asset, actor=actor)
        asset.deleted_at = moment.now()
        asset.edition += 1
        asset.save(update_fields=["deleted_at", "edition"])
        append_event(events.ASSET_CHANGED, asset.uid, changed=["deleted_at"], state=asset.state)
    return asset


def lock_asset(asset: Asset, *, actor: Actor) -> Asset:
    """The asset's row, locked until the transaction ends, if the actor may see it."""
    found = Asset.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=asset.pk).first()
    if found is None:
        raise Missing("There is no such asset", path="asset")
    return found


def _edition(row: dict[str, Any] | None) -> int:
    return int(row["edition"]) if row else 0


def _said(row: dict[str, Any], name: str) -> Any:
    """What a row of history says of this."""
    return row[name] if name in {"title", "markets"} else row["metadata"].get(name)


def _check(name: str, value: Any) -> Any:
    if name.lower() in PRODUCT_FACTS:
        raise ProductFact(f"{name!r} is said of a product; set it there and bind the asset", path=name)
    match name:
        case "title":
            return _text(name, value, TITLE, required=True)
        case "keywords" if value is None:
            return None
        case "markets" | "keywords":
            return check_words(value, name=name)
        case "alt":
            return _by_locale(value)
    if name in TEXTS:
        return _text(name, value, TEXTS[name])
    known = ", ".join(EDITABLE)
    raise Invalid(f"An asset has no {name!r}; it has {known}", path=name)


def _text(name: str, value: Any, limit: int, *, required: bool = False) -> str | None:
    if value is None and not required:
        return None
    if required and isinstance(value, str) and not value.strip():
        raise Invalid(f"{name} may not be empty", path=name)
    if not isinstance(value, str) or len(value) > limit or "\x00" in value:
        raise Invalid(f"{name} must be a text of at most {limit} characters", path=name)
    return value.strip()


def check_words(value: Any, *, name: str) -> list[str]:
    """Keywords or markets without blanks and repetitions; raises `Invalid` for what is no list of texts."""
    if not isinstance(value, list) or len(value) > KEYWORDS or not all(isinstance(one, str) for one in value):
        raise Invalid(f"{name} must be a list of at most {KEYWORDS} texts", path=name)
    words = list(dict.fromkeys(one.strip() for one in value if one.strip()))
    return sorted(words) if name == "markets" else words


def agreed_keywords(words: Sequence[str]) -> list[str]:
    """Keywords in the spelling of the vocabulary `keywords`, where the house has one."""
    return agreed_words(KEYWORD_VOCABULARY, words, KEYWORDS_IN)


def _by_locale(value: Any) -> dict[str, str] | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Invalid("alt must map locales to texts", path="alt")
    if any("\x00" in str(locale) for locale in value):
        raise Invalid("alt must map locales to texts", path="alt")
    return {str(locale): _text(f"alt.{locale}", text, ALT, required=True) or "" for locale, text in value.items()}


def _check_markets(asset: Asset, markets: list[str], actor: Actor) -> None:
    """Who sees it by a reach that no market ends gives it to any; others to their own markets."""
    limits, whole = actor.limits("market"), actor.beyond("market")
    if limits is None and actor.is_anywhere_limited("market"):
        is_theirs = Asset.objects.visible_to(whole).filter(pk=asset.pk).exists()
        limits = None if is_theirs else frozenset().union(*(one.limits.get("market", ()) for one in actor.reaches))
    if limits is not None and (not markets or not limits.issuperset(markets)):
        raise Denied(f"You may give assets to {', '.join(sorted(limits))} only", path="markets")


def _current(asset: Asset, name: str) -> Any:
    return getattr(asset, name) if name in {"title", "markets"} else asset.metadata.get(name)


def _set(asset: Asset, name: str, value: Any) -> None:
    if name in {"title", "markets"}:
        setattr(asset, name, value)
    elif value is None:
        asset.metadata.pop(name, None)
    else:
        asset.metadata[name] = value
