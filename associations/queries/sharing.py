"""Which assets somebody sees who is limited to markets or branches: by what they show."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce

from associations.choices import BindingStatus
from associations.models import Binding
from associations.models.bindings import BindingQuerySet
from dam.models import Asset
from foundation.core.actors import CATEGORY, Limits
from pim.models import Placement
from pim.models.classifications import Classification, of_branches


def shows_nothing_foreign(limits: Limits) -> Q:
    """Assets that are said of no product, or of one within the limits: in a branch of these, and placed in a market of
    these for which that is said, unless the asset is for markets itself.

    An asset's name tells what it shows, so it is as hidden as that. Claims that ended or were rejected say nothing.
    `associations.services.library` keeps the same, told per market and category.
    """
    said = Binding.objects.filter(asset=OuterRef("pk"), status__in=[BindingStatus.ACTIVE, BindingStatus.PROPOSED])
    near = said.filter(of_branches("product__root__in")(limits[CATEGORY])) if CATEGORY in limits else said
    if "market" not in limits:
        return Q(~Exists(said)) | Q(Exists(near))
    offered = Q(Exists(_placed(near, limits["market"])))
    if CATEGORY in limits:
        offered = (offered & Q(markets=[])) | (Q(Exists(near)) & ~Q(markets=[]))
    return Q(~Exists(said)) | offered


def assets_in(keys: frozenset[str]) -> Any:
    """The uids of assets that who ends in these branches sees, as a subquery."""
    return Asset.objects.within({CATEGORY: keys}).values("uid")


def category_of_binding(uid: UUID) -> int | None:
    """The number of the category in which the product of a binding lies."""
    rows = Classification.objects.filter(product__tree__bindings__uid=uid, is_primary=True)
    return rows.values_list("category_id", flat=True).first()


def _placed(rows: BindingQuerySet, markets: frozenset[str]) -> BindingQuerySet:
    # An Exists of its own: as joins of one query it took PostgreSQL four times as long to plan as to answer.
    placements = Placement.objects.placed().filter(
        product__root_id=OuterRef("product__root_id"),
        market=Coalesce(OuterRef("cell__market"), F("market")),
        market__code__in=sorted(markets),
    )
    return rows.filter(Exists(placements))
