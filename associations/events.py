"""Events of bindings. The subject is the product: one product's bindings are told in the order they were made."""

from foundation.events.catalogue import EventType, declare


def _declare(participle: str, meaning: str) -> EventType:
    return declare(
        f"associations.binding.{participle}",
        meaning,
        binding="uid",
        sku="of the product",
        asset="uid",
        role="hero, gallery, …",
        axis="the part of the product's variants it is for, such as colour=red; empty for all",
        source="who or what claims it",
    )


BINDING_CREATED = _declare("created", "An asset shows a product")
BINDING_REMOVED = _declare("removed", "An asset no longer shows a product")
BINDING_CHANGED = _declare("changed", "An asset shows a product in another role")
BINDING_BOUNDARY = _declare("boundary", "The time of a binding has begun or ended")
BINDING_PROPOSED = _declare("proposed", "An asset may show a product; a person is asked")
BINDING_CONFIRMED = _declare("confirmed", "A person confirmed that an asset shows a product")
BINDING_REJECTED = _declare("rejected", "A person said that an asset does not show a product")
BINDING_REORDERED = declare(
    "associations.binding.reordered",
    "A product's assets of one role come in another order",
    sku="of the product",
    role="hero, gallery, …",
    bindings="uids in their order",
)
