"""Catalogues made up by hypothesis, put into the database by a handful of inserts, and what they answer, told naively.

Nothing here asks the house: chains, lines of inheritance and requirements are walked as the rules are worded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from foundation.core import moment
from foundation.markets.models import Channel, Locale, Market, Scope
from foundation.markets.services import define_locale
from foundation.markets.services import get_or_make_cell as cell_of
from pim.models import (
    Attribute,
    Family,
    FamilyAttribute,
    Placement,
    Product,
    ProductValues,
    Requirement,
)

from .factories import HOUSE

# A failure is told as it was found: making it small would take minutes.
MADE_UP = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
LOCALES = ("en-GB", "de-DE", "de-AT", "fr-FR")
MARKETS = ("GB", "AT", "FR")
CHANNELS = ("shop", "bazaar")
CODES = ("name", "text", "price", "cost", "size")
CLASSES = {"price": "restricted", "cost": "secret"}
BITS = (0, 1, 511, 512, 1023)
ANY = "*"

Place = tuple[str | None, str]
ScopeName = tuple[str, str, str]  # channel, market, locale


@dataclass(frozen=True)
class Says:
    """What a product says in a place, itself and by rules."""

    own: Mapping[str, Any]
    computed: Mapping[str, Any]


@dataclass(frozen=True)
class Kind:
    """A family: its depth, its members' levels, those that left it, and what channels require."""

    depth: int
    members: Mapping[str, int]
    gone: frozenset[str]
    required: Mapping[str, frozenset[str]]


@dataclass
class Catalogue:
    """`fallbacks` and `parents` point at earlier ones; a product's parent is its index, or None for a model."""

    fallbacks: Mapping[str, tuple[str | None, bool]]
    scopes: frozenset[ScopeName]
    families: tuple[Kind, ...]
    products: tuple[tuple[int, int | None], ...]  # family, parent
    said: Mapping[tuple[int, Place], Says]
    placed: Mapping[tuple[int, str, str], bool]
    ids: list[int] = field(default_factory=list)

    def line(self, product: int) -> list[int]:
        """The product and its ancestors, nearest first."""
        found = [product]
        while (parent := self.products[found[-1]][1]) is not None:
            found.append(parent)
        return found

    def level(self, product: int) -> int:
        return len(self.line(product)) - 1

    def kind(self, product: int) -> Kind:
        return self.families[self.products[product][0]]

    def chain(self, locale: str) -> Iterator[tuple[int, str, bool]]:
        """Step, locale, and whether what is found there counts as translated."""
        step, counts, at = 0, True, locale
        while True:
            yield step, at, counts
            following, is_good = self.fallbacks[at]
            if following is None:
                break
            step, counts, at = step + 1, counts and is_good, following
        yield step + 1, ANY, True


@dataclass(frozen=True)
class Answer:
    """A value and where it comes from."""

    value: Any
    sku: str
    level: int
    market: str | None
    locale: str
    kind: str
    counts: bool
    is_inherited: bool
    is_fallback: bool


def answers(told: Catalogue, product: int, scope: ScopeName, codes: frozenset[str]) -> dict[str, Answer]:
    """For each locale of the chain, then *: from the product upwards: the market's value, then the shared one."""
    _, market, locale = scope
    found: dict[str, Answer] = {}
    for step, at, counts in told.chain(locale):
        for owner in told.line(product):
            for place in (market, None):
                says = told.said.get((owner, (place, at)), Says({}, {}))
                for kind, values in (("own", says.own), ("computed", says.computed)):
                    for code in codes & values.keys() - found.keys():
                        found[code] = Answer(
                            values[code], sku_of(owner), told.level(owner), place, at, kind, counts,
                            owner != product, step > 0 and at != ANY,
                        )  # fmt: skip
    return found


def completeness(told: Catalogue, product: int, scope: ScopeName) -> tuple[int, int, frozenset[str], bool, bool] | None:
    """Required, filled, missing, whether it is placed and whether it is sold; None where nothing is required."""
    kind, level = told.kind(product), told.level(product)
    asked = {code for code in kind.required[scope[0]] - kind.gone if kind.members[code] <= level}
    if not asked:
        return None
    found = answers(told, product, scope, frozenset(CODES))
    missing = frozenset(code for code in asked if code not in found or not found[code].counts)
    words = [told.placed.get((one, scope[0], scope[1])) for one in told.line(product)]
    is_placed = next((word for word in words if word is not None), False)
    return len(asked), len(asked) - len(missing), missing, is_placed, level == kind.depth


def sku_of(product: int) -> str:
    return f"P{product}"


# --- made up ------------------------------------------------------------------------------------------

_words = st.sampled_from(["a", "b", ["a", "b"], {"EUR": "1.00"}, True, "7"])
_values = st.dictionaries(st.sampled_from(CODES), _words, max_size=3)
_places = st.tuples(st.sampled_from([None, None, *MARKETS]), st.sampled_from([ANY, *LOCALES]))


