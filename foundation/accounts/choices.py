"""Roles and what each may do. Permissions read `room.verb`; they are checked in services."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
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

# What only administrators may, by name: for keys that may a part of it.
ADMINISTRATION = frozenset({"accounts.manage", "jobs.administer", "markets.define", "pim.define", "pim.view_secret"})
# What is the same for the whole house, so that a role that is limited does not carry it.
HOUSE_WIDE = frozenset({"accounts.manage", "jobs.administer", "markets.define", "pim.define"})
ALL_PERMISSIONS = frozenset().union(*PERMISSIONS.values(), ADMINISTRATION) - {"*"}
