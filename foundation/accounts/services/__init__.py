"""Changing who may do what: the only way to."""

from foundation.accounts.services.grants import grant_role, revoke_role
from foundation.accounts.services.groups import (
    add_members,
    create_group,
    delete_group,
    edit_group,
    remove_members,
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
    identify_user,
    reopen_account,
    set_password,
)
from foundation.accounts.services.providers import (
    add_provider,
    admit_person,
    edit_provider,
    place_person,
    unlink_person,
)
from foundation.accounts.services.roles import copy_role, define_role, delete_role, permit
from foundation.accounts.services.sign_in import (
    end_session,
    end_sessions,
    forget_ended_sessions,
    note_factors_changed,
    note_session_seen,
    note_sign_in_refused,
    note_signed_in,
    note_signed_out,
    require_spare_factor,
    reset_factors,
)
from foundation.accounts.services.viewing import end_viewing, end_viewings_over, start_viewing

__all__ = [
    "SCOPE",
    "KeyScope",
    "add_members",
    "add_provider",
    "admit_person",
    "close_account",
    "copy_role",
    "create_api_key",
    "create_group",
    "create_user",
    "define_role",
    "delete_group",
    "delete_role",
    "edit_group",
    "edit_provider",
    "edit_user",
    "end_session",
    "end_sessions",
    "end_viewing",
    "end_viewings_over",
    "forget_ended_sessions",
    "grant_role",
    "identify_user",
    "note_factors_changed",
    "note_key_used",
    "note_session_seen",
    "note_sign_in_refused",
    "note_signed_in",
    "note_signed_out",
    "permit",
    "place_person",
    "remove_members",
    "reopen_account",
    "require_spare_factor",
    "reset_factors",
    "revoke_api_key",
    "revoke_role",
    "rotate_api_key",
    "set_memberships",
    "set_password",
    "start_viewing",
    "unlink_person",
]
