"""Attributes that not everybody may see, used in every way there is: valued, overridden, required, ruled, moved,
imported, changed in bulk, named by a record, found wrong and restored.
"""

from __future__ import annotations

import io
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from foundation.accounts.models import User
from foundation.accounts.queries import actor_of
from foundation.accounts.services import create_user, grant_role
from foundation.accounts.services.roles import define_role
from foundation.bulk.services import change_at_once, open_bulk_change
from foundation.core import moment
from foundation.core.actors import Actor, system
from foundation.core.permissions import DECLARED
from foundation.jobs.running import run_due_jobs
from pim.models import Attribute, Family, Product
from pim.services import (
    create_product,
    define_attribute,
    define_family,
    define_record_type,
    define_rule,
    move_attribute,
    set_values,
    start_attribute_move,
    start_import,
    write_option,
    write_records,
)
from syndication.services.profiles import define_profile
from tests.cast import PASSWORD, make_actor
from tests.syndication import factories

HOUSE = system("tests")
# In the codes, labels, options, values, reasons and rules of what is hidden.
SECRET, RESTRICTED = "quorvex", "blintzy"
CLASSES = {SECRET: "secret", RESTRICTED: "restricted"}
NUMBERS = {SECRET: "7713.13", RESTRICTED: "8829.29"}
GTIN = "9521234567899"
CODES = {SECRET: tuple(f"{SECRET}_{kind}" for kind in ("text", "money", "vendor", "maker", "code")),
         RESTRICTED: (f"{RESTRICTED}_text", f"{RESTRICTED}_money")}  # fmt: skip


def make_people() -> dict[str, Actor]:
    """Who may everything but see attributes of a class; and somebody who may see them all."""
    boss = make_actor("boss", "administrator")
    kept = {
        "uncleared": DECLARED.keys() - {"pim.view_secret", "pim.view_restricted"},
        "half-cleared": DECLARED.keys() - {"pim.view_secret"},
        "cleared": DECLARED.keys(),
    }
    found = {}
    for code, permissions in kept.items():
        define_role(code=code, name=code, permissions=permissions, actor=boss, is_new=True)
        user = create_user(username=code, password=PASSWORD, actor=HOUSE)
        grant_role(holder=user, role=code, actor=HOUSE)
        found[code] = actor_of(User.objects.get(pk=user.pk))
    return found


def words(*classes: str) -> list[str]:
    return [*classes, *(NUMBERS[one] for one in classes)] + ([GTIN] if SECRET in classes else [])


def define(word: str, sensitivity: str) -> None:
    labels = {"labels": {"en-GB": f"{word.title()} figure"}, "sensitivity": sensitivity, "actor": HOUSE}
    places: dict[str, Any] = {"is_localizable": True, "is_market_overridable": True}
    define_attribute(code=f"{word}_text", type="text", **places, **labels)
    define_attribute(code=f"{word}_money", type="money", is_market_overridable=True, **labels)
    if sensitivity == "secret":
        define_attribute(code=f"{word}_vendor", type="select", options=[
            {"code": f"{word}_ltd", "labels": {"en-GB": f"{word.title()} Ltd"}, "synonyms": [f"{word} & sons"]}],
            **labels)  # fmt: skip
        kind = define_record_type(code="vendors", labels={"en-GB": "Vendors"}, actor=HOUSE)
        write_records(kind, documents=[{"code": "acme", "labels": {"en-GB": "Acme"}}], actor=HOUSE)
        define_attribute(code=f"{word}_maker", type="record", validation={"record_type": "vendors"}, **labels)
        define_attribute(code=f"{word}_code", type="identifier", validation={"scheme": "internal"}, **labels)


