"""The words of bindings, as data."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import TextChoices


class BindingRole(TextChoices):
    """What the asset is for. The order here is the order in which a product's media are shown."""

    HERO = "hero", "hero"
    GALLERY = "gallery", "gallery"
    SWATCH = "swatch", "swatch"
    DETAIL = "detail", "detail"
    VIDEO = "video", "video"
    SPIN = "spin", "360° spin"
    MANUAL = "manual", "manual"


class BindingStatus(TextChoices):
    PROPOSED = "proposed", "waits for a person"
    ACTIVE = "active", "active"
    REJECTED = "rejected", "rejected"
    REMOVED = "removed", "removed"


class Outcome(TextChoices):
    """What became of one asset among several that were to be bound."""

    BOUND = "bound", "bound"
    PRESENT = "present", "already bound"
    REFUSED = "refused", "refused"


class Source(TextChoices):
    """Where a claim comes from, strongest first: what a stronger source settled, a weaker one leaves alone."""

    PERSON = "person", "a person"
    API = "api", "another system"
    MANIFEST = "manifest", "the shoot's manifest"
    EMBEDDED = "embedded", "embedded metadata"
    BARCODE = "barcode", "a barcode in the picture"
    FILENAME = "filename", "the file name"


# Roles that one asset fills at a time, per product, cell and axis.
SINGLE_ROLES = frozenset({BindingRole.HERO, BindingRole.SWATCH})
ROLE_ORDER = {role.value: place for place, role in enumerate(BindingRole)}
STRENGTH = {source.value: place for place, source in enumerate(Source)}

# What an asset is for when nothing says so.
ROLE_OF_KIND = {"video": BindingRole.VIDEO, "document": BindingRole.MANUAL}

# Axes along which a thing looks the same. They matter only where a family names no visual axis.
SIZE_AXES = frozenset({"size", "length", "width", "waist", "inseam", "fit_length"})
SIZE_SUFFIX = "_size"

QUEUE = "matching"
ITEM_KIND = "proposal"
TIMER = "associations.boundary"


def visual_axis(named: str | None, axes: Sequence[str]) -> str | None:
    """The axis that decides how a variant looks: the one that its family names, else the first that is no size.

    `axes` are all axes of the family by level and position. None where variants look alike, as sizes do.
    """
    if named is not None:
        return named
    return next((axis for axis in axes if axis not in SIZE_AXES and not axis.endswith(SIZE_SUFFIX)), None)


def outranks(stronger: str, weaker: str) -> bool:
    """Does a decision of the first source stand against a claim of the second?"""
    return STRENGTH[stronger] <= STRENGTH[weaker]
