"""Kinds of trees and how large they grow."""

from __future__ import annotations

from django.db.models import TextChoices

DEEPEST = 12
MOST = 50_000  # categories of one tree


class TreeKind(TextChoices):
    """In the hierarchy, of which there is one, a product has at most one place; in a browse tree any number."""

    HIERARCHY = "hierarchy", "product hierarchy"
    BROWSE = "browse", "browse tree"
