"""What may be done to many products at once: placing them, and setting one value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from foundation.bulk.registry import (
    Noun,
    Parameters,
    Rows,
    Shown,
    Verb,
    choice_of,
    read_parameters,
    register_noun,
    register_verbs,
)
from foundation.core.actors import Actor
from foundation.core.errors import Invalid, TandemError
from foundation.history.queries import Trace
from foundation.markets.models import Locale, Scope
from foundation.markets.queries import get_market
from pim.checks import Refusal, check_value
from pim.choices import ANY_LOCALE, AttributeType, PlacementState
from pim.errors import BadValue
from pim.models import Attribute, Override, Placement, Product, ProductValues
from pim.queries.book import read_rule
from pim.queries.records import find_named
from pim.services.bulk_categories import Classify
from pim.services.choosing import choose_record
from pim.services.drafts import ProductDraft, ValueDraft
from pim.services.placements import forget_placement, place_product, reset_placement, withdraw_product
from pim.services.reading import note_many_read
from pim.services.values import set_each_value

SET, CLEAR, APPEND, REMOVE = "set", "clear", "append", "remove"
REASON = 500


def offer_product_verbs() -> None:
    """Offer products and their verbs."""
    register_noun(Noun("product", Product.objects.visible_to, str))
    register_verbs(Place(), Withdraw(), Value(), Classify())


class _Placing(Verb):
    """The word on one channel in one market."""

    noun = "product"
    permission = "pim.place"

    def check(self, given: Parameters, actor: Actor) -> dict[str, Any]:
        checked = read_parameters(given, "channel", "market", "reason")
        place = {name: checked.get(name) for name in ("channel", "market")}
        named = all(isinstance(code, str) for code in place.values())
        scopes = Scope.objects.visible_to(actor)
        served = scopes.filter(channel__code=place["channel"], market__code=place["market"]) if named else scopes.none()
        if not served.exists():
            raise Invalid("Choose a channel and a market that it serves", path="market")
        reason = checked.get("reason")
        if not isinstance(reason, str) or not reason.strip() or len(reason) > REASON:
            raise Invalid(f"Say why, in at most {REASON} characters: it stays with the placement", path="reason")
        return {**place, "reason": reason.strip()}

    def images(self, ids: Sequence[int], parameters: Parameters) -> dict[int, Any]:
        told = {
            pk: {"state": state, "reason": why} for pk, state, why in self._rows(ids, parameters, "state", "reason")
        }
        return {pk: told.get(pk) for pk in ids}

    def spell(self, image: Any, parameters: Parameters) -> str:
        return f"{image['state'].capitalize()}: {image['reason']}" if image else ""

    def restore(self, subject: Any, image: Any, parameters: Parameters, actor: Actor) -> None:
        place = {"channel": parameters["channel"], "market": parameters["market"]}
        if image is None:
            forget_placement(subject, **place, actor=actor)
        else:
            reset_placement(subject, **place, **image, actor=actor)

    def restorable(self, ids: Sequence[int], actor: Actor) -> Rows:
        """Products as such: whether the placement is theirs to change back is for `reset_placement` to say."""
        return Product.objects.filter(pk__in=ids)

    def traces(self, ids: Sequence[int], parameters: Parameters) -> dict[int, list[Trace]]:
        found: dict[int, list[Trace]] = {pk: [] for pk in ids}
        for product, pk in self._rows(ids, parameters, "pk"):
            found[product] = [Trace("pim_placement", pk, ("state",)), Trace("pim_placement", pk, ("reason",))]
        return found

    def _rows(self, ids: Sequence[int], parameters: Parameters, *fields: str) -> Iterable[Any]:
        rows = Placement.objects.filter(product_id__in=ids, channel__code=parameters["channel"])
        return rows.filter(market__code=parameters["market"]).values_list("product_id", *fields)


class Place(_Placing):
    name = "pim.place"
    label = "Place"

    def sentence(self, parameters: Parameters) -> str:
        return f"Place on {parameters['channel']} in {parameters['market']}"

    def change(self, subject: Any, parameters: Parameters, actor: Actor) -> None:
        if not _is(subject, parameters, PlacementState.PLACED):
            place_product(subject, actor=actor, **parameters)


class Withdraw(_Placing):
    name = "pim.withdraw"
    label = "Withdraw"

    def sentence(self, parameters: Parameters) -> str:
        return f"Withdraw from {parameters['channel']} in {parameters['market']}"

    def change(self, subject: Any, parameters: Parameters, actor: Actor) -> None:
        if not _is(subject, parameters, PlacementState.WITHDRAWN):
            withdraw_product(subject, actor=actor, **parameters)


def _is(product: Product, parameters: Parameters, state: PlacementState) -> bool:
    """A placement that is so already keeps the reason it was given."""
    rows = Placement.objects.filter(product=product, state=state, channel__code=parameters["channel"])
    return rows.filter(market__code=parameters["market"]).exists()


class Value(Verb):
    """One attribute's own value in one cell."""

    name = "pim.value"
    noun = "product"
    permission = "pim.edit"
    label = "Set a value"

    def check(self, given: Parameters, actor: Actor) -> dict[str, Any]:
        checked = read_parameters(given, "attribute", "mode", "value", "market", "locale", "reason")
        code = checked.get("attribute")
        attribute = Attribute.objects.visible_to(actor).filter(code=code).first() if isinstance(code, str) else None
        if attribute is None:
            raise Invalid("Choose an attribute that exists", path="attribute")
        if attribute.is_unique or attribute.type == AttributeType.IDENTIFIER:
            raise Invalid(f"{attribute.code} is another one for each product", path="attribute")
        is_listing = attribute.type == AttributeType.MULTI_SELECT
        mode = choice_of(checked, "mode", *((APPEND, SET, REMOVE, CLEAR) if is_listing else (SET, CLEAR)))
        reason = checked.get("reason") or ""
        if not isinstance(reason, str) or len(reason) > REASON:
            raise Invalid(f"A reason is a text of at most {REASON} characters", path="reason")
        market, locale = self._cell(checked, attribute, actor)
        if market and mode != CLEAR and not reason.strip():
            raise Invalid(f"Say why {market} has a value of its own", path="reason")
        value = None if mode == CLEAR else _typed(attribute, checked.get("value"))
        return {
            "attribute": attribute.code, "mode": mode, "value": value, "market": market, "locale": locale,
            "reason": reason.strip(),
        }  # fmt: skip

    def _cell(self, given: dict[str, Any], attribute: Attribute, actor: Actor) -> tuple[str | None, str]:
        market, locale = given.get("market") or None, given.get("locale") or ANY_LOCALE
        if market is None and actor.limits("market") is not None:
            raise Invalid("Choose one of your markets: shared values are not yours to change", path="market")
        if market is not None:
            if not attribute.is_market_overridable:
                raise Invalid(f"{attribute.code} is the same in all markets", path="market")
            if not isinstance(market, str) or not actor.sees("market", market):
                raise Invalid(f"There is no market {market!r}", path="market")
            get_market(market)
        if not isinstance(locale, str) or (locale != ANY_LOCALE and not Locale.objects.filter(pk=locale).exists()):
            raise Invalid(f"There is no locale {locale!r}", path="locale")
        if locale != ANY_LOCALE and not attribute.is_localizable:
            raise Invalid(f"{attribute.code} is the same in all languages", path="locale")
        return market, locale

    def sentence(self, parameters: Parameters) -> str:
        where = [parameters["market"] or "", "" if parameters["locale"] == ANY_LOCALE else parameters["locale"]]
        place = f" ({', '.join(filter(None, where))})" if any(where) else ""
        name, told = f"{parameters['attribute']}{place}", spell_value(parameters["value"])
        return {
            SET: f"Set {name} to {told}", CLEAR: f"Clear {name}",
            APPEND: f"Add {told} to {name}", REMOVE: f"Remove {told} from {name}",
        }[parameters["mode"]]  # fmt: skip

    def images(self, ids: Sequence[int], parameters: Parameters) -> dict[int, Any]:
        """The product's own value, with the reason and the end of a market's own."""
        code, found = parameters["attribute"], dict.fromkeys(ids)
        for product, vals in self._rows(ids, parameters).values_list("product_id", "vals"):
            if code in vals:
                found[product] = {"value": vals[code]}
        if parameters["market"]:
            overrides = Override.objects.filter(product_id__in=ids, attribute__code=code)
            for row in overrides.filter(cell__market__code=parameters["market"], cell__locale=parameters["locale"]):
                end = row.expires_at.isoformat() if row.expires_at else None
                found[row.product_id] = {**(found[row.product_id] or {}), "reason": row.reason, "expires_at": end}
        return found

    def spell(self, image: Any, parameters: Parameters) -> str:
        return spell_value(image.get("value")) if image else ""

    def carry_out(self, subjects: Iterable[Any], parameters: Parameters, actor: Actor) -> dict[int, TandemError]:
        """All of a batch in a fixed number of statements."""
        products = list(subjects)
        given: dict[int, Any] = dict.fromkeys((one.pk for one in products), parameters["value"])
        if parameters["mode"] in {APPEND, REMOVE}:
            given = self._merged([one.pk for one in products], parameters)
        drafts = [self._draft(one, given[one.pk], parameters, parameters["reason"]) for one in products]
        return _refusals(products, drafts, actor)

    def change(self, subject: Any, parameters: Parameters, actor: Actor) -> None:
        for error in self.carry_out([subject], parameters, actor).values():
            raise error

    def bring_back(
        self, pairs: Sequence[tuple[Any, Any]], parameters: Parameters, actor: Actor
    ) -> dict[int, TandemError]:
        drafts = [
            self._draft(
                product, (image or {}).get("value"), parameters, (image or {}).get("reason") or "Undone",
                expires_at=(image or {}).get("expires_at"),
            )
            for product, image in pairs
        ]  # fmt: skip
        return _refusals([product for product, _ in pairs], drafts, actor)

    def restore(self, subject: Any, image: Any, parameters: Parameters, actor: Actor) -> None:
        for error in self.bring_back([(subject, image)], parameters, actor).values():
            raise error

    def traces(self, ids: Sequence[int], parameters: Parameters) -> dict[int, list[Trace]]:
        found: dict[int, list[Trace]] = {pk: [] for pk in ids}
        for product, pk in self._rows(ids, parameters).values_list("product_id", "pk"):
            found[product] = [Trace("pim_productvalues", pk, ("vals", parameters["attribute"]))]
        return found

    def shown_to(self, actor: Actor) -> Shown:
        codes = set(Attribute.objects.visible_to(actor).values_list("code", flat=True))
        return lambda parameters: parameters["attribute"] in codes

    def note_shown(self, things: Mapping[UUID, str], parameters: Parameters, actor: Actor) -> None:
        note_many_read({sku: {parameters["attribute"]} for sku in things.values()}, actor=actor)

    def _rows(self, ids: Sequence[int], parameters: Parameters) -> Any:
        rows = ProductValues.objects.filter(product_id__in=ids, cell__locale=parameters["locale"])
        market = parameters["market"]
        return rows.filter(cell__market__code=market) if market else rows.filter(cell__market=None)

    def _merged(self, ids: Sequence[int], parameters: Parameters) -> dict[int, list[str] | None]:
        """Added to, or taken from, what is there; a market that says nothing itself begins with what is shared."""
        wanted, is_append = set(parameters["value"]), parameters["mode"] == APPEND
        own = self._said(ids, parameters)
        shared = self._said(ids, {**parameters, "market": None}) if parameters["market"] else {}
        merged: dict[int, list[str] | None] = {}
        for pk in ids:
            current = set(own.get(pk) or shared.get(pk) or ())
            becomes = current | wanted if is_append else current - wanted
            merged[pk] = own.get(pk) if becomes == current else sorted(becomes) or None
        return merged

    def _said(self, ids: Sequence[int], parameters: Parameters) -> dict[int, list[str]]:
        said = self._rows(ids, parameters).values_list("product_id", "vals")
        return {pk: vals[parameters["attribute"]] for pk, vals in said if vals.get(parameters["attribute"])}

    def _draft(
        self, product: Product, raw: Any, parameters: Parameters, reason: str, *, expires_at: str | None = None
    ) -> ProductDraft:
        end = datetime.fromisoformat(expires_at) if expires_at else None
        code, market, locale = (parameters[name] for name in ("attribute", "market", "locale"))
        value = ValueDraft(code, raw, market, locale, path=code, expires_at=end)
        return ProductDraft(sku=product.sku, values=[value], reason=reason, must_be="known")


