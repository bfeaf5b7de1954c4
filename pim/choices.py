"""The words that rows of pim are made of."""

from __future__ import annotations

from django.db import models


class AttributeType(models.TextChoices):
    TEXT = "text", "text"
    RICH_TEXT = "rich_text", "rich text"
    NUMBER = "number", "number"
    BOOLEAN = "boolean", "yes or no"
    DATE = "date", "date"
    SELECT = "select", "one option"
    MULTI_SELECT = "multi_select", "several options"
    MEASUREMENT = "measurement", "measurement"
    MONEY = "money", "money"
    IDENTIFIER = "identifier", "identifier"
    RECORD = "record", "record"
    TABLE = "table", "table"


class Sensitivity(models.TextChoices):
    """Who may see an attribute; each class includes those before it."""

    PUBLIC = "public", "public"
    RESTRICTED = "restricted", "restricted"
    SECRET = "secret", "secret"

    @property
    def rank(self) -> int:
        return _RANKS[self]

    def admits(self, other: str) -> bool:
        """Whether somebody cleared up to this class may see the other one."""
        return _RANKS[other] <= _RANKS[self]


_RANKS: dict[str, int] = {one.value: rank for rank, one in enumerate(Sensitivity)}


class Severity(models.TextChoices):
    """What a rule that does not hold does to the write that broke it."""

    ERROR = "error", "error"
    WARNING = "warning", "warning"


class ProductState(models.TextChoices):
    ACTIVE = "active", "active"
    RETIRED = "retired", "retired"


class PlacementState(models.TextChoices):
    PLACED = "placed", "placed"
    WITHDRAWN = "withdrawn", "withdrawn"


class ImportState(models.TextChoices):
    WAITING = "waiting", "waiting"
    RUNNING = "running", "running"
    CHECKED = "checked", "checked"
    DONE = "done", "done"
    FAILED = "failed", "failed"


class RowOutcome(models.TextChoices):
    """What became of a row of a file, or what would."""

    CREATED = "created", "new"
    CHANGED = "changed", "changed"
    UNCHANGED = "unchanged", "the same"
    FAILED = "failed", "refused"


MASK_LENGTH = 1024
MAX_RELATIONS = 200  # of a product and a type
MAX_QUANTITY = 1_000_000
MAX_COLUMNS = 50  # of a table, and fields of a record
MAX_ROWS = 200
ANY_LOCALE = "*"
GTIN = "gtin"
SKU = "sku"

# Relation types that a house begins with: code, what it is called, what from the other side, and whether it holds both
# ways, has a quantity, may be limited to a market.
FIRST_RELATION_TYPES = (
    ("cross-sell", "Cross-sell", "Cross-sell", True, False, True),
    ("up-sell", "Up-sell", "Up-sell of", False, False, True),
    ("accessory", "Accessories", "Accessory of", False, False, True),
    ("replacement", "Replaced by", "Replaces", False, False, True),
    ("pack", "Contents of the pack", "In packs", False, True, False),
    ("bundle", "Contents of the bundle", "In bundles", False, True, False),
)
