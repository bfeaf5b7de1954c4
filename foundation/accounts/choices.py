"""The roles of a new house, and what a grant can be limited to."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Codes of the roles that a house begins with; `RoleDefinition` has these and those made since."""

    ADMINISTRATOR = "administrator"
    STEWARD = "steward"
    STUDIO = "studio"
    MERCHANT = "merchant"
    INTEGRATOR = "integrator"


class Dimension(StrEnum):
    """What a grant can be limited to; EVERYWHERE is no limit."""

    EVERYWHERE = "*"
    MARKET = "market"
    CHANNEL = "channel"
    QUEUE = "queue"
    CATEGORY = "category"


class Source(StrEnum):
    """Who keeps a membership; the codes of sign-in providers stand beside these."""

    HAND = "hand"
    SCIM = "scim"


# What the roles of a new house may. Afterwards the table of roles says it.
PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.ADMINISTRATOR: frozenset({"*"}),
    Role.STEWARD: frozenset(
        {
            "pim.view",
            "pim.edit",
            "pim.import",
            "pim.place",
            "pim.view_restricted",
            "dam.view",
            "associations.decide",
            "workflow.work",
            "syndication.view",
            "syndication.publish",
            "delivery.mint",
            "taxonomy.propose",
        }
    ),
    Role.STUDIO: frozenset(
        {"dam.view", "dam.ingest", "dam.edit", "dam.approve", "pim.view", "workflow.work", "delivery.mint"}
    ),
    Role.MERCHANT: frozenset(
        {"pim.view", "pim.view_restricted", "dam.view", "syndication.view", "syndication.publish", "delivery.mint"}
    ),
    Role.INTEGRATOR: frozenset(
        {"pim.view", "pim.edit", "pim.import", "dam.view", "dam.ingest", "syndication.view", "delivery.mint"}
    ),
}
SENTENCES = {
    Role.ADMINISTRATOR: "Everything, people and settings too",
    Role.STEWARD: "Product values, imports, bindings, placements, publishing",
    Role.STUDIO: "Assets, ingests, licences, approvals",
    Role.MERCHANT: "Sees everything of products and listings, publishes",
    Role.INTEGRATOR: "Programs: products and assets in, listings out",
}
