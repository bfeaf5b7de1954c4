"""People as a directory has them: made, changed, closed, reopened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from scim2_models import Context

from foundation.accounts.choices import Source
from foundation.accounts.models import Group as AccountGroup
from foundation.accounts.models import User
from foundation.accounts.queries import administrators
from foundation.accounts.services import (
    close_account,
    create_user,
    identify_user,
    remove_members,
    reopen_account,
)
from foundation.core import moment
from foundation.core.actors import Actor, Reach
from foundation.core.errors import Conflict, Denied, Invalid, Stale
from foundation.history.services import recorded
from foundation.provisioning.models import Entry
from foundation.provisioning.queries.documents import entry_of, find_person, main_email, person_documents
from foundation.provisioning.schemas import Group, Person

LONGEST_NAME, LONGEST_ID, LARGEST_ENTRY = 150, 500, 20_000
Change = Callable[[Any], Any]
# What the account itself says, or nobody may write; the rest is kept as the directory has it.
NOT_KEPT = ("id", "meta", "schemas", "groups", "userName", "externalId", "active")


def provision_person(*, document: Person, actor: Actor) -> User:
    """An account without a role and without a password. Raises `Conflict` for a sign-in name that is taken."""
    keeper = _keeper(actor)
    username = document.user_name or ""
    if User.objects.filter(username__iexact=username).exists():
        raise Conflict(
            f"Somebody signs in as {username} already, or did; an administrator can reopen it", path="userName"
        )
    with recorded(actor):
        first, last, email = _names(document)
        user = create_user(username=username, email=email, actor=keeper)
        identify_user(user=user, username=username, first_name=first, last_name=last, email=email, actor=keeper)
        user = find_person(str(user.uid), lock=True)
        _keep(user, document)
        if document.active is False:
            _close(user, keeper)
    return find_person(str(user.uid))


def change_person(*, uid: str, change: Change, actor: Actor, match: str = "") -> User:
    """Write what the change makes of the person's document; `match` is the version that the directory saw."""
    keeper = _keeper(actor)
    with recorded(actor):
        user = find_person(uid, lock=True)
        [before] = person_documents([user], base="")
        require_version(before, match)
        after = change(before.model_copy(deep=True))
        if user.username != (after.user_name or "") or _names(before) != _names(after):
            _require_kept_by_directory(user)
            username, (first, last, email) = after.user_name or "", _names(after)
            identify_user(user=user, username=username, first_name=first, last_name=last, email=email, actor=keeper)
        user = find_person(uid, lock=True)
        _keep(user, after)
        if after.active is False:
            _close(user, keeper)
        elif after.active and not user.is_active:
            _reopen(user, keeper)
    return find_person(uid)


def withdraw_person(*, uid: str, actor: Actor, match: str = "") -> str:
    """Close the account, and let the directory see it no more; the sign-in name. What they did stays."""
    keeper = _keeper(actor)
    with recorded(actor):
        user = find_person(uid, lock=True)
        [before] = person_documents([user], base="")
        require_version(before, match)
        _keep(user, before)
        _close(user, keeper)
        for group in AccountGroup.objects.filter(memberships__user=user, memberships__source=Source.SCIM).order_by(
            "pk"
        ):
            remove_members(group=group, users=[user], source=Source.SCIM, actor=keeper)
        Entry.objects.filter(user=user).update(is_gone=True)
    return user.username


def require_version(document: Person | Group, match: str) -> None:
    """Raise `Stale` where If-Match names another version."""
    version = document.meta.version if document.meta else None
    if match and match != "*" and version not in {one.strip() for one in match.split(",")}:
        raise Stale("It was changed since you read it; read it again")


def _keeper(actor: Actor) -> Actor:
    """The directory's key, with what its writes need of the accounts' services; what it may is checked here."""
    actor = actor.require("accounts.provision")
    return replace(actor, reaches=(*actor.reaches, Reach(frozenset({"accounts.manage"}))))


def _require_kept_by_directory(user: User) -> None:
    """Who administers by hand is renamed by hand: sign-in finds people by name and address."""
    if user.is_superuser or (administrators().filter(pk=user.pk).exists() and not _is_administrator_by_directory(user)):
        raise Denied(f"{user.username} administers the house by hand; change them in Settings, People")


def _is_administrator_by_directory(user: User) -> bool:
    return bool(entry_of(user)) and not user.grants.filter(role="administrator").exists()


def _close(user: User, keeper: Actor) -> None:
    if user.is_active:
        closed = close_account(user=user, actor=keeper)
        Entry.objects.filter(user=user).update(closing=closed.closings)


def _reopen(user: User, keeper: Actor) -> None:
    """Only what the directory closed last: somebody closed by hand stays closed."""
    if Entry.objects.filter(user=user, closing=user.closings).exists():
        reopen_account(user=user, actor=keeper)


def _keep(user: User, document: Person) -> None:
    """The rest of the document, if there is something new in it."""
    body = document.model_dump(scim_ctx=Context.DEFAULT)
    kept = {name: value for name, value in body.items() if name not in NOT_KEPT}
    external_id = document.external_id or ""
    if len(external_id) > LONGEST_ID or len(str(kept)) > LARGEST_ENTRY:
        raise Invalid(f"An entry has at most {LARGEST_ENTRY:,} characters, its externalId {LONGEST_ID}")
    entry = entry_of(user)
    if entry is None:
        Entry.objects.create(user=user, external_id=external_id, document=kept, changed_at=moment.now())
    elif (entry.external_id, entry.document, entry.is_gone) != (external_id, kept, False):
        entry.external_id, entry.document, entry.is_gone, entry.changed_at = external_id, kept, False, moment.now()
        entry.save(update_fields=["external_id", "document", "is_gone", "changed_at"])


def _names(document: Person) -> tuple[str, str, str]:
    """Given name, family name, address."""
    name, address = document.name, main_email(document)
    first, last = (name.given_name or "", name.family_name or "") if name else ("", "")
    email = str(address.value or "") if address else ""
    if len(first) > LONGEST_NAME or len(last) > LONGEST_NAME:
        raise Invalid(f"A name has at most {LONGEST_NAME} characters", path="name")
    try:
        if email:
            validate_email(email)
    except ValidationError:
        raise Invalid("This is no e-mail address", path="emails") from None
    if len(email) > 254:
        raise Invalid("An e-mail address has at most 254 characters", path="emails")
    return first, last, email
