"""A house with many products and assets, cloned by SQL from the small shop window of the tests.

Truth is written past the services, with its history; completeness, words and facets by the projections themselves;
listings as the projection would write them, since mapping a hundred thousand documents is another benchmark's matter.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from benchmarks.house import execute, fetch, settle_tables

FAMILIES, LICENCES, TREE = 8, 200, 5
DEPARTMENTS, SHELVES = 5, 80  # branches of the hierarchy, and categories two levels below each
BRANCH = "products/d1"  # one of the departments
ATTRIBUTES, OPTIONS = 1_000, 10_000  # of one thing, the only one of its family
BATCH = 1_000
LEFT_OUT = {"syndication.listings"}  # written above, as it would

CLONED = """
INSERT INTO pim_product (id, uid, sku, parent_id, root_id, level, family_id, axis_key, version, state, created_at)
SELECT %(base)s + (m - 1) * 5 + t.rank, gen_random_uuid(), replace(t.sku, 'RIDGE', 'C' || lpad(m::text, 6, '0')),
       CASE WHEN t.rank > 0 THEN %(base)s + (m - 1) * 5 END, %(base)s + (m - 1) * 5, t.level,
       (%(families)s::bigint[])[1 + m %% cardinality(%(families)s::bigint[])], t.axis_key, 1, t.state,
       now() - make_interval(mins => m)
  FROM generate_series(1, %(models)s) m, bench_tree t ORDER BY m, t.rank
"""
VALUES = """
INSERT INTO pim_productvalues (product_id, cell_id, vals, computed, filled, version)
SELECT %(base)s + (m - 1) * 5 + t.rank, v.cell_id,
       v.vals || CASE WHEN v.vals ? 'name'
                      THEN jsonb_build_object('name', (v.vals ->> 'name') || ' ' || m) ELSE '{}' END,
       '{}', v.filled, 1
  FROM generate_series(1, %(models)s) m, bench_tree t
  JOIN pim_productvalues v ON v.product_id = t.id JOIN markets_cell c ON c.id = v.cell_id
 WHERE c.locale <> 'de-DE' OR m %% 3 > 0 ORDER BY m, t.rank
"""
PLACEMENTS = """
INSERT INTO pim_placement (product_id, channel_id, market_id, state, reason)
SELECT DISTINCT %(base)s + (m - 1) * 5, s.channel_id, s.market_id, 'placed', ''
  FROM generate_series(1, %(models)s) m, markets_scope s WHERE (m + s.market_id) %% 10 < 8
"""
CATEGORIES = """
INSERT INTO taxonomy_category (uid, tree_id, code, parent_id, line, position, labels, is_retired, version)
SELECT gen_random_uuid(), p.tree_id, p.code || '-' || n, p.id, p.line || (%(tree)s || '/' || p.code || '-' || n), n,
       jsonb_build_object('en-GB', 'Shelf ' || p.code || '-' || n), false, 1
  FROM taxonomy_category p, generate_series(1, %(below)s) n WHERE cardinality(p.line) = %(level)s ORDER BY p.id, n
"""
CLASSIFIED = """
INSERT INTO pim_classification (product_id, category_id, is_primary)
SELECT %(base)s + (m - 1) * 5, shelf.id, true
  FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS nth, count(*) OVER () AS many
          FROM taxonomy_category WHERE cardinality(line) = 3) shelf
  JOIN generate_series(1, %(models)s) m ON m * 7 %% shelf.many = shelf.nth
"""
BLOBS = """
INSERT INTO blobs_blob (sha256, bytes, media_type, created_at)
SELECT encode(sha256(('picture ' || n)::bytea), 'hex'), 1000000 + n, 'image/jpeg', now()
  FROM generate_series(1, %(assets)s) n
