"""A product model from a file: locales, markets, channels, records, attributes, families, rules, relation types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from foundation.core.actors import Actor
from foundation.core.errors import Invalid
from foundation.history.services import recorded
from foundation.markets.models import Channel, Scope
from foundation.markets.queries import get_channel, get_market
from foundation.markets.services import define_channel, define_locale, define_market, define_scope
from pim.services.attributes import define_attribute
from pim.services.families import define_family
from pim.services.record_types import define_record_type
from pim.services.records import MAX_AT_ONCE, write_records
from pim.services.relation_types import define_relation_type
from pim.services.rules import define_rule

FORMAT = "product-model/1"
PARTS = ("locales", "markets", "channels", "record_types", "attributes", "families", "rules", "relation_types")
OPTIONAL = frozenset({"record_types", "rules", "relation_types"})
CHANNEL_KINDS = {"pull": Channel.Kind.D2C}
LEVELS = {"model": 0, "variant": -1}  # -1: the deepest


def apply_model(document: Mapping[str, Any], *, actor: Actor) -> dict[str, int]:
    """Define all that the document names, in one transaction; what it does not name stays.

    Applying the same document again changes nothing. Returns how many of each there are in it.
    """
    if document.get("format") != FORMAT:
        raise Invalid(f"The model's format is {document.get('format')!r}; {FORMAT!r} is understood", path="format")
    with recorded(actor):
        _apply_locales(document.get("locales", []), actor)
        for market in document.get("markets", []):
            define_market(
                code=market["code"],
                name=market.get("name", market["code"]),
                territories=market["territories"],
                locales=market["locales"],
                currency=market["currency"],
                units=market.get("units", "metric"),
                actor=actor,
            )
        for channel in document.get("channels", []):
            _apply_channel(channel, actor)
        for kind in document.get("record_types", []):
            _apply_record_type(kind, actor)
        for attribute in document.get("attributes", []):
            _apply_attribute(attribute, actor)
        for family in document.get("families", []):
            _apply_family(family, actor)
        for rule in document.get("rules", []):
            define_rule(**rule, actor=actor)
        for place, relation_type in enumerate(document.get("relation_types", [])):
            _apply_relation_type(relation_type, place, actor)
    return {part: len(document.get(part, [])) for part in PARTS if part in document or part not in OPTIONAL}


def _apply_locales(locales: list[Mapping[str, Any]], actor: Actor) -> None:
    """A locale falls back on the first of its list; longer chains go on from there. Targets come first."""
    named = {str(locale["code"]): locale for locale in locales}
    done: set[str] = set()

    def define(code: str, trail: tuple[str, ...]) -> None:
        if code in done or code not in named:
            return
        if code in trail:
            raise Invalid(f"The fallbacks of {code} go round in a circle", path="locales")
        steps = named[code].get("fallback", [])
        first = steps[0] if steps else None
        if first:
            define(first["locale"], (*trail, code))
        define_locale(
            code=code,
            name=named[code].get("name", code),
            fallback=first["locale"] if first else None,
            fallback_counts=bool(first and first.get("counts_as_translated")),
            actor=actor,
        )
        done.add(code)

    for code in named:
        define(code, ())


def _apply_channel(channel: Mapping[str, Any], actor: Actor) -> None:
    code = channel["code"]
    present = Channel.objects.filter(code=code).first()
    define_channel(
        code=code,
        name=channel.get("name", present.name if present else code),
        kind=CHANNEL_KINDS.get(channel["kind"], channel["kind"]),
        use=channel.get("use", present.use if present else "web"),
        asks_restricted=channel.get("clearance") == "restricted",
        endpoint=channel.get("endpoint", present.endpoint if present else ""),
        actor=actor,
    )
    for market in channel["markets"]:
        for locale in get_market(market).locales.order_by("code"):
            if not Scope.objects.filter(channel=get_channel(code), market__code=market, locale=locale).exists():
                define_scope(channel=code, market=market, locale=locale.code, actor=actor)


def _apply_record_type(kind: Mapping[str, Any], actor: Actor) -> None:
    labels, records = kind.get("labels") or {}, kind.get("records", [])
    made = define_record_type(code=kind["code"], labels=labels, fields=kind.get("fields", []), actor=actor)
    for start in range(0, len(records), MAX_AT_ONCE):
        write_records(made, documents=records[start : start + MAX_AT_ONCE], actor=actor)


def _apply_relation_type(kind: Mapping[str, Any], place: int, actor: Actor) -> None:
    define_relation_type(
        code=kind["code"],
        labels=kind.get("labels", {}),
        inverse_labels=kind.get("inverse_labels", {}),
        position=kind.get("position", place),
        is_two_way=bool(kind.get("two_way")),
        has_quantity=bool(kind.get("quantity")),
        is_market_limitable=bool(kind.get("market_limitable")),
        actor=actor,
    )


def _apply_attribute(attribute: Mapping[str, Any], actor: Actor) -> None:
    validation = dict(attribute.get("validation", {}))
    for name in ("dimension", "units", "record_type", "columns"):
        if name in attribute:
            validation[name] = attribute[name]
    define_attribute(
        code=attribute["code"],
        type=attribute["type"],
        labels=attribute.get("labels", {}),
        group=attribute.get("group", ""),
        is_localizable=bool(attribute.get("localizable")),
        is_market_overridable=bool(attribute.get("market_overridable")),
        sensitivity=attribute.get("sensitivity", "public"),
        unit=attribute.get("unit", ""),
        validation=validation,
        is_unique=bool(attribute.get("unique")),
        options=attribute.get("options", []),
        actor=actor,
    )


def _apply_family(family: Mapping[str, Any], actor: Actor) -> None:
    axes = family.get("axes", [])
    levels = axes if axes and isinstance(axes[0], list) else ([axes] if axes else [])
    names = {one["code"] for one in family["attributes"]}

    def level(one: Mapping[str, Any]) -> int:
        given = LEVELS.get(one.get("level", 0), one.get("level", 0))
        return len(levels) if given == -1 else int(given)

    define_family(
        code=family["code"],
        labels=family.get("labels", {}),
        attributes=[
            {"code": one["code"], "level": level(one), "may_override_below": bool(one.get("overridable"))}
            for one in family["attributes"]
        ],
        axes=levels,
        label_attribute=family.get("label_attribute", "name" if "name" in names else None),
        visual_axis=family.get("visual_axis"),
        required=family.get("required", {}),
        required_media=family.get("required_media", {}),
        actor=actor,
    )
