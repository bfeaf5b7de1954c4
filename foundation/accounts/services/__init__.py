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
from foundation.accounts.services.providers import add_provider, admit_person, edit_provider, unlink_person
from foundation.accounts.services.sign_in import (
    end_session,
    end_sessions,
    note_factors_changed,
    note_session_seen,
    note_signed_in,
    note_signed_out,
    reset_factors,
)

__all__ = [
    "SCOPE",
    "KeyScope",
    "add_provider",
    "admit_person",
    "close_account",
    "create_api_key",
    "create_user",
    "edit_provider",
    "edit_user",
    "end_session",
    "end_sessions",
    "grant_role",
    "note_factors_changed",
    "note_key_used",
    "note_session_seen",
    "note_signed_in",
    "note_signed_out",
    "reopen_account",
    "reset_factors",
    "revoke_api_key",
    "revoke_role",
    "rotate_api_key",
    "set_password",
    "unlink_person",
]