@st.composite
def _kinds(draw: Any) -> Kind:
    depth = draw(st.integers(0, 2))
    members = draw(st.dictionaries(st.sampled_from(CODES), st.integers(0, depth), min_size=2))
    some = st.frozensets(st.sampled_from(sorted(members)))
    return Kind(depth, members, draw(some), {channel: draw(some) for channel in CHANNELS})


@st.composite
def catalogues(draw: Any) -> Catalogue:
    """Small and crowded: few places, so that values meet."""
    before: list[str] = []
    fallbacks = {}
    for locale in LOCALES:
        fallbacks[locale] = (draw(st.sampled_from([None, *before])), draw(st.booleans()))
        before.append(locale)
    families = tuple(draw(st.lists(_kinds(), min_size=1, max_size=2)))
    products: list[tuple[int, int | None]] = []
    for family, kind in enumerate(families):
        above: list[int | None] = [None]
        for _ in range(kind.depth + 1):
            level = [
                (family, parent) for parent in above for _ in range(draw(st.integers(1, 2 if len(above) < 2 else 1)))
            ]
            above = list(range(len(products), len(products) + len(level)))
            products += level
    which = st.integers(0, len(products) - 1)
    names = st.tuples(*map(st.sampled_from, (CHANNELS, MARKETS, LOCALES)))
    places = st.tuples(which, st.sampled_from(CHANNELS), st.sampled_from(MARKETS))
    said = st.dictionaries(st.tuples(which, _places), st.builds(Says, _values, _values), min_size=4, max_size=24)
    return Catalogue(
        fallbacks=fallbacks,
        scopes=draw(st.frozensets(names, min_size=1, max_size=5)),
        families=families,
        products=tuple(products),
        said=draw(said),
        placed=draw(st.dictionaries(places, st.booleans(), max_size=4)),
    )


# --- put into the database ----------------------------------------------------------------------------


def store(told: Catalogue) -> dict[ScopeName, Scope]:
    """Everything by bulk inserts; chains by the house's own service."""
    Locale.objects.bulk_create(Locale(code=code, name=code) for code in LOCALES)
    for code, (fallback, counts) in told.fallbacks.items():
        Locale.objects.filter(code=code).update(fallback=fallback, fallback_counts=counts)
    markets = {one.code: one for one in Market.objects.bulk_create(
        Market(code=code, name=code, territories=[code], currency="EUR") for code in MARKETS)}  # fmt: skip
    channels = {one.code: one for one in Channel.objects.bulk_create(
        Channel(code=code, name=code, kind="d2c") for code in CHANNELS)}  # fmt: skip
    scopes = dict(zip(told.scopes, Scope.objects.bulk_create(
        Scope(channel=channels[channel], market=markets[market], locale_id=locale)
        for channel, market, locale in told.scopes), strict=True))  # fmt: skip
    first = LOCALES[0]
    fallback, counts = told.fallbacks[first]
    define_locale(code=first, name=first, fallback=fallback, fallback_counts=counts, actor=HOUSE)
    attributes = {one.code: one for one in Attribute.objects.bulk_create(
        Attribute(code=code, type="text", sensitivity=CLASSES.get(code, "public")) for code in CODES)}  # fmt: skip
    families = Family.objects.bulk_create(
        Family(code=f"f{at}", depth=kind.depth) for at, kind in enumerate(told.families)
    )
    for family, kind in zip(families, told.families, strict=True):
        FamilyAttribute.objects.bulk_create(
            FamilyAttribute(family=family, attribute=attributes[code], index=bit, level=level,
                            is_active=code not in kind.gone)
            for bit, (code, level) in zip(BITS, sorted(kind.members.items()), strict=False)
        )  # fmt: skip
        Requirement.objects.bulk_create(
            Requirement(family=family, channel=channels[channel], attribute=attributes[code])
            for channel, codes in kind.required.items() for code in codes
        )  # fmt: skip
    _store_products(told, families)
    ProductValues.objects.bulk_create(
        ProductValues(product_id=told.ids[product], cell=cell_of(markets[market] if market else None, locale),
                      vals=says.own, computed=says.computed)
        for (product, (market, locale)), says in told.said.items()
    )  # fmt: skip
    Placement.objects.bulk_create(
        Placement(product_id=told.ids[product], channel=channels[channel], market=markets[market],
                  state="placed" if is_placed else "withdrawn")
        for (product, channel, market), is_placed in told.placed.items()
    )  # fmt: skip
    return scopes


def _store_products(told: Catalogue, families: list[Family]) -> None:
    first = (Product.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1_000_000
    told.ids = [first + at for at in range(len(told.products))]
    Product.objects.bulk_create(
        Product(
            id=told.ids[at], sku=sku_of(at), family=families[family], level=told.level(at), created_at=moment.now(),
            parent_id=None if parent is None else told.ids[parent], root_id=told.ids[told.line(at)[-1]],
            axis_key="" if parent is None else f"nth={at}",
        )
        for at, (family, parent) in enumerate(told.products)
    )  # fmt: skip
