"""What products are to each other: said, taken back, sorted. Each change is one of the product of which it is said."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import F, Max

from foundation.core.actors import Actor
from foundation.core.errors import Denied, Invalid, Missing, Stale, TandemError
from foundation.core.locks import hold_until_commit
from foundation.events.services import append_events
from foundation.history.services import recorded
from foundation.taxonomy.services.trees import check_version
from pim import events
from pim.choices import MAX_RELATIONS
from pim.models import Product, Relation, RelationType
from pim.queries.classifications import actor_at
from pim.queries.refusals import refusal_of
from pim.queries.relations import get_relation_type, relations_of
from pim.services.relation_documents import Wanted, read_relations

COMPOSING = "pim.relations.composing"
# What each of some products is made of, down to the last; those with the product in question among it.
MADE_OF = """
WITH RECURSIVE made(origin, part) AS (
    SELECT one, one FROM unnest(%s::bigint[]) AS one
    UNION
    SELECT m.origin, r.target_id FROM made m JOIN pim_relation r ON r.product_id = m.part
      JOIN pim_relationtype t ON t.id = r.type_id AND t.has_quantity
) SELECT DISTINCT origin FROM made WHERE part = %s
"""


@dataclass
class Related:
    """What became of some relations of a product: made, changed (with what they said before), ended."""

    product: Product
    made: list[Relation] = field(default_factory=list)
    changed: list[tuple[Relation, dict[str, Any]]] = field(default_factory=list)
    ended: list[Relation] = field(default_factory=list)

    @property
    def undoing(self) -> dict[str, Any]:
        """What `undo_relating` is told to take it back."""
        left = [*self.made, *(row for row, _ in self.changed)]
        before = [self._document(row, told) for row, told in self.changed]
        return {
            "drop": [row.pk for row in self.made],
            "put": before + [self._document(row, row.told) for row in self.ended],
            "seen": [[row.pk, row.quantity, row.position] for row in left],
        }

    def _document(self, row: Relation, told: Mapping[str, Any]) -> dict[str, Any]:
        return {"type": row.type.code, "product": row.other(self.product).sku, "market": row.place, **told}

    @property
    def touched(self) -> list[Relation]:
        return [*self.made, *(row for row, _ in self.changed), *self.ended]


def relate_products(
    product: Product, *, relations: Sequence[Mapping[str, Any]], actor: Actor, expected_version: int | None = None
) -> Related:
    """Say what a product is to others, all or none; what is said already stays, with the quantity that is given.

    A relation has type, product (a SKU), and where its type has them quantity and market. New ones come last. Raises
    `Invalid` for a circle of packs and bundles, `Denied` for what holds in other markets too, `Stale`.
    """
    editor = actor.require("pim.edit")
    with recorded(editor):
        wanted = read_relations(product, relations=relations, actor=actor)
        done = Related(_lock(product, wanted, editor, expected_version=expected_version))
        _require_theirs(done.product, [one.market_code for one in wanted], editor)
        _put(done, wanted)
        _tell(done)
    return done


def set_relations(
    product: Product, *, relations: Sequence[Mapping[str, Any]], actor: Actor, type: str = "",
    expected_version: int | None = None,
) -> Related:  # fmt: skip
    """Let a product be exactly this to others, in this order, as far as the actor sees it; with `type` of one type."""
    editor = actor.require("pim.edit")
    with recorded(editor):
        if type:
            get_relation_type(type, actor=actor)
        wanted = read_relations(product, relations=relations, actor=actor)
        for at, one in enumerate(wanted):
            if type and one.type.code != type:
                raise Invalid(f"These are to be of the type {type} alone", path=f"{at}.type")
        before = relations_of(product, actor=actor, type=type)
        done = Related(_lock(product, wanted, editor, standing=before, expected_version=expected_version))
        keys = {one.key for one in wanted}
        standing = relations_of(done.product, actor=actor, type=type)
        done.ended = [row for row in _theirs(standing, done.product, editor) if _key(row, done.product) not in keys]
        told = {_key(row, done.product): row.quantity for row in standing}
        news = [one.market_code for one in wanted if told.get(one.key, -1) != one.quantity]
        _require_theirs(done.product, [*news, *(row.place for row in done.ended)], editor)
        Relation.objects.filter(pk__in=[row.pk for row in done.ended]).delete()
        _put(done, _in_order(wanted, standing, done.product, editor))
        _tell(done)
    return done


def unrelate_products(
    product: Product, *, ids: Collection[int], actor: Actor, expected_version: int | None = None
) -> Related:
    """Take some of a product's relations back, all or none; a two-way one may be taken back from either side."""
    editor = actor.require("pim.edit")
    with recorded(editor):
        before = [row for row in relations_of(product, actor=actor) if row.pk in ids]
        done = Related(_lock(product, [], editor, standing=before, expected_version=expected_version))
        rows = [row for row in relations_of(done.product, actor=actor) if row.pk in ids]
        if len(rows) != len(set(ids)) or not rows:
            raise Missing("There is no such relation (any more)", path="relation")
        _require_theirs(done.product, [row.place for row in rows], editor)
        done.ended = rows
        Relation.objects.filter(pk__in=ids).delete()
        _tell(done)
    return done


