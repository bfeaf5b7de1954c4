"""Which of the assets that are for every market somebody sees who is limited to some."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce

from associations.choices import BindingStatus
from associations.models import Binding
from foundation.core.actors import Actor
from pim.models import Placement


def shows_nothing_foreign(actor: Actor) -> Q:
    """Assets that are said of no product, or of one that is placed in a market of the actor's for which that is said.

    An asset's name tells what it shows, so it is as hidden as that. Claims that ended or were rejected say nothing.
    `associations.services.library` keeps the same, told per market.
    """
    said = Binding.objects.filter(asset=OuterRef("pk"), status__in=[BindingStatus.ACTIVE, BindingStatus.PROPOSED])
    # An Exists of its own: as joins of one query it took PostgreSQL four times as long to plan as to answer.
    placed = Placement.objects.placed().filter(
        product__root_id=OuterRef("product__root_id"),
        market=Coalesce(OuterRef("cell__market"), F("market")),
        market__code__in=sorted(actor.within("dam.view").limits("market") or ()),
    )
    seen = said.filter(Exists(placed))
    return Q(~Exists(said)) | Q(Exists(seen))
