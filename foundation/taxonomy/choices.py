"""Kinds of trees and how large they grow."""

from __future__ import annotations

from django.db.models import TextChoices

DEEPEST = 12
MOST = 50_000  # categories of one tree
MOST_TERMS, MOST_SYNONYMS = 20_000, 50
MOST_SENT = 20 * 1024 * 1024  # bytes of a published file that comes in by a request


class TreeKind(TextChoices):
    """In the hierarchy, of which there is one, a product has at most one place; in a browse tree any number."""

    HIERARCHY = "hierarchy", "product hierarchy"
    BROWSE = "browse", "browse tree"


class SchemaFormat(TextChoices):
    """How a published tree is written."""

    GOOGLE = "google", "Google product taxonomy (taxonomy-with-ids.txt)"
    GPC = "gpc", "GS1 GPC (XML)"
    UNSPSC = "unspsc", "UNSPSC (CSV)"
    ETIM = "etim", "ETIM (CSV)"


class ChangeKind(TextChoices):
    """What became of a node from one version to the next."""

    ADDED = "added", "added"
    REMOVED = "removed", "removed"
    RENAMED = "renamed", "renamed"
    MOVED = "moved", "moved"
