"""People as the pages name them."""

from __future__ import annotations

from foundation.accounts.choices import Role
from foundation.accounts.models import User

NAMED = 3


def who_helps() -> list[str]:
    """Some who may change what others may do."""
    rows = User.objects.filter(is_active=True, is_service=False, grants__role=Role.ADMINISTRATOR)
    return [str(user) for user in rows.distinct().order_by("pk")[:NAMED]]