"""
ASSETS = """
INSERT INTO dam_asset (id, uid, kind, title, first_sha256, metadata, state, markets, edition, created_at)
SELECT %(base)s + n, gen_random_uuid(), (ARRAY['image', 'image', 'image', 'graphic', 'document'])[1 + n %% 5],
       'C' || lpad((n %% %(models)s + 1)::text, 6, '0') || '_' || n || '.jpg',
       encode(sha256(('picture ' || n)::bytea), 'hex'), '{"keywords": ["autumn"]}',
       (ARRAY['approved', 'approved', 'approved', 'draft', 'retired'])[1 + n / 7 %% 5],
       CASE WHEN n %% 20 = 0 THEN ARRAY['US'] ELSE '{}'::text[] END, 1, now() - make_interval(mins => n)
  FROM generate_series(1, %(assets)s) n
"""
VERSIONS = """
INSERT INTO dam_assetversion (id, asset_id, number, blob_id, filename, media_type, width, height, embedded, identifiers,
                              pixel_sha256, phash, state, approved_at, created_at)
SELECT %(base)s + n, %(base)s + n, 1, encode(sha256(('picture ' || n)::bytea), 'hex'), a.title, 'image/jpeg', 4000,
       5000, '{}', '[]', '', '', CASE WHEN a.state = 'draft' THEN 'draft' ELSE 'approved' END,
       CASE WHEN a.state <> 'draft' THEN now() END, now()
  FROM generate_series(1, %(assets)s) n JOIN dam_asset a ON a.id = %(base)s + n
"""
CURRENT = "UPDATE dam_asset SET current_version_id = id WHERE id > %(base)s"
LICENCED = """
INSERT INTO dam_assetlicence (asset_id, licence_id)
SELECT %(base)s + n, (%(licences)s::bigint[])[1 + n %% cardinality(%(licences)s::bigint[])]
  FROM generate_series(1, %(assets)s) n WHERE n %% 10 < 9
"""
# Four of five assets show something: heroes first, then galleries; one of fifty is proposed only.
BINDINGS = """
INSERT INTO associations_binding (uid, product_id, asset_id, role, is_single, cell_id, axis, position, status, source,
                                  settled_by, evidence, actor, reason, created_at, proposed_at)
SELECT gen_random_uuid(), %(products)s + n - 1, %(base)s + n, CASE WHEN n %% 5 < 2 THEN 'hero' ELSE 'gallery' END,
       n %% 5 < 2, %(cell)s, '', 0, CASE WHEN n %% 50 = 4 THEN 'proposed' ELSE 'active' END, 'barcode', 'barcode',
       '{"sentence": "A barcode names it."}', 'system:bench', '', now(), CASE WHEN n %% 50 = 4 THEN now() END
  FROM generate_series(1, %(bound)s) n WHERE n %% 5 <> 0
"""
LISTINGS = """
INSERT INTO syndication_listing (uid, product_id, root_id, sku, scope_id, channel_id, state, hash, revision, body,
                                 problems, mapping_version, changed_at)
SELECT gen_random_uuid(), p.id, p.root_id, p.sku, s.id, s.channel_id, told.state,
       CASE WHEN told.state = 'live' THEN repeat('ab', 32) ELSE '' END,
       CASE WHEN told.state <> 'held' THEN row_number() OVER (PARTITION BY s.channel_id ORDER BY p.id, s.id) + 100 END,
       CASE WHEN told.state = 'live'
            THEN json_build_object('title', p.sku, 'text', repeat('warm ', 200))::text ELSE '' END,
       CASE WHEN told.state = 'held' THEN '[{"code": "missing", "origin": "description", "blocks": true,
            "detail": "The description is missing"}]'::jsonb ELSE '[]' END, 1, now() - make_interval(secs => p.id)
  FROM pim_product p
  JOIN pim_placement l ON l.product_id = p.root_id
  JOIN markets_scope s ON s.channel_id = l.channel_id AND s.market_id = l.market_id
 CROSS JOIN LATERAL (SELECT CASE WHEN p.id %% 20 = 0 THEN 'tombstone' WHEN p.id %% 7 = 0 THEN 'held' ELSE 'live' END
                         AS state) told
 WHERE p.level = 1 AND p.id >= %(base)s