def undo_relating(
    product: Product, *, drop: Collection[int], put: Sequence[Mapping[str, Any]], seen: Mapping[int, Sequence[Any]],
    actor: Actor,
) -> Related:  # fmt: skip
    """Take a change back: what it made goes, what it changed or ended is said again where it stood.

    `seen` is quantity and place of what it left, by number; raises `Stale` where somebody went on from there.
    """
    editor = actor.require("pim.edit")
    with recorded(editor):
        rows = {row.pk: [row.quantity, row.position] for row in relations_of(product, actor=actor) if row.pk in seen}
        if rows != {pk: list(told) for pk, told in seen.items()}:
            raise Stale("Somebody changed it again since; look at it before you take anything back", path="change")
        done = unrelate_products(product, ids=drop, actor=actor) if drop else None
        if put or done is None:
            done = relate_products(product, relations=put, actor=actor)
    return done


def sort_relations(
    product: Product, *, type: str, ids: Sequence[int], actor: Actor, seen: Sequence[int] | None = None
) -> Related:
    """Put a product's own relations of a type in this order: all of those that the actor may change.

    With the order that was `seen`, it is refused where somebody else sorted meanwhile. Others keep their places.
    """
    editor = actor.require("pim.edit")
    with recorded(editor):
        get_relation_type(type, actor=actor)
        done = Related(_lock(product, [], editor))
        standing = relations_of(done.product, actor=actor, type=type)
        theirs = _theirs(standing, done.product, editor)
        rows = {row.pk: row for row in theirs if row.product_id == done.product.pk}
        if sorted(ids) != sorted(rows) or (seen is not None and list(seen) != list(rows)):
            text = f"What is related to {done.product.sku} is not what you saw; look again and repeat"
            raise Stale(text, path="relations")
        places = _distinct(sorted(row.position for row in rows.values()))
        for pk, place in zip(ids, places, strict=True):
            row = rows[pk]
            if row.position != place:
                done.changed.append((row, row.told))
                row.position = place
        Relation.objects.bulk_update([row for row, _ in done.changed], ["position"])
        _tell(done)
    return done


def refusal_of_relation(
    product: Product, *, document: Mapping[str, Any], actor: Actor, is_new: bool
) -> TandemError | None:  # fmt: skip
    """Why a relation could not be said, or taken back, just now; nothing is written."""
    try:
        editor = actor.require("pim.edit")
        wanted = read_relations(product, relations=[document], actor=actor)
        _require_theirs(product, [one.market_code for one in wanted], editor)
        if is_new:
            _require_no_circle(product, [one.product for one in wanted if one.type.has_quantity])
    except TandemError as error:
        return error
    return None


