"""After any sequence of changes, what was derived step by step is what a rebuild of emptied tables derives. P9 P3 P14.

Each step is a call of a public service, or SQL around them; many are refused, and then change nothing. News is worked
off wherever the sequence says so, as the sequencer would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.archive.rebuilding import fingerprint, rebuild_projection
from foundation.core import moment
from foundation.core.errors import TandemError
from foundation.events.models import Dirty
from foundation.events.registry import ordered_projections
from foundation.events.sequencing import drain
from foundation.jobs.services import fire_timers
from foundation.markets.services import define_locale, define_scope
from foundation.taxonomy.models import Category
from foundation.taxonomy.services import create_category, create_tree, move_category
from pim import fsck
from pim.models import Attribute, Family, Option, Override, Product, Record, RecordType
from pim.services import (
    attach_variant,
    classify_product,
    clear_overrides,
    create_product,
    define_attribute,
    define_family,
    define_record_type,
    define_rule,
    delete_option,
    delete_record,
    detach_variant,
    extend_overrides,
    forget_placement,
    move_attribute,
    place_product,
    set_values,
    unclassify_product,
    upsert_product,
    upsert_products,
    withdraw_product,
    write_option,
    write_records,
)

from .catalogues import MADE_UP
from .factories import HOUSE, make_coat, make_cup, make_gtin, product

pytestmark = pytest.mark.usefixtures("model")
CHECKS = (
    fsck.completeness_is_current, fsck.summaries_are_current, fsck.masks_are_current, fsck.identifiers_are_values,
    fsck.shelves_are_right, fsck.records_are_named, fsck.trees_are_whole,
)  # fmt: skip
# The first empties the summaries, which triggers count from it.
DERIVED = ("pim_completeness", "pim_catalogueentry", "pim_recorduse", "pim_finding", "pim_productsearch")
COUNTED = ("pim_completenesssummary", "pim_missingcount")
SKUS = ("COAT", "COAT-red-s", "COAT-red-m", "CUP", "MUG")
PLACES = ((None, "*"), (None, "en-GB"), (None, "de-DE"), ("GB", "en-GB"), ("GB", "*"), ("AT", "de-AT"))
SAID: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("name", ("Coat", "Zebra", None)), ("price", ("5 EUR", "7 GBP", None)), ("gtin", ("9521234567899", None)),
    ("weight", ("900 g", "2 kg", None)), ("washable", (True, False, None)), ("maker", ("harrow", "finch", None)),
    ("description", ("<p>Warm</p>", None)), ("warranty", ("12", None)), ("material", ("wool", None)),
)  # fmt: skip
Turn = tuple[int, int, int]


def chosen(some: Any, at: int) -> Any:
    """One of them, or of the rows of a query."""
    found = list(some)
    return found[at % len(found)]


def says(turn: Turn) -> None:
    code, values = chosen(SAID, turn[1])
    market, locale = chosen(PLACES, turn[2])
    ends = moment.now() + timedelta(hours=1) if market and turn[0] % 2 else None
    value = chosen(values, turn[0] // 3)
    one = chosen(Product.objects.order_by("sku"), turn[0])
    set_values(one, values={code: value}, market=market, locale=locale, reason="x", expires_at=ends, actor=HOUSE)


def says_many(turn: Turn) -> None:
    documents = [{"sku": sku, "values": [{"attribute": "name", "locale": "en-GB", "value": f"Many {turn[0]}"}]}
                 for sku in ("COAT", "CUP")]  # fmt: skip
    upsert_products(documents, actor=HOUSE)


def takes_overrides_back(turn: Turn) -> None:
    clear_overrides(ids=[chosen(Override.objects.order_by("pk"), turn[0]).pk], actor=HOUSE)


def prolongs_overrides(turn: Turn) -> None:
    ends = moment.now() + timedelta(hours=turn[1]) if turn[1] else None
    extend_overrides(ids=[chosen(Override.objects.order_by("pk"), turn[0]).pk], expires_at=ends, actor=HOUSE)


def family_as_it_is(family: Family) -> dict[str, Any]:
    members = family.members.filter(is_active=True).select_related("attribute").order_by("index")
    required: dict[str, set[str]] = {"shop": set(), "bazaar": set()}
    for one in family.requirements.select_related("channel", "attribute"):
        required[one.channel.code].add(one.attribute.code)
    axes: dict[int, list[str]] = {}
    for axis in family.axes.select_related("attribute").order_by("level", "position"):
        axes.setdefault(axis.level, []).append(axis.attribute.code)
    return {
        "code": family.code, "axes": [axes[level] for level in sorted(axes)], "required": required,
        "attributes": [{"code": one.attribute.code, "level": one.level, "may_override_below": one.may_override_below}
                       for one in members],
    }  # fmt: skip


def requires_otherwise(turn: Turn) -> None:
    told = family_as_it_is(chosen(Family.objects.order_by("code"), turn[0]))
    told["required"][chosen(("shop", "bazaar"), turn[1])] ^= {chosen(told["attributes"], turn[2])["code"]}
    define_family(**told, actor=HOUSE)


def gains_or_loses_a_member(turn: Turn) -> None:
    told = family_as_it_is(chosen(Family.objects.order_by("code"), turn[0]))
    code = chosen(("warranty", "launch", "maker", "weight"), turn[1])
    kept = [one for one in told["attributes"] if one["code"] != code]
    if len(kept) == len(told["attributes"]):
        kept.append({"code": code, "level": turn[2] % (len(told["axes"]) + 1)})
    required = {channel: codes - {code} for channel, codes in told["required"].items()}
    define_family(**told | {"attributes": kept, "required": required}, actor=HOUSE)


def moves_an_attribute(turn: Turn) -> None:
    code = chosen(("name", "price", "gtin", "weight", "washable", "maker"), turn[0])
    move_attribute(
        family="coats", attribute=code, level=turn[1] % 2, may_override_below=bool(turn[2] % 2),
        winners={"*": "most"}, accept=True, actor=HOUSE,
    )  # fmt: skip


def moves_a_product(turn: Turn) -> None:
    one = chosen(Product.objects.order_by("sku"), turn[0])
    if one.parent_id:
        detach_variant(one, family="cups", accept=True, actor=HOUSE)
    else:
        axes = {"colour": chosen(("red", "blue"), turn[1]), "size": chosen("sml", turn[2])}
        attach_variant(one, parent=product("COAT"), axes=axes, accept=True, actor=HOUSE)


def makes_a_variant(turn: Turn) -> None:
    axes = {"colour": chosen(("red", "blue"), turn[1]), "size": chosen("sml", turn[2])}
    create_product(sku=f"NEW-{turn[0]}", parent="COAT", values=axes | {"gtin": make_gtin()}, actor=HOUSE)


def offers_elsewhere(turn: Turn) -> None:
    one = chosen(Product.objects.order_by("sku"), turn[0])
    where = {"channel": chosen(("shop", "bazaar"), turn[1]), "market": chosen(("GB", "DE", "AT"), turn[2])}
    if turn[1] % 3 == 0:
        forget_placement(one, **where, actor=HOUSE)
    else:
        (place_product if turn[1] % 3 == 1 else withdraw_product)(one, **where, reason="x", actor=HOUSE)


def lies_elsewhere(turn: Turn) -> None:
    one = chosen(Product.objects.roots().order_by("sku"), turn[0])
    category = chosen(("products/wear", "products/coats", "products/home"), turn[1])
    (unclassify_product if turn[2] % 4 == 0 else classify_product)(one, category=category, actor=HOUSE)


def moves_a_category(turn: Turn) -> None:
    parent = chosen((None, "wear", "home"), turn[1])
    move_category(chosen(Category.objects.order_by("pk"), turn[0]), parent=parent, actor=HOUSE)


def changes_an_option(turn: Turn) -> None:
    option = chosen(Option.objects.order_by("pk"), turn[0])
    if turn[1] % 4 == 0:
        delete_option(option, actor=HOUSE)
    else:
        told = {"code": option.code, "labels": {"en-GB": f"Label {turn[2]}"}, "is_retired": turn[1] % 4 == 1}
        write_option(option.attribute, document=told, actor=HOUSE)


def changes_a_record(turn: Turn) -> None:
    record = chosen(Record.objects.select_related("record_type").order_by("pk"), turn[0])
    if turn[1] % 4 == 0:
        delete_record(record, actor=HOUSE)
    else:
        told = {"code": record.code, "labels": {"en-GB": f"Maker {turn[2]}"}, "is_retired": turn[1] % 4 == 1}
        write_records(record.record_type, documents=[told], actor=HOUSE)


def falls_back_otherwise(turn: Turn) -> None:
    code = chosen(("de-AT", "de-DE"), turn[0])
    fallback = chosen((None, "en-GB", "de-DE"), turn[1])
    define_locale(code=code, name=code, fallback=fallback, fallback_counts=bool(turn[2] % 2), actor=HOUSE)


def publishes_wider(turn: Turn) -> None:
    market = chosen(("DE", "AT"), turn[0])
    define_scope(channel="bazaar", market=market, locale={"DE": "de-DE", "AT": "de-AT"}[market], actor=HOUSE)


def rules_otherwise(turn: Turn) -> None:
    told = chosen(("product.weight < 1500.0", "!product.name.startsWith('Z')", "!product.washable"), turn[0])
    family = chosen(("", "coats", "cups"), turn[1])
    define_rule(code=chosen(("light", "named"), turn[0] // 3), expression=told, messages={"en-GB": "Say less"},
                severity="warning", family=family, is_active=turn[2] % 4 > 0, actor=HOUSE)  # fmt: skip


def defines_an_attribute_otherwise(turn: Turn) -> None:
    one = Attribute.objects.get(code=chosen(("weight", "name", "maker", "price"), turn[0]))
    validation, unit, labels = dict(one.validation), one.unit, one.labels
    sensitivity = one.sensitivity
    if one.code == "weight":
        unit, validation = chosen(("g", "kg", "oz"), turn[1]), {"units": ["g", "kg", "oz"]}
    elif turn[1] % 2:
        labels = {"en-GB": f"Label {turn[2]}"}
    else:
        sensitivity = chosen(("public", "restricted", "secret"), turn[2])
    define_attribute(
        code=one.code, type=one.type, labels=labels, is_localizable=one.is_localizable, unit=unit,
        is_market_overridable=one.is_market_overridable, sensitivity=sensitivity, validation=validation, actor=HOUSE,
    )  # fmt: skip


def ends_or_revives(turn: Turn) -> None:
    sku = chosen(Product.objects.order_by("sku"), turn[0]).sku
    upsert_product({"sku": sku, "state": chosen(("active", "retired"), turn[1])}, actor=HOUSE)


def is_changed_around_the_services(turn: Turn) -> None:
    statement = chosen(
        (
            'UPDATE pim_productvalues SET computed = \'{"price": {"EUR": "1.00"}}\'',
            "UPDATE pim_productvalues SET computed = '{}'",
            "UPDATE pim_productvalues SET vals = vals - 'name'",
            "DELETE FROM pim_placement",
            "DELETE FROM pim_requirement WHERE id % 2 = 0",
            "UPDATE pim_familyattribute SET level = 1 - level WHERE index < 5",
        ),
        turn[0],
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)


def is_worked_off(turn: Turn) -> None:
    drain()


STEPS: tuple[Callable[[Turn], None], ...] = (
    says, says, says, says_many, takes_overrides_back, prolongs_overrides, requires_otherwise, gains_or_loses_a_member,
    moves_an_attribute, moves_a_product, moves_a_product, makes_a_variant, offers_elsewhere, lies_elsewhere,
    moves_a_category, changes_an_option, changes_a_record, falls_back_otherwise, publishes_wider, rules_otherwise,
    defines_an_attribute_otherwise, ends_or_revives, is_changed_around_the_services, is_worked_off,
)  # fmt: skip
turns = st.tuples(st.integers(0, 11), st.integers(0, 11), st.integers(0, 11))
SEQUENCES = st.lists(st.tuples(st.sampled_from(STEPS), turns), min_size=4, max_size=12)
BOUND = settings(MADE_UP, max_examples=25)


def make_house() -> None:
    """Coats and cups with values, offers, a maker each, categories and two rules."""
    tree = create_tree(code="products", kind="hierarchy", labels={"en-GB": "Products"}, actor=HOUSE)
    for code, parent in (("wear", None), ("home", None), ("coats", "wear")):
        create_category(tree, code=code, labels={"en-GB": code}, parent=parent, actor=HOUSE)
    makers = define_record_type(code="makers", labels={"en-GB": "Makers"}, actor=HOUSE)
    told = [{"code": one, "labels": {"en-GB": one}} for one in ("harrow", "finch")]
    write_records(makers, documents=told, actor=HOUSE)
    define_attribute(code="maker", type="record", validation={"record_type": "makers"}, actor=HOUSE)
    for kind in Family.objects.order_by("code"):
        family = family_as_it_is(kind)
        family["attributes"].append({"code": "maker", "level": 0, "may_override_below": True})
        define_family(**family, actor=HOUSE)
    make_coat("COAT", ("red-s", "red-m"))
    for sku in ("CUP", "MUG"):
        make_cup(sku, colour="red", weight="2 kg", washable=True, gtin=make_gtin(), maker="harrow")
    set_values(product("COAT"), values={"name": "Zebra"}, locale="en-GB", actor=HOUSE)
    set_values(product("COAT"), values={"name": "Mac"}, market="GB", locale="en-GB", reason="x", actor=HOUSE)
    place_product(product("COAT"), channel="shop", market="GB", reason="x", actor=HOUSE)
    classify_product(product("COAT"), category="products/coats", actor=HOUSE)
    for turn in ((0, 0, 1), (4, 0, 1)):
        rules_otherwise(turn)


def carry_out(sequence: list[tuple[Callable[[Turn], None], Turn]]) -> None:
    """An hour passes between two steps, so that what was to end has ended."""
    at = moment.now()
    for nth, (step, turn) in enumerate(sequence):
        with moment.frozen(at + timedelta(hours=nth)):
            fire_timers()
            try:
                with transaction.atomic():
                    step(turn)
            except (TandemError, ZeroDivisionError):  # refused, or there is nothing to choose from
                continue


def derived() -> dict[str, str]:
    return {table: fingerprint(table) for table in (*DERIVED, *COUNTED)}


def faults() -> Iterator[str]:
    for check in CHECKS:
        yield from check()


@BOUND
@given(SEQUENCES)
def test_what_is_derived_step_by_step_is_what_a_rebuild_derives(sequence: Any) -> None:
    with transaction.atomic():
        make_house()
        drain()
        carry_out(sequence)
        drain()
        assert not Dirty.objects.exists(), "nothing waits for a retry"
        assert list(faults()) == []
        before = derived()
        with connection.cursor() as cursor:
            for table in DERIVED:
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608  names of ours
        assert fingerprint(COUNTED[0]) == "", "what is counted is counted down as well"
        for projection in ordered_projections():
            if projection.name.startswith("pim."):
                rebuild_projection(projection)
        assert derived() == before
        transaction.set_rollback(True)


def test_the_steps_are_carried_out() -> None:
    """Each is possible in the house as it is made, so that a sequence of refusals proves nothing."""
    make_house()
    assert RecordType.objects.count() == 1
    for step in dict.fromkeys(STEPS):
        done = 0
        for at in range(24):
            if done == 2:
                break
            try:
                with transaction.atomic():
                    step((at, at // 2, at % 5))
                    done += 1
                    transaction.set_rollback(True)
            except (TandemError, ZeroDivisionError):
                continue
        assert done == 2, step.__name__
