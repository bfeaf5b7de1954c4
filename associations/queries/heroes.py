"""Products that are offered somewhere and have no hero to be shown by there."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Concat

from associations.choices import BindingRole
from associations.models import Binding
from associations.queries.coverage import Words, as_text
from foundation.core.actors import Actor
from foundation.markets.models import Channel, Market
from pim.choices import PlacementState, ProductState
from pim.models import Placement, Product
from pim.models.classifications import of_branches


def products_without_hero(actor: Actor, *, channel: Channel, market: Market, at: datetime) -> QuerySet[Product]:
    """Active sellable products placed there whose line, up to the model, holds no hero for their looks; by SKU.

    What is placed in a market is visible to all who see that market, so beside that only branches are asked.
    """
    seer = actor.within("pim.view").at(market=market.code)
    placements = Placement.objects.filter(channel=channel, market=market)
    heroes = (
        Binding.objects.current(at)
        .of_live_assets()
        .filter(Q(cell__market=None) | Q(cell__market=market), role=BindingRole.HERO)
        .annotate(pairs=Words("axis"))
    )
    looks = Concat(F("axis_key"), as_text("&"), Coalesce(F("parent__axis_key"), as_text("")))
    seen = Product.objects.filter(seer.where(category=of_branches("root_id__in")))
    rows = seen.sellable().filter(state=ProductState.ACTIVE).annotate(words=Words(looks))
    for above in ("parent_id", "root_id"):
        rows = rows.filter(~Exists(heroes.filter(product=OuterRef(above), pairs__contained_by=OuterRef("words"))))
    return rows.filter(_placed(placements), ~Exists(heroes.filter(product=OuterRef("pk")))).order_by("sku")


def _placed(placements: QuerySet[Placement]) -> Q:
    """The nearest word on it, from the product upwards, says that it is."""

    def said(field: str, **more: str) -> Exists:
        return Exists(placements.filter(product=OuterRef(field), **more))

    placed = PlacementState.PLACED
    by_parent = ~said("pk") & said("parent_id", state=placed)
    by_model = ~said("pk") & ~said("parent_id") & said("root_id", state=placed)
    return Q(said("pk", state=placed)) | Q(by_parent) | Q(by_model)
