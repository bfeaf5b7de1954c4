"""Changing who may do what: the only way to."""

from foundation.accounts.services.groups import (
    add_members,
    create_group,
    delete_group,
    edit_group,
    grant_group_role,
    remove_members,
    revoke_group_role,
    set_memberships,
)
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
    identify_user,
    reopen_account,
    revoke_role,
    set_password,
)

__all__ = [
    "SCOPE",
    "KeyScope",
    "add_members",
    "close_account",
    "create_api_key",
    "create_group",
    "create_user",
    "delete_group",
    "edit_group",
    "edit_user",
    "grant_group_role",
    "grant_role",
    "identify_user",
    "note_key_used",
    "remove_members",
    "reopen_account",
    "revoke_api_key",
    "revoke_group_role",
    "revoke_role",
    "rotate_api_key",
    "set_memberships",
    "set_password",
]