def hide(cleared: Actor) -> SimpleNamespace:
    """Everything of both classes on ATLAS, a coat, and TEACUP."""
    for word, sensitivity in CLASSES.items():
        define(word, sensitivity)
    for family in ("coats", "cups"):
        _add(family)
    atlas = Product.objects.get(sku="ATLAS")
    ends = moment.now() + timedelta(days=5)
    number = {"target": "number", "source": "identifier", "scheme": "internal"}
    define_profile(channel="shop", body=factories.SHOP | {"fields": [*factories.SHOP["fields"], number]}, actor=HOUSE)
    for word, actor in ((SECRET, cleared), (RESTRICTED, HOUSE)):
        for turn in (1, 2):  # twice, so that history has them
            said = {f"{word}_text": f"{word} words {turn}", f"{word}_money": {"EUR": f"{turn}.00"}}
            set_values(atlas, values=said, actor=actor)
            set_values(atlas, values={f"{word}_text": f"{word} Worte {turn}"}, locale="en-US", actor=actor)
            set_values(atlas, values={f"{word}_money": {"USD": NUMBERS[word]}}, market="US", reason=f"{word} terms",
                       expires_at=ends, actor=actor)  # fmt: skip
        define_rule(
            code=f"{word}-rule", expression=f"product.{word}_money.USD < 5.0", messages={"en-GB": f"Lower the {word}"},
            severity="warning", attribute=f"{word}_money", actor=HOUSE,
        )  # fmt: skip
        change = open_bulk_change(verb="pim.value", uids=[atlas.uid], actor=actor_for(actor, cleared))
        parameters = {"attribute": f"{word}_text", "mode": "set", "value": f"{word} in bulk"}
        change_at_once(change, parameters=parameters, actor=actor_for(actor, cleared))
        move_attribute(family="coats", attribute=f"{word}_text", level=1, accept=True, actor=cleared)
    more = {f"{SECRET}_vendor": f"{SECRET}_ltd", f"{SECRET}_maker": "acme", f"{SECRET}_code": GTIN}
    set_values(atlas, values=more, actor=cleared)
    option = f"{SECRET}_ltd"
    write_option(
        Attribute.objects.get(code=f"{SECRET}_vendor"),
        document={"code": option, "labels": {"en-GB": f"{SECRET} GmbH"}},
        actor=HOUSE,
    )
    start_attribute_move(family="coats", attribute=f"{SECRET}_money", level=1, accept=True, actor=cleared)
    create_product(sku="SAUCER", family="cups", values={f"{SECRET}_text": f"{SECRET} saucer"}, actor=HOUSE)
    for dry_run in (False, True):
        file = f"sku,{SECRET}_money,{RESTRICTED}_money\nATLAS,{SECRET} no money,1 EUR\nSAUCER,{SECRET} none,x\n"
        start_import(io.BytesIO(file.encode()), filename="terms.csv", actor=cleared, dry_run=dry_run)
    run_due_jobs()
    factories.settle()
    run_due_jobs()
    factories.settle()
    return SimpleNamespace(atlas=atlas)


def actor_for(actor: Actor, cleared: Actor) -> Actor:
    """Who owns what the house itself does not do."""
    return cleared if actor is HOUSE else actor


def _add(code: str) -> None:
    """The family as it is, with what is hidden, required by the shop."""
    family = Family.objects.get(code=code)
    members = [
        {"code": one.attribute.code, "level": one.level, "may_override_below": one.may_override_below}
        for one in family.members.select_related("attribute").order_by("index")
    ]
    hidden = [code for codes in CODES.values() for code in codes]
    axes: dict[int, list[str]] = {}
    for axis in family.axes.select_related("attribute").order_by("level", "position"):
        axes.setdefault(axis.level, []).append(axis.attribute.code)
    define_family(
        code=code, label_attribute="name", axes=[axes[level] for level in sorted(axes)],
        visual_axis=family.visual_axis.code if family.visual_axis else None,
        attributes=[*members, *({"code": one, "level": 0} for one in hidden)],
        required={"shop": ["name", *hidden]}, actor=HOUSE,
    )  # fmt: skip
