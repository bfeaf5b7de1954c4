"""One binding: what may be done with a picture on a product."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from associations.choices import SINGLE_ROLES, BindingRole, BindingStatus
from associations.models import Binding
from associations.queries import get_binding
from foundation.core.actors import Actor
from workspace.queries.gallery import DECIDE, MINT, looks_of, place_of
from workspace.queries.pictures import addresses
from workspace.queries.words import phrase


@dataclass(frozen=True)
class RoleOption:
    """A role that the picture may have; `warning` says what becomes of the picture that has it now."""

    value: str
    label: str
    is_current: bool
    warning: str


@dataclass(frozen=True)
class BindingMenu:
    uid: UUID
    name: str
    sku: str
    picture_url: str
    asset_url: str
    asset_uid: UUID
    product_url: str
    product_uid: UUID
    holds: str
    roles: list[RoleOption]
    is_active: bool
    can_decide: bool
    can_mint: bool


def binding_menu(uid: UUID, *, actor: Actor) -> BindingMenu:
    binding = get_binding(uid, actor=actor)
    return BindingMenu(
        uid=binding.uid,
        name=binding.asset.title,
        sku=binding.product.sku,
        picture_url=addresses([binding.asset], actor).get(binding.asset_id, ""),
        asset_url=reverse("asset", args=[binding.asset.uid]),
        asset_uid=binding.asset.uid,
        product_url=reverse("product", args=[binding.product.uid]),
        product_uid=binding.product.uid,
        holds=", ".join(filter(None, [looks_of(binding.axis), place_of(binding.cell)])),
        roles=_roles(binding),
        is_active=binding.status == BindingStatus.ACTIVE,
        can_decide=actor.may(DECIDE),
        can_mint=actor.may(MINT),
    )


def _roles(binding: Binding) -> list[RoleOption]:
    same = Binding.objects.active().filter(
        product_id=binding.product_id, cell_id=binding.cell_id, axis=binding.axis, role__in=SINGLE_ROLES
    )
    holders = {row.role: row.asset.title for row in same.exclude(asset_id=binding.asset_id).select_related("asset")}
    return [
        RoleOption(
            role.value,
            phrase(role.label),
            role == binding.role,
            f"Replaces {holders[role]}, which moves to the gallery" if role in holders else "",
        )
        for role in BindingRole
    ]