"""
EVENTS = """
INSERT INTO events_event (position, at, uid, type, subject, shard, data, actor, request, tx)
SELECT (SELECT position FROM events_sequence) + row_number() OVER (), now() - make_interval(secs => p.id - %(base)s),
       gen_random_uuid(), 'pim.product.changed', p.uid, 0,
       jsonb_build_object('sku', p.sku, 'attributes', ARRAY['name'], 'cells', ARRAY['*/en-GB']), 'user:stella', '', 1
  FROM pim_product p WHERE p.id >= %(base)s ORDER BY p.id DESC
"""
REJECTIONS = """
INSERT INTO syndication_rejection (listing_id, channel_id, feed_id, sku, attribute, target, code, message, opened_at,
                                   outcome)
SELECT l.id, l.channel_id, %(feed)s, l.sku, 'name', 'title', (ARRAY['TOO_LONG', 'BANNED_WORD'])[1 + l.id %% 2],
       'The title is refused', now(), '' FROM syndication_listing l
  JOIN markets_channel c ON c.id = l.channel_id AND c.kind = 'marketplace'
 WHERE l.state = 'live' AND l.id %% 20 = 0
"""
WORK = """
INSERT INTO workflow_workitem (uid, queue_id, kind, cause_key, subject_type, subject, title, detail, market, opened_at,
                               closed_by, outcome, category_id)
SELECT gen_random_uuid(), %(queue)s, 'proposal', 'proposal:' || b.uid, 'binding', b.uid,
       'Does it show ' || p.sku || '?', '{}', '', now(), '', '', k.category_id
  FROM associations_binding b JOIN pim_product p ON p.id = b.product_id
  LEFT JOIN pim_classification k ON k.product_id = p.root_id AND k.is_primary
 WHERE b.status = 'proposed' AND b.asset_id > %(base)s