def spell_value(value: Any) -> str:
    """A typed value in words that need no look at its attribute."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and isinstance(value[0], dict):
        return f"{len(value)} row{'' if len(value) == 1 else 's'}"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict) and value.keys() == {"amount", "unit"}:
        return f"{value['amount']} {value['unit']}"
    if isinstance(value, dict):
        return ", ".join(f"{amount} {currency}" for currency, amount in value.items())
    return f"“{value}”"


def _typed(attribute: Attribute, raw: Any) -> Any:
    try:
        rule = read_rule(attribute)
        value = check_value(rule, raw)
        if value is not None and attribute.type == AttributeType.RECORD:
            value = choose_record(rule, word=value, named=find_named(rule.record_type, [value]))
    except Refusal as refusal:
        raise BadValue(refusal.detail, path="value", reason=refusal.code, attribute=attribute.code) from None
    if value is None:
        raise Invalid("Say the value; to empty the attribute choose “Clear”", path="value")
    return value


def _refusals(products: Sequence[Product], drafts: Sequence[ProductDraft], actor: Actor) -> dict[int, TandemError]:
    plans = set_each_value(drafts, actor=actor) if drafts else []
    return {product.pk: plan.problems[0] for product, plan in zip(products, plans, strict=True) if plan.problems}
