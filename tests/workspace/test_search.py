"""The search over everything: what is found, by whom, and that an index finds it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from foundation.jobs.services import start_job
from foundation.workflow.services import open_work_item
from tests.cast import make_actor
from workspace.queries import search as searching
from workspace.queries.search import search
from workspace.services import save_view

from . import factories


def labels(q: str, actor: Any) -> dict[str, list[str]]:
    return {group.name: [hit.label for hit in group.hits] for group in search(q, actor=actor)}


@pytest.fixture
def filled(window: Any, steward: Any) -> Any:
    factories.make_listing(factories.product("RIDGE-RED-S"), window.world.scopes["shop/GB/en-GB"])
    open_work_item(
        queue="catalogue", kind="trial", cause_key="trial", subject_type="product", subject=window.ridge.uid,
        title="Ridgeline needs a picture", market="GB", actor=factories.HOUSE,
    )  # fmt: skip
    save_view(page="product_list", name="Ridges to finish", query="q=ridge", actor=steward)
    start_job(kind="house.ridge_walk", queue="bulk", payload={}, actor=steward)
    return window


def test_everything_with_the_word_by_kind(filled: Any, steward: Any) -> None:
    found = labels("ridge", steward)
    assert found["products"][0] == "Ridgeline coat"
    assert len(found["products"]) == 5
    assert found["assets"] == ["ridge-collar.jpg", "ridge-front.jpg", "ridge_1.jpg", "ridge_2.jpg", "ridge_3.jpg"]
    assert found["listings"] == ["RIDGE-RED-S · Web shop · GB · en-GB"]
    assert "Ridgeline needs a picture" in found["work"]
    assert found["views"] == ["Ridges to finish"]
    assert found["jobs"] == ["Ridge walk"]
    assert labels("picture needs", steward)["work"] == ["Ridgeline needs a picture"]


def test_a_sku_stands_first_and_two_letters_find_what_begins_so(filled: Any, steward: Any) -> None:
    first = search("ridge-blue-m", actor=steward)[0].hits[0]
    assert (first.note, first.icon) == ("RIDGE-BLUE-M", "product")
    assert [hit.note or hit.label for hit in search("CU", actor=steward)[0].hits] == ["CUP"]
    assert "products" not in labels("up", steward)


def test_each_group_is_capped_and_leads_to_all(filled: Any, steward: Any) -> None:
    for number in range(4):
        factories.make_asset(f"ridge-more-{number}.jpg")
    group = next(one for one in search("ridge", actor=steward) if one.name == "assets")
    assert len(group.hits) == searching.CAP
    assert group.more_url == "/assets/?q=ridge"


def test_places_and_actions_are_those_of_the_role(db: None, steward: Any, photographer: Any, merchant: Any) -> None:
    assert labels("import", steward) == {"places": ["Imports"], "actions": ["Import a file"]}
    assert labels("import", photographer) == {}
    nothing = {group.name: [hit.label for hit in group.hits] for group in search("", actor=merchant)}
    assert "Work items" not in nothing["places"]
    assert {"Home", "Products", "Assets", "Listings"} <= set(nothing["places"])


def test_what_a_market_hides_is_not_found(filled: Any) -> None:
    limited = make_actor("otto", "steward", market="US")
    assert labels("ridge", limited) == {}
    assert labels("mac", limited)["products"][0] == "Mac"


def test_a_part_for_the_palette_and_a_page_without_scripts(filled: Any, steward: Any, browser_of: Any) -> None:
    part = browser_of(steward, htmx=True).get("/search/?q=ridge").content.decode()
    page = browser_of(steward).get("/search/?q=ridge").content.decode()
    assert 'role="option"' in part
    assert "<html" not in part
    assert "<html" in page
    assert f'<a class="clip" href="/products/{filled.ridge.uid}/">Ridgeline coat</a>' in page
    empty = browser_of(steward, htmx=True).get("/search/?q=zzz%3Cb%3E").content.decode()
    assert "Nothing with “zzz&lt;b&gt;”" in empty
    assert browser_of(steward).get("/search/", {"q": "%_\\" * 50 + "x " * 200}).status_code == 200
    assert browser_of(steward).post("/search/").status_code == 405


ROWS = 20_000
# As many rows as a small house has, without the word.
FILL = """
INSERT INTO pim_product (id, uid, sku, root_id, level, family_id, axis_key, version, state, created_at)
SELECT 1000000 + n, gen_random_uuid(), 'BULK-' || n, 1000000 + n, 0, %(family)s, '', 1, 'active', now()
  FROM generate_series(1, %(rows)s) n;
INSERT INTO pim_productsearch (product_id, root_id, text)
SELECT 1000000 + n, 1000000 + n, repeat(md5(n::text), 9) FROM generate_series(1, %(rows)s) n;
INSERT INTO dam_asset (id, uid, kind, title, first_sha256, metadata, state, markets, edition, created_at)
SELECT 1000000 + n, gen_random_uuid(), 'image', repeat(md5(n::text), 5), md5(n::text), '{}', 'draft', '{}', 1, now()
  FROM generate_series(1, %(rows)s) n;
INSERT INTO dam_assetversion (asset_id, number, blob_id, filename, media_type, embedded, identifiers, pixel_sha256,
                              phash, state, created_at)
SELECT 1000000 + n, 1, %(blob)s, repeat(md5(n::text), 5), '', '{}', '[]', '', '', 'draft', now()
  FROM generate_series(1, %(rows)s) n;
INSERT INTO workflow_workitem (uid, queue_id, kind, cause_key, subject_type, subject, title, detail, market, opened_at,
                               closed_by, outcome)
SELECT gen_random_uuid(), (SELECT max(id) FROM workflow_queue), 'k', 'k' || n, 'product', gen_random_uuid(),
       repeat(md5(n::text), 5), '{}', 'GB', now(), '', '' FROM generate_series(1, %(rows)s) n;
"""
TABLES = ("pim_product", "pim_productsearch", "dam_asset", "dam_assetversion", "workflow_workitem")
KNOWN_TO_TRIGGERS = (*TABLES, "associations_binding", "pim_placement", "pim_classification", "events_dirty")
INDEXES = ("product_words", "asset_titles", "version_filenames", "open_item_titles")


@pytest.mark.timeout(300)
def test_indexes_find_parts_of_words(filled: Any, steward: Any) -> None:
    """No table that grows is read from end to end."""
    plans = []
    with connection.cursor() as cursor:
        blob = filled.hero.current_version.blob_id
        # Plans that triggers made for the almost empty tables of earlier tests are not for twenty thousand rows.
        cursor.execute(";".join(["DISCARD PLANS", *(f"ANALYZE {table}" for table in KNOWN_TO_TRIGGERS)]))
        cursor.execute(FILL, {"rows": ROWS, "family": filled.cup.family_id, "blob": blob})
        for index in INDEXES:  # as vacuum does by and by
            cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])
        cursor.execute(";".join(f"ANALYZE {table}" for table in TABLES))

        def explained(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            if sql.startswith("SELECT") and "LIKE" in sql:
                cursor.execute(f"EXPLAIN {sql}", params)
                plans.append("\n".join(row[0] for row in cursor.fetchall()))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(explained):
            search("ridgeline", actor=steward)
    text = "\n".join(plans)
    assert [index for index in INDEXES if index not in text] == [], text
    assert [table for table in TABLES if f"Seq Scan on {table} " in text] == [], text
