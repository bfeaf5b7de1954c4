"""What became of a change request."""

from __future__ import annotations

from django.db.models import TextChoices


class RequestState(TextChoices):
    OPEN = "open", "open"
    APPROVED = "approved", "approved"
    REJECTED = "rejected", "rejected"
    WITHDRAWN = "withdrawn", "withdrawn"


QUEUE, ITEM = "changes", "change-request"
ASK = "taxonomy.propose"
