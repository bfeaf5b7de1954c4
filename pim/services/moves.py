"""What all moves of a product model's structure share: a plan that is shown first, and carried out only as shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from foundation.core import moment
from foundation.core.actors import CATEGORY, Actor
from foundation.core.errors import Conflict, Denied, Problems, TandemError
from foundation.core.hashing import hash_document
from pim.choices import Sensitivity
from pim.errors import StaleValues
from pim.models import Attribute, Override, Product, ProductValues
from pim.queries.book import read_book
from pim.resolution import Place
from pim.services.drafts import ProductDraft, ValueDraft
from pim.services.writing import write_drafts

AT_ONCE = 1_000  # products a batch
LARGE = 2_000  # products
PlaceValues = dict[Place, Any]


@dataclass(frozen=True)
class Said:
    """A value of a product in a place, before and after a move; `why` says how it came so."""

    sku: str
    attribute: str
    market: str | None
    locale: str
    before: Any
    after: Any
    why: str = ""


@dataclass
class Move:
    """What a move would do: which own values it writes and clears, and of what products then answer otherwise.

    `losses` are values that products have no more, `gains` values that they inherit and had not. Neither happens
    unless the caller accepts it. `digest` names exactly this plan.
    """

    writes: list[Said] = field(default_factory=list)
    losses: list[Said] = field(default_factory=list)
    gains: list[Said] = field(default_factory=list)
    problems: list[TandemError] = field(default_factory=list)
    products: set[str] = field(default_factory=set)

    @property
    def digest(self) -> str:
        told = [[vars(one) for one in part] for part in (self.writes, self.losses, self.gains)]
        return hash_document([told, [one.detail for one in self.problems]])

    def change(self, sku: str, attribute: str, before: PlaceValues, after: PlaceValues) -> None:
        """Let a product's own values of an attribute become these."""
        for place in sorted(before.keys() | after.keys(), key=_spelled):
            if before.get(place) != after.get(place):
                self.writes.append(Said(sku, attribute, *place, before.get(place), after.get(place)))
                self.products.add(sku)

    def lose(self, sku: str, attribute: str, values: PlaceValues, why: str) -> None:
        self.losses += [
            Said(sku, attribute, *place, values[place], None, why) for place in sorted(values, key=_spelled)
        ]

    def gain(self, sku: str, attribute: str, values: PlaceValues, why: str) -> None:
        places = sorted(values, key=_spelled)
        self.gains += [Said(sku, attribute, *place, None, values[place], why) for place in places]

    def add(self, other: Move, *, but: str) -> None:
        """All that another plan says, but for problems of one reason."""
        self.writes += other.writes
        self.losses += other.losses
        self.gains += other.gains
        self.products |= other.products
        self.problems += [one for one in other.problems if one.extra.get("reason") != but]

    def require_consent(self, *, accept: bool, seen: str | None, minds_gains: bool = True) -> None:
        """Only as it was shown, without problems, and without losses that nobody accepted."""
        if seen is not None and seen != self.digest:
            raise StaleValues("Something changed since you looked: see what would happen now", path="seen")
        if self.problems:
            raise self.problems[0] if len(self.problems) == 1 else Problems(self.problems)
        if (self.losses or (self.gains and minds_gains)) and not accept:
            text = f"{len(self.losses)} values would be lost and {len(self.gains)} would be new: say that you accept it"
            raise Conflict(text, path="accept", losses=len(self.losses), gains=len(self.gains))


@dataclass(frozen=True)
class Reasons:
    """Of each override the reason and the end, which go where its value goes."""

    known: Mapping[tuple[str, str, Place], tuple[str, datetime | None]]

    def of(self, sources: Iterable[str], attribute: str, place: Place) -> tuple[str, datetime | None]:
        return next((self.known[sku, attribute, place] for sku in sources if (sku, attribute, place) in self.known),
                    ("", None))  # fmt: skip


def _spelled(place: Place) -> tuple[str, str]:
    return place[0] or "", place[1]


def require_whole(actor: Actor, *, codes: Iterable[str]) -> Actor:
    """Who moves values edits them in all markets and branches, and may see all of these attributes."""
    actor = actor.require("pim.edit")
    if actor.is_limited("market", CATEGORY):
        raise Denied("This moves values of all markets: who is limited to some does not do it")
    hidden = set(codes) - set(Attribute.objects.visible_to(actor).values_list("code", flat=True))
    if hidden & set(Attribute.objects.values_list("code", flat=True)):
        raise Denied("This moves values of attributes that you may not see")
    return actor


def said_of(products: Sequence[int], *, codes: Iterable[str] | None = None) -> dict[int, dict[str, PlaceValues]]:
    """The own values of products, by attribute and place."""
    found: dict[int, dict[str, PlaceValues]] = {}
    rows = ProductValues.objects.filter(product_id__in=products)
    wanted = None if codes is None else set(codes)
    for product, market, locale, vals in rows.values_list("product_id", "cell__market__code", "cell__locale", "vals"):
        for code, value in vals.items():
            if wanted is None or code in wanted:
                found.setdefault(product, {}).setdefault(code, {})[market, locale] = value
    return found


def reasons_of(products: Sequence[int]) -> Reasons:
    """Why the markets' own values of products differ."""
    rows = Override.objects.filter(product_id__in=products)
    fields = ("product__sku", "attribute__code", "cell__market__code", "cell__locale", "reason", "expires_at")
    return Reasons({(sku, code, (market, locale)): (reason, ends)
                    for sku, code, market, locale, reason, ends in rows.values_list(*fields)})  # fmt: skip


def carry_out_move(
    move: Move, *, reasons: Reasons, sources: Mapping[str, Sequence[str]], actor: Actor, reason: str,
    clears_first: bool = False,
) -> None:  # fmt: skip
    """Write what the plan says, inside the running `recorded` block. `sources` are the products whose reasons a
    product's new overrides take over. With `clears_first` a unique value is at one product at any moment.
    """
    for is_clearing in (True, False) if clears_first else (None,):
        drafts: dict[str, list[ValueDraft]] = {}
        for one in move.writes:
            if is_clearing is None or (one.after is None) == is_clearing:
                why, ends = reasons.of([*sources.get(one.sku, ()), one.sku], one.attribute, (one.market, one.locale))
                drafts.setdefault(one.sku, []).append(
                    ValueDraft(one.attribute, one.after, one.market, one.locale, path=f"{one.sku}.{one.attribute}",
                               reason=why, expires_at=None if one.after is None else ends)
                )  # fmt: skip
        skus, book = sorted(drafts), read_book()
        for start in range(0, len(skus), AT_ONCE):
            batch = [
                ProductDraft(sku=sku, values=drafts[sku], reason=reason, must_be="known", path=sku)
                for sku in skus[start : start + AT_ONCE]
            ]
            write_drafts(
                batch, actor=actor, at=moment.now(), clearance=Sensitivity.SECRET, book=book, is_judged=False
            )  # what products answer stays, so what they break does


def lock_family(family_id: int) -> list[Product]:
    """All products of a family, locked in the order of their numbers."""
    return list(Product.objects.select_for_update().filter(family_id=family_id).order_by("pk"))


def is_large(family: str) -> bool:
    """Whether it has so many products that a move is a job."""
    return Product.objects.filter(family__code=family).count() > LARGE
