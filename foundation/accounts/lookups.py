"""What each request asks of accounts, in SQL of its own: to compile a queryset takes longer than to answer it."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from django.db import connection
from django.db.models import Model

from foundation.accounts.models import ApiKey, ApiKeyUse, User

HELD = """
SELECT held.group_id, held.role, held.dimension, held.code, role.permissions, coalesce(role.requires_factor, false)
  FROM accounts_grant held LEFT JOIN accounts_roledefinition role ON role.code = held.role
 WHERE held.user_id = %(user)s OR held.group_id IN (SELECT group_id FROM accounts_membership WHERE user_id = %(user)s)
"""


class Held(NamedTuple):
    """A grant, and what its role says now."""

    group_id: int | None
    role: str
    dimension: str
    code: str
    permissions: list[str] | None
    requires_factor: bool


def held_by(user_id: int) -> list[Held]:
    """Somebody's own grants, and those of their groups."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, {"user": user_id})
        return [Held(*row) for row in cursor.fetchall()]


def key_of(prefix: str) -> ApiKey | None:
    """With its user, and with when it was last used."""
    with connection.cursor() as cursor:
        cursor.execute(_key_sql(), [prefix])
        row = cursor.fetchone()
    if row is None:
        return None
    keys, people = len(_names(ApiKey)), len(_names(User))
    key = ApiKey.from_db(connection.alias, _names(ApiKey), row[:keys])
    key.user = User.from_db(connection.alias, _names(User), row[keys : keys + people])
    use = ApiKeyUse(key_id=key.pk, at=row[-1]) if row[-1] is not None else None
    ApiKey._meta.get_field("use").set_cached_value(key, use)  # else it would be asked for
    return key


@cache
def _names(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


@cache
def _key_sql() -> str:
    columns = [f'key."{field.column}"' for field in ApiKey._meta.concrete_fields]
    columns += [f'person."{field.column}"' for field in User._meta.concrete_fields]
    return f"""
    SELECT {", ".join(columns)}, use.at
      FROM accounts_apikey key JOIN accounts_user person ON person.id = key.user_id
      LEFT JOIN accounts_apikeyuse use ON use.key_id = key.id
     WHERE key.prefix = %s
    """  # noqa: S608  names of our own columns