"""
TABLES = (
    "pim_product", "pim_productvalues", "pim_placement", "blobs_blob", "dam_asset", "dam_assetversion",
    "dam_assetlicence", "associations_binding", "syndication_listing", "events_event", "workflow_workitem",
    "pim_completeness", "pim_productsearch", "pim_catalogueentry", "associations_libraryentry", "history_revision",
    "syndication_rejection", "taxonomy_category", "pim_classification", "associations_libraryplace", "pim_attribute",
    "pim_option", "pim_familyattribute", "pim_requirement",
)  # fmt: skip


def make_crowd(products: int, assets: int) -> SimpleNamespace:
    """So many products in trees of five, and so many assets; returns the window that they were cloned from."""
    from django.db import transaction

    from foundation.history.services import recorded
    from tests.cast import make_world
    from tests.workspace import factories

    window = factories.make_window(make_world())
    factories.make_wide(ATTRIBUTES, options=OPTIONS)
    families = _families(factories)
    models = products // TREE
    with recorded(factories.HOUSE):
        base = _products(models, families, window.ridge.pk)
        asset_base = _assets(assets, models, base)
    with transaction.atomic():
        _listings(base, asset_base, window)
    settle_tables(*TABLES)
    _refresh()
    _go_on()
    settle_tables(*TABLES)
    return window


def _families(factories: Any) -> list[int]:
    """Copies of the coats under names of their own, so that masks mean the same."""
    from pim.models import Family
    from pim.services import define_family

    coats = Family.objects.get(code="coats")
    members = [
        {"code": one.attribute.code, "level": one.level, "may_override_below": one.may_override_below}
        for one in coats.members.select_related("attribute").order_by("index")
    ]
    for number in range(1, FAMILIES):
        define_family(
            code=f"coats{number}", labels={"en-GB": f"Coats {number}"}, axes=[["colour", "size"]], visual_axis="colour",
            label_attribute="name", required={"shop": ["name", "description", "price"], "bazaar": ["name"]},
            attributes=members, actor=factories.HOUSE,
        )  # fmt: skip
    return list(Family.objects.filter(code__startswith="coats").order_by("pk").values_list("pk", flat=True))


def _products(models: int, families: list[int], template: int) -> int:
    """The number of the first one."""
    execute(
        "CREATE TABLE bench_tree AS SELECT id, sku, level, axis_key, state, "
        "row_number() OVER (ORDER BY level, id) - 1 AS rank FROM pim_product WHERE root_id = %s",
        [template],
    )
    base = int(fetch("SELECT max(id) + 1 FROM pim_product")[0][0])
    given = {"base": base, "models": models, "families": families}
    for statement in (CLONED, VALUES, PLACEMENTS):
        execute(statement, given)
    _shelves()
    execute(CLASSIFIED, given)
    return base


def _shelves() -> None:
    """A product hierarchy of three levels."""
    from foundation.taxonomy.services import create_category, create_tree
    from pim.models import Product
    from pim.services import classify_product
    from tests.workspace import factories

    tree = create_tree(code="products", kind="hierarchy", labels={"en-GB": "Products"}, actor=factories.HOUSE)
    for number in range(1, DEPARTMENTS + 1):
        labels = {"en-GB": f"Department {number}"}
        create_category(tree, code=f"d{number}", labels=labels, actor=factories.HOUSE)
    for level, below in ((1, SHELVES // 10), (2, 10)):
        execute(CATEGORIES, {"tree": tree.code, "level": level, "below": below})
    classify_product(Product.objects.get(sku="WIDE"), category=BRANCH, actor=factories.HOUSE)


def _assets(assets: int, models: int, products: int) -> int:
    from foundation.markets.services import get_or_make_cell
    from tests.workspace import factories

    licences = [factories.license_for(f"Licence {number}", []).pk for number in range(LICENCES)]
    base = int(fetch("SELECT max(id) + 1 FROM dam_asset")[0][0]) + 1000
    cell = get_or_make_cell(None, "*").pk
    bound = min(assets, models * TREE)
    given = {
        "base": base, "assets": assets, "models": models, "licences": licences, "products": products, "cell": cell,
        "bound": bound,
    }  # fmt: skip
    for statement in (BLOBS, ASSETS, VERSIONS, CURRENT, LICENCED, BINDINGS):
        execute(statement, given)
    return base


def _listings(base: int, assets: int, window: Any) -> None:
    from foundation.core import moment
    from foundation.workflow.models import Queue
    from syndication.models import Feed

    bazaar = window.world.bazaar
    feed = Feed.objects.create(
        channel=bazaar, from_revision=0, to_revision=1, state="answered", body="{}", created_at=moment.now()
    )
    queue = Queue.objects.order_by("pk")[0]
    execute(LISTINGS, {"base": base})
    execute(EVENTS, {"base": base})
    execute(REJECTIONS, {"feed": feed.pk})
    execute(WORK, {"queue": queue.pk, "base": assets})


def _refresh() -> None:
    """The projections that pages count by, without the queue of marks that so many rows would make."""
    from foundation.core.actors import system
    from foundation.events.registry import ordered_projections
    from foundation.history.services import recorded

    for projection in ordered_projections():
        if projection.name in LEFT_OUT:
            continue
        subjects = list(projection.subjects())
        for start in range(0, len(subjects), BATCH):
            with recorded(system(projection.name)):
                projection.refresh(subjects[start : start + BATCH])
    execute("DELETE FROM events_dirty")
    execute("DELETE FROM events_outbox")


def _go_on() -> None:
    """What is written from here on comes after the crowd: rows, events and revisions are numbered on."""
    for table in ("pim_product", "dam_asset", "dam_assetversion"):
        execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")  # noqa: S608
    for follower in ("events_sequence", "events_cursor"):
        execute(f"UPDATE {follower} SET position = (SELECT max(position) FROM events_event)")  # noqa: S608
    execute(
        "UPDATE markets_channel c SET last_revision = l.revision "
        "FROM (SELECT channel_id, max(revision) AS revision FROM syndication_listing GROUP BY 1) l "
        "WHERE l.channel_id = c.id"
    )