def _lock(
    product: Product, wanted: Sequence[Wanted], editor: Actor, *, standing: Sequence[Relation] = (),
    expected_version: int | None = None,
) -> Product:  # fmt: skip
    """The product and all that it points at, or will, in the order of their numbers; packs and bundles by turns."""
    if any(one.type.has_quantity for one in wanted):
        hold_until_commit(COMPOSING)
    ids = {product.pk, *(one.product.pk for one in wanted), *(row.other(product).pk for row in standing)}
    list(Product.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    locked = Product.objects.visible_to(editor).filter(pk=product.pk).first()
    if locked is None:
        raise refusal_of(product, editor, "edit products")
    check_version(locked.version, expected_version)
    return locked


def _require_theirs(product: Product, markets: Collection[str | None], editor: Actor) -> None:
    here = actor_at(product, editor)
    if here.limits("market") is None:
        return
    if None in markets:
        raise Denied("You may change relations of your own markets only, not those for all", path="market")
    for code in markets:
        if code and not here.sees("market", code):
            raise Denied(f"{code} is not yours to fill", path="market")


def _theirs(rows: Sequence[Relation], product: Product, editor: Actor) -> list[Relation]:
    """Those that the editor may change."""
    limits = actor_at(product, editor).limits("market")
    return [row for row in rows if limits is None or row.place in limits]


def _in_order(
    wanted: Sequence[Wanted], standing: Sequence[Relation], product: Product, editor: Actor
) -> list[Wanted]:  # fmt: skip
    """With their places among their type, unless somebody limited to markets cannot move the others."""
    if actor_at(product, editor).limits("market") is not None:
        return list(wanted)
    places: Counter[int] = Counter()
    found = []
    for one in wanted:
        found.append(one.at(places[one.type.pk]))
        places[one.type.pk] += 1
    return found


def _put(done: Related, wanted: Sequence[Wanted]) -> None:
    rows = Relation.objects.said_of(done.product).filter(type__in={one.type.pk for one in wanted})
    known = {_key(row, done.product): row for row in rows.select_related("type", "market", "product", "target")}
    last = dict(
        Relation.objects.filter(product=done.product).order_by().values_list("type").annotate(last=Max("position"))
    )
    for one in wanted:
        row = known.get(one.key)
        if row is None:
            last[one.type.pk] = last.get(one.type.pk, -1) + 1
            place = last[one.type.pk] if one.position is None else one.position
            done.made.append(one.row(done.product, place))
        elif row.product_id == done.product.pk:
            said, place = row.told, row.position if one.position is None else one.position
            if (row.quantity, row.position) != (one.quantity, place):
                done.changed.append((row, said))
                row.quantity, row.position = one.quantity, place
    Relation.objects.bulk_create(done.made)
    Relation.objects.bulk_update([row for row, _ in done.changed], ["quantity", "position"])
    _require_room(done)
    _require_no_circle(done.product, [row.target for row in done.made if row.type.has_quantity])


def _require_room(done: Related) -> None:
    by_type: dict[RelationType, set[int]] = defaultdict(set)
    for row in done.made:
        by_type[row.type].add(done.product.pk)
        if row.type.is_two_way:
            by_type[row.type].add(row.target_id)
    for kind, ids in by_type.items():
        ends = Relation.objects.filter(type=kind)
        counts = Counter(ends.filter(product__in=ids).values_list("product", flat=True))
        if kind.is_two_way:
            counts += Counter(ends.filter(target__in=ids).values_list("target", flat=True))
        if any(counts[pk] > MAX_RELATIONS for pk in ids):
            raise Invalid(f"A product has at most {MAX_RELATIONS} relations of a type", path="relations")


def _require_no_circle(product: Product, parts: Sequence[Product]) -> None:
    if not parts:
        return
    known = {one.pk: one for one in parts}
    with connection.cursor() as cursor:
        cursor.execute(MADE_OF, [sorted(known), product.pk])
        found = cursor.fetchone()
    if found:
        part = known[found[0]].sku
        text = f"{part} is made of {product.sku} itself, or of what is made of it: this would be a circle"
        raise Invalid(text, path="product", reason="circle")


def _tell(done: Related) -> None:
    """A change of the product, and of the other end of what is two-way."""
    told: dict[int, tuple[Product, set[str]]] = {}
    for row in done.touched:
        ends = [row.product, row.target] if row.type.is_two_way else [done.product]
        for one in ends:
            told.setdefault(one.pk, (one, set()))[1].add(row.type.code)
    if not told:
        return
    Product.objects.filter(pk__in=told).update(version=F("version") + 1)
    done.product.refresh_from_db(fields=["version"])
    append_events(
        events.PRODUCT_RELATED,
        [(one.uid, {"sku": one.sku, "types": sorted(codes)}) for _, (one, codes) in sorted(told.items())],
    )


def _key(row: Relation, product: Product) -> tuple[int, int, int | None]:
    """What makes a relation the same, from the side of a product."""
    return row.type_id, row.target_id if row.product_id == product.pk else row.product_id, row.market_id


def _distinct(places: list[int]) -> list[int]:
    """The same places, but no two are equal."""
    for at in range(1, len(places)):
        places[at] = max(places[at], places[at - 1] + 1)
    return places
