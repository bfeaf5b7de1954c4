"""What a product is shown by, with what it inherits by axis (A1), and how well families are covered (A5)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test.utils import CaptureQueriesContext

from associations.queries import coverage_overview, media_of
from associations.services import bind_asset
from foundation.core import moment
from foundation.history.services import recorded

from . import factories as make

pytestmark = pytest.mark.django_db


def bind(product, title, role="gallery", **more):
    return bind_asset(product=product, asset=make.asset(title), role=role, actor=make.STEWARD, **more)


def titles(product, **more) -> list[str]:
    return [one.binding.asset.title for one in media_of([product.pk], **more)[product.pk]]


def test_own_come_first_then_the_colours_then_the_models(coats) -> None:
    bind(coats.model, "any colour")
    bind(coats.model, "red of the model", axis="colour=red")
    bind(coats.red, "red")
    bind(coats.red_m, "red M")
    bind(coats.blue, "blue")
    assert titles(coats.red_m) == ["red M", "red", "red of the model", "any colour"]
    assert titles(coats.red) == ["red", "red of the model", "any colour"]
    assert titles(coats.blue_m) == ["blue", "any colour"]
    assert titles(coats.model) == ["red of the model", "any colour"]
    inherited = media_of([coats.red_m.pk])[coats.red_m.pk]
    assert [one.is_inherited for one in inherited] == [False, True, True, True]
    assert [one.product_id for one in inherited] == [coats.red_m.pk, coats.red.pk, coats.model.pk, coats.model.pk]


def test_a_flat_family_inherits_by_axis(flat) -> None:
    bind(flat.model, "red", axis="colour=red")
    bind(flat.model, "red M only", axis="size=m&colour=red")
    assert titles(flat.red_m) == ["red", "red M only"]
    assert titles(flat.red_l) == ["red"]
    assert titles(flat.blue_m) == []


def test_roles_then_positions_and_each_asset_once_per_role(coats) -> None:
    bind(coats.red, "manual", "manual")
    bind(coats.red, "second")
    third = bind(coats.red, "third")
    bind(coats.red, "hero", "hero")
    bind(coats.model, "hero of the model", "hero")
    bind_asset(product=coats.model, asset=third.asset, role="gallery", actor=make.STEWARD)
    assert titles(coats.red) == ["hero", "hero of the model", "second", "third", "manual"]


def test_a_scope_sees_its_market_and_its_moment(coats, places) -> None:
    at = moment.now()
    bind(coats.red, "everywhere", "hero")
    bind(coats.red, "Britain", "hero", market="GB")
    bind(coats.red, "French", "hero", market="FR", locale="fr-FR")
    bind(coats.red, "tomorrow", starts_at=at + timedelta(days=1))
    bind(coats.red, "until now", ends_at=at + timedelta(hours=1))
    assert titles(coats.red, scope=places.gb_scope, at=at) == ["Britain", "everywhere", "until now"]
    assert titles(coats.red, scope=places.fr_scope, at=at) == ["French", "everywhere", "until now"]
    assert titles(coats.red, scope=places.gb_scope, at=at + timedelta(days=1)) == ["Britain", "everywhere", "tomorrow"]
    assert titles(coats.red, at=at + timedelta(hours=1))[0] == "everywhere"
    assert len(titles(coats.red, at=at)) == 4


def test_proposals_and_what_is_gone_are_not_shown(coats) -> None:
    bind(coats.red, "stays")
    for title, field, value in [("deleted", "deleted_at", moment.now()), ("retired", "state", "retired")]:
        asset = bind(coats.red, title).asset
        with recorded(make.HOUSE):
            setattr(asset, field, value)
            asset.save()
    assert titles(coats.red) == ["stays"]
    assert media_of([]) == {}


def test_many_products_cost_as_many_queries_as_one(coats, flat, places, django_assert_num_queries) -> None:
    for product in (coats.model, coats.red, coats.blue, flat.model):
        bind(product, product.sku)
    from django.db import connection

    with CaptureQueriesContext(connection) as few:
        media_of([coats.red_m.pk], scope=places.gb_scope)
    everyone = [coats.red_m.pk, coats.red_l.pk, coats.blue_m.pk, flat.red_m.pk, flat.red_l.pk, flat.blue_m.pk]
    with django_assert_num_queries(len(few)):
        found = media_of(everyone, scope=places.gb_scope)
    assert [len(found[pk]) for pk in everyone] == [2, 2, 2, 1, 1, 1]


def test_coverage_counts_what_is_sold_with_what_it_inherits(coats, flat, django_assert_num_queries) -> None:
    make.product("SHIRT-OLD", parent=flat.model, state="retired", colour="red", size="xl")
    bind(coats.red, "red", "hero")
    bind(coats.blue_m, "blue")
    bind(flat.model, "red", axis="colour=red")
    bind(flat.blue_m, "care", "manual")
    with django_assert_num_queries(1):
        rows = coverage_overview(make.STEWARD)
    assert [(row.family, row.products, row.without_hero, row.without_picture) for row in rows] == [
        ("coats", 3, 1, 0),
        ("shirts", 3, 3, 1),
    ]


def test_coverage_agrees_with_what_is_shown(coats, flat) -> None:
    bind(coats.model, "red", "hero", axis="colour=red")
    bind(flat.model, "blue L", axis="colour=blue&size=l")
    bind(flat.model, "blue", "swatch", axis="colour=blue")
    sold = [coats.red_m, coats.red_l, coats.blue_m, flat.red_m, flat.red_l, flat.blue_m]
    media = media_of([one.pk for one in sold])
    bare = [one for one in sold if not media[one.pk]]
    headless = [one for one in sold if "hero" not in {row.role for row in media[one.pk]}]
    rows = coverage_overview(make.STEWARD)
    assert sum(row.without_picture for row in rows) == len(bare) == 3
    assert sum(row.without_hero for row in rows) == len(headless) == 4


def test_coverage_of_one_market_is_of_what_is_placed_there(coats, flat, places) -> None:
    make.place(flat.model, places.fr, places.shop)
    assert [row.family for row in coverage_overview(make.OUTSIDER)] == ["shirts"]
    assert coverage_overview(make.actor(make.Role.INTEGRATOR, "none", market=set())) == []
