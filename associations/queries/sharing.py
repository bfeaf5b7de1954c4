"""Which of the assets that are for every market somebody sees who is limited to some."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from associations.choices import BindingStatus
from associations.models import Binding
from foundation.core.actors import Actor
from pim.models import Product


def shows_nothing_foreign(actor: Actor) -> Q:
    """Assets that are said of no product, or of one that the actor sees in a market of theirs.

    An asset's name tells what it shows, so it is as hidden as that. Claims that ended or were rejected say nothing.
    """
    said = Binding.objects.filter(asset=OuterRef("pk"), status__in=[BindingStatus.ACTIVE, BindingStatus.PROPOSED])
    seen = said.filter(product__in=Product.objects.visible_to(actor).values("pk")).in_markets_of(actor)
    return Q(~Exists(said)) | Q(Exists(seen))
