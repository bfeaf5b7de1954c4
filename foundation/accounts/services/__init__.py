"""Changing who may do what: the only way to."""

from foundation.accounts.services.keys import (
    SCOPE,
    KeyScope,
    create_api_key,
    note_key_used,
    revoke_api_key,
    rotate_api_key,
)
from foundation.accounts.services.people import (
    close_account,
    create_user,
    edit_user,
    grant_role,
    reopen_account,
    revoke_role,
    set_password,
)
from foundation.accounts.services.roles import copy_role, define_role, delete_role, permit

__all__ = [
    "SCOPE",
    "KeyScope",
    "close_account",
    "copy_role",
    "create_api_key",
    "create_user",
    "define_role",
    "delete_role",
    "edit_user",
    "grant_role",
    "note_key_used",
    "permit",
    "reopen_account",
    "revoke_api_key",
    "revoke_role",
    "rotate_api_key",
    "set_password",
]
