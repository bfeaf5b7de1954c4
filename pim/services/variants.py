"""Variants that become products of their own, and products that become variants; what they answer stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import transaction

from foundation.core.actors import Actor
from foundation.core.errors import Missing
from foundation.core.hashing import hash_document
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.markets.queries import get_channel, get_market
from pim import events
from pim.errors import BadProduct, UnknownFamily
from pim.models import Classification, Placement, Product, ProductValues
from pim.queries.book import Book, FamilyRule, read_book
from pim.queries.classifications import categories_of
from pim.queries.placements import Offer, placements_of
from pim.queries.refusals import refusal_of
from pim.resolution import joined, left_of
from pim.services.moves import Move, PlaceValues, carry_out_move, reasons_of, require_whole, said_of

OTHER_FAMILY = "Products of {family} have no such attribute"


@dataclass(frozen=True)
class Offered:
    """What a product says of a place by itself, before and after; empty: nothing."""

    channel: str
    market: str
    before: str
    after: str
    reason: str


@dataclass
class VariantMove(Move):
    """A product that changes its place: its values, and its own words on where it is offered and lies.

    `offers` are its placements, `categories` its own categories before and after.
    """

    offers: list[Offered] = field(default_factory=list)
    categories: tuple[list[str], list[str]] = ((), ())  # type: ignore[assignment]  # told once, by the plan

    @property
    def digest(self) -> str:
        return hash_document([super().digest, [vars(one) for one in self.offers], *self.categories])


Saying = Mapping[str, PlaceValues]


def preview_detach(product: Product, *, family: str, actor: Actor) -> VariantMove:
    """What `detach_variant` would do now; nothing is written."""
    with transaction.atomic():
        line, rule, said, actor = _open(product, family, actor)
        return _plan_detach(line, rule, said)


def detach_variant(
    product: Product, *, family: str, actor: Actor, accept: bool = False, seen: str | None = None
) -> VariantMove:
    """Let a variant be a simple product of a family without levels, with all that it inherited as its own.

    It is offered and lies where it did. Values of attributes that the family lacks are lost, if `accept` says so.
    Pictures that are bound to its model stay there. Raises `Conflict`, `StaleValues` or `Problems`; then nothing was
    written.
    """
    with recorded(actor, reason=f"{product.sku} became a product of its own"):
        line, rule, said, editor = _open(product, family, actor)
        move = _plan_detach(line, rule, said)
        move.require_consent(accept=accept, seen=seen)
        variant, root = line[0], line[-1]
        shelves = categories_of([root.pk]).get(root.pk, [])
        reasons = reasons_of([one.pk for one in line])
        _stand(variant, parent=None, rule=rule, axis_key="")
        carry_out_move(
            move, reasons=reasons, sources={variant.sku: [one.sku for one in line[1:]]}, actor=editor,
            reason="Taken along from the model",
        )  # fmt: skip
        _say_offers(variant, move.offers)
        Classification.objects.bulk_create(
            Classification(product=variant, category=one, is_primary=one.tree.is_hierarchy) for one in shelves
        )
        _tell(variant, rule)
    return move


def preview_attach(
    product: Product, *, parent: Product, actor: Actor, axes: Mapping[str, str] | None = None
) -> VariantMove:
    """What `attach_variant` would do now; nothing is written."""
    with transaction.atomic():
        line, rule, said, actor = _open_below(product, parent, actor)
        return _plan_attach(line, rule, said, axes or {})[0]


def attach_variant(
    product: Product, *, parent: Product, actor: Actor, axes: Mapping[str, str] | None = None, accept: bool = False,
    seen: str | None = None,
) -> VariantMove:  # fmt: skip
    """Let a simple product be a variant of a model.

    `axes` are options of the level's axes; those that are not named are its own values. Values that its model has too
    are dropped, others kept where the level allows it, else lost, if `accept` says so. It lies where its model lies.
    Raises `Conflict`, `StaleValues` or `Problems`; then nothing was written.
    """
    with recorded(actor, reason=f"{product.sku} became a variant of {parent.sku}"):
        line, rule, said, editor = _open_below(product, parent, actor)
        move, axis_key = _plan_attach(line, rule, said, axes or {})
        move.require_consent(accept=accept, seen=seen, minds_gains=False)
        single = line[0]
        reasons = reasons_of([one.pk for one in line])
        Classification.objects.filter(product=single).delete()
        _stand(single, parent=line[1], rule=rule, axis_key=axis_key)
        carry_out_move(move, reasons=reasons, sources={}, actor=editor, reason="Kept as a variant")
        _say_offers(single, move.offers)
        _tell(single, rule)
    return move


def _open(product: Product, family: str, actor: Actor) -> tuple[list[Product], FamilyRule, Mapping[int, Saying], Actor]:
    line = _lock(product)
    said = said_of([one.pk for one in line])
    editor = _require(line, said, actor)
    rule = _family(read_book(), family)
    if rule.depth:
        text = f"{family} has levels of variants: choose a family of simple products"
        raise BadProduct(text, path="family", reason="has-levels")
    if line[0].parent_id is None:
        raise BadProduct(f"{product.sku} is no variant", path="sku", reason="no-variant")
    _require_childless(line[0])
    return line, rule, said, editor


def _open_below(
    product: Product, parent: Product, actor: Actor
) -> tuple[list[Product], FamilyRule, Mapping[int, Saying], Actor]:
    line = [*_lock(product), *_lock(parent)]
    said = said_of([one.pk for one in line])
    editor = _require(line, said, actor)
    if line[0].parent_id is not None:
        raise BadProduct(f"{product.sku} is a variant already", path="sku", reason="variant")
    _require_childless(line[0])
    rule = read_book().families_by_id[parent.family_id]
    if line[0].pk == line[1].pk or line[1].level >= rule.depth:
        text = f"{parent.sku} takes no variants: {rule.code} has {rule.depth} levels below the model"
        raise BadProduct(text, path="parent", reason="too-deep")
    return line, rule, said, editor


def _lock(product: Product) -> list[Product]:
    """The product and its ancestors, nearest first."""
    tree = {one.pk: one for one in Product.objects.select_for_update().filter(root=product.root_id).order_by("pk")}
    if product.pk not in tree:
        raise Missing("There is no such product", path="sku")
    line = [tree[product.pk]]
    while line[-1].parent_id is not None:
        line.append(tree[line[-1].parent_id])
    return line


def _require(line: Iterable[Product], said: Mapping[int, Saying], actor: Actor) -> Actor:
    editor = actor.require("pim.edit")
    for one in line:
        if not Product.objects.visible_to(editor).filter(pk=one.pk).exists():
            raise refusal_of(one, editor, "edit products")
    return require_whole(editor, codes={code for values in said.values() for code in values})


def _require_childless(product: Product) -> None:
    if product.children.exists():
        raise BadProduct(f"{product.sku} has variants itself", path="sku", reason="has-variants")


def _family(book: Book, code: str) -> FamilyRule:
    if code not in book.families:
        raise UnknownFamily(f"There is no family {code!r}", path="family")
    return book.families[code]


def _plan_detach(line: list[Product], rule: FamilyRule, said: Mapping[int, Saying]) -> VariantMove:
    move, variant = VariantMove(), line[0]
    for code in sorted({code for one in line for code in said.get(one.pk, {})}):
        own = answers = said.get(variant.pk, {}).get(code, {})
        for above in line[1:]:
            answers = joined(said.get(above.pk, {}).get(code, {}), answers)
        if code in rule.members:
            move.change(variant.sku, code, own, answers)
        else:
            move.change(variant.sku, code, own, {})
            move.lose(variant.sku, code, answers, OTHER_FAMILY.format(family=rule.code))
    for offer in _offers(variant).values():
        if offer.is_inherited:
            move.offers.append(Offered(offer.channel, offer.market, "", offer.state, offer.reason))
    root = line[-1].pk
    move.categories = ([], [one.key for one in categories_of([root]).get(root, [])])
    return move


def _plan_attach(
    line: list[Product], rule: FamilyRule, said: Mapping[int, Saying], axes: Mapping[str, str]
) -> tuple[VariantMove, str]:
    move, single, parent = VariantMove(), line[0], line[1]
    level = parent.level + 1
    mine = {code: dict(values) for code, values in said.get(single.pk, {}).items()}
    wanted = {code: {**mine.get(code, {}), (None, "*"): option} for code, option in axes.items()}
    codes = rule.axes.get(level, [])
    theirs = _heard(line[1:], said)
    for code in sorted(mine.keys() | theirs.keys() | set(codes)):
        own, above = mine.get(code, {}), theirs.get(code, {})
        if code in codes:
            move.change(single.sku, code, own, wanted.get(code, own))
        else:
            _settle(move, single, rule, code, own=own, above=above, level=level)
    for code in sorted(axes.keys() - set(codes)):
        move.problems.append(BadProduct(f"{code} is no axis of that level", path=f"axes.{code}", reason="no-axis"))
    axis_key = _axis_key(move, parent, codes, {code: wanted.get(code, mine.get(code, {})) for code in codes})
    model = _offers(parent)
    for place, offer in _offers(single).items():
        if place in model and model[place].state == offer.state:
            move.offers.append(Offered(*place, offer.state, "", offer.reason))
    move.categories = ([one.key for one in categories_of([single.pk]).get(single.pk, [])], [])
    return move, axis_key


def _heard(line: Iterable[Product], said: Mapping[int, Saying]) -> dict[str, PlaceValues]:
    found: dict[str, PlaceValues] = {}
    for one in line:
        for code, values in said.get(one.pk, {}).items():
            found[code] = joined(values, found.get(code, {}))
    return found


def _settle(
    move: VariantMove, single: Product, rule: FamilyRule, code: str, *, own: PlaceValues, above: PlaceValues, level: int
) -> None:
    """What becomes of one attribute that is no axis."""
    member = rule.members.get(code)
    if member is not None and member.admits(level):
        kept, heard = left_of(above, own)
        move.change(single.sku, code, own, kept)
        move.gain(single.sku, code, heard, "Inherited from the model")
        return
    move.change(single.sku, code, own, {})
    why = OTHER_FAMILY.format(family=rule.code) if member is None else f"It belongs to level {member.level}"
    move.lose(single.sku, code, {at: value for at, value in own.items() if above.get(at) != value}, why)
    move.gain(single.sku, code, {at: value for at, value in above.items() if at not in own}, "Inherited from the model")


def _axis_key(move: VariantMove, parent: Product, codes: list[str], said: Mapping[str, PlaceValues]) -> str:
    given = {code: said[code].get((None, "*")) for code in codes}
    for code in codes:
        if given[code] is None:
            move.problems.append(BadProduct(f"A variant needs its {code}", path=f"axes.{code}", reason="axis-missing"))
    key = "&".join(f"{code}={given[code]}" for code in codes)
    other = parent.children.filter(axis_key=key).values_list("sku", flat=True).first()
    if other is not None:
        text = f"{other} is {key.replace('&', ', ')} of the same model already"
        move.problems.append(BadProduct(text, path="axes", reason="axes-taken"))
    return key


def _offers(product: Product) -> dict[tuple[str, str], Offer]:
    return {offer.place: offer for offer in placements_of([product.pk])[product.pk]}


def _stand(product: Product, *, parent: Product | None, rule: FamilyRule, axis_key: str) -> None:
    """Let it stand elsewhere; the masks of its values follow its family."""
    product.parent, product.root = parent, parent.root if parent else product
    product.level, product.family_id, product.axis_key = (parent.level + 1 if parent else 0), rule.id, axis_key
    product.version += 1
    product.save()
    for row in ProductValues.objects.filter(product=product):
        row.save(update_fields=["version"])


def _say_offers(product: Product, offers: Iterable[Offered]) -> None:
    for one in offers:
        channel, market = get_channel(one.channel), get_market(one.market)
        if one.after:
            Placement.objects.create(
                product=product, channel=channel, market=market, state=one.after, reason=one.reason
            )
        else:
            Placement.objects.filter(product=product, channel=channel, market=market).delete()


def _tell(product: Product, rule: FamilyRule) -> None:
    parent = product.parent.sku if product.parent else ""
    root = str(product.root.uid)
    append_event(events.PRODUCT_MOVED, product.uid, sku=product.sku, root=root, parent=parent, family=rule.code)
