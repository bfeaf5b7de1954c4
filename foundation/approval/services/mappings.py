"""What can be asked for of mappings: what a category is in a schema of somebody else's."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from foundation.approval.registry import Image, Parameters, register_kind
from foundation.approval.services.categories import OfCategory, category_named
from foundation.core.actors import Actor
from foundation.core.errors import Invalid
from foundation.taxonomy.models import CategoryMapping
from foundation.taxonomy.services import map_category


class MapCategory(OfCategory):
    name = "taxonomy.map"
    label = "Map"
    taken = frozenset({"schema", "node"})

    def check(self, given: Parameters) -> dict[str, Any]:
        checked = super().check(given)
        if not isinstance(checked.get("schema"), str) or not isinstance(checked.get("node") or "", str):
            raise Invalid("Name the schema and the node by their codes", path="parameters.schema")
        return checked

    def ground(self, parameters: Parameters) -> Any:
        own = _own(parameters)
        return {**super().ground(parameters), "mapping": own.version if own else 0}

    def image(self, parameters: Parameters) -> Image:
        own = _own(parameters)
        return {str(parameters["schema"]): str(own.node) if own else ""}

    def carry_out(self, parameters: Parameters, *, actor: Actor, request: UUID, reason: str = "") -> None:
        node = parameters.get("node") or None
        map_category(
            category_named(parameters), schema=parameters["schema"], node=node, actor=actor, reason=reason,
            request=request,
        )  # fmt: skip


def offer_mapping_changes() -> None:
    """Let mappings be asked for."""
    register_kind(MapCategory())


def _own(parameters: Parameters) -> CategoryMapping | None:
    category = category_named(parameters)
    rows = CategoryMapping.objects.filter(category=category, schema__code=parameters["schema"])
    return rows.select_related("node").first()
