"""How soon a work item wants somebody."""

from __future__ import annotations

from django.db import models


class Priority(models.IntegerChoices):
    """Sorts: what is urgent comes first."""

    URGENT = 1, "urgent"
    HIGH = 2, "high"
    NORMAL = 3, "normal"
    LOW = 4, "low"


# What people and programs call each.
PRIORITIES = {priority.label: priority for priority in Priority}
