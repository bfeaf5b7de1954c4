"""The one picture that stands for a product."""

from __future__ import annotations

from associations.choices import BindingRole
from associations.models import Binding
from associations.queries.evidence import target_of
from associations.services import rows
from associations.services.bindings import DECIDE, bind_asset, set_binding_role
from dam.models import Asset
from foundation.core.actors import Actor
from foundation.history.services import recorded
from foundation.markets.models import ANY_LOCALE
from pim.models import Product


def set_hero(*, product: Product, asset: Asset, actor: Actor, replace: bool = False, change_set: str = "") -> Binding:
    """Let the asset be the hero of all that looks like the product: at the level of its looks, not of its size.

    A picture of its gallery there moves; any other is bound.
    """
    actor = actor.require(DECIDE)
    with recorded(actor, change_set=change_set):
        seen = rows.lock_shown_product(product_id=product.pk, actor=actor)
        target = target_of(seen)
        shown = rows.lock_shown_product(product_id=target.product_id, actor=actor)
        present = Binding.objects.active().filter(
            product=shown, asset=asset, axis=target.axis, role=BindingRole.GALLERY, starts_at=None, ends_at=None,
            cell__market=None, cell__locale=ANY_LOCALE,
        ).first()  # fmt: skip
        if present is not None:
            return set_binding_role(uid=present.uid, role=BindingRole.HERO, actor=actor, replace=replace)
        return bind_asset(
            product=shown, asset=asset, role=BindingRole.HERO, axis=target.axis, actor=actor, replace=replace
        )
