"""What becomes of signing in: events, sessions that end, second factors that are taken away."""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from foundation.accounts import events
from foundation.accounts.models import User
from foundation.accounts.queries import actor_of, factors_of
from foundation.audit.services import record_act
from foundation.core import moment
from foundation.core.actors import ANONYMOUS, Actor
from foundation.core.errors import Conflict, Missing
from foundation.events.services import append_event
from foundation.history.services import recorded

SEEN_AGAIN_AFTER = timedelta(minutes=1)
FORGOTTEN_AT_ONCE = 10_000


def note_signed_in(*, user: User, method: str, address: str = "") -> None:
    """Somebody came in; `method` names what they showed, as `password+mfa`, `address` is where from."""
    with recorded(actor_of(user)):
        record_act(events.CAME, actor=actor_of(user), subject_type="user", subject=user.username, method=method,
                   address=address)  # fmt: skip
        append_event(events.SIGNED_IN, user.uid, username=user.username, method=method)


def note_signed_out(*, user: User, session_key: str) -> None:
    """Somebody went, and their session with them."""
    with recorded(actor_of(user)):
        UserSession.objects.filter(session_key=session_key).delete()
        record_act(events.WENT, actor=actor_of(user), subject_type="user", subject=user.username)
        append_event(events.SIGNED_OUT, user.uid, username=user.username)


def note_sign_in_refused(*, username: str, why: str, address: str) -> None:
    """Somebody was not let in. A name that nobody has is not kept: people type passwords there."""
    known = User.objects.filter(username=username).values_list("username", flat=True).first() or ""
    record_act(events.SIGN_IN_REFUSED, actor=ANONYMOUS, subject_type="user", subject=known, why=why, address=address)


def note_factors_changed(*, user: User) -> None:
    """Somebody added or removed a way to sign in; the library has written it."""
    with recorded(actor_of(user)):
        append_event(events.USER_CHANGED, user.uid, username=user.username)


def note_session_seen(*, session_key: str, address: str) -> bool:
    """Remember when and from where a session was last used, to the minute: a write per request would be too many.

    False where it has gone on, or lain idle, for longer than a session may: then it has ended.
    """
    at = moment.now()
    session = UserSession.objects.select_related("user").filter(session_key=session_key).first()
    if session is None:
        return True
    if _is_over(session, at):
        with recorded(actor_of(session.user)):
            session.end()
            append_event(events.SIGNED_OUT, session.user.uid, username=session.user.username)
        return False
    if session.last_seen_at < at - SEEN_AGAIN_AFTER:
        UserSession.objects.filter(pk=session.pk).update(last_seen_at=at, ip=address)
    return True


def _is_over(session: UserSession, at: datetime) -> bool:
    idle = timedelta(minutes=settings.SESSION_IDLE_MINUTES)
    is_idle = bool(idle) and at - session.last_seen_at > idle
    return bool(is_idle or at - session.created_at > timedelta(seconds=settings.SESSION_COOKIE_AGE))


def reset_factors(*, user: User, actor: Actor) -> int:
    """Take away all second factors and passkeys of somebody who lost them, and their sessions; how many factors."""
    actor = actor.require("accounts.manage")
    with recorded(actor):
        user = User.objects.select_for_update().get(pk=user.pk)
        gone = int(Authenticator.objects.filter(user=user).delete()[0])
        if gone:
            _end(UserSession.objects.filter(user=user))
            append_event(events.USER_CHANGED, user.uid, username=user.username)
    return gone


def require_spare_factor(*, user: User) -> None:
    """Before one is removed; raises `Conflict` where it is the last and a role of theirs requires one."""
    if actor_of(user).requires_factor and factors_of(user).count() < 2:
        raise Conflict("A role of yours requires a second factor; set up another one first", path="factor")


def end_session(*, user: User, session_id: int, actor: Actor) -> None:
    """End one session: its next request is a stranger's. Raises `Missing` when it has ended."""
    _require_owner(user, actor)
    with recorded(actor):
        found = UserSession.objects.filter(user=user, pk=session_id)
        if not _end(found):
            raise Missing("This session has ended", path="session")
        append_event(events.USER_CHANGED, user.uid, username=user.username)


def end_sessions(*, user: User, actor: Actor, but: str = "") -> int:
    """End all sessions of a person, but the one of this key; how many."""
    _require_owner(user, actor)
    with recorded(actor):
        ended = _end(UserSession.objects.filter(user=user).exclude(session_key=but))
        if ended:
            append_event(events.USER_CHANGED, user.uid, username=user.username)
    return ended


def end_sessions_by(*, provider: str, actor: Actor) -> int:
    """End the sessions of those who came in by a provider, by its code; how many."""
    actor = actor.require("accounts.manage")
    ended = 0
    with recorded(actor):
        linked = SocialAccount.objects.filter(provider=provider).values("user")
        for user in User.objects.filter(pk__in=linked).order_by("pk"):
            sessions = [one for one in UserSession.objects.filter(user=user) if _came_by(one) == provider]
            for session in sessions:
                session.end()
            if sessions:
                append_event(events.USER_CHANGED, user.uid, username=user.username)
            ended += len(sessions)
    return ended


def _came_by(session: UserSession) -> str:
    """The code of the provider by which a session began; empty for any other way."""
    row = Session.objects.filter(pk=session.session_key).first()
    records = row.get_decoded().get(AUTHENTICATION_METHODS_SESSION_KEY) if row else None
    return str(records[0].get("provider", "")) if records else ""


def forget_ended_sessions(*, at: datetime) -> int:
    """Let go of sessions that are over, some at a time; how many."""
    over = list(Session.objects.filter(expire_date__lt=at).values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])
    UserSession.objects.filter(session_key__in=over).delete()
    Session.objects.filter(pk__in=over).delete()
    return len(over)


def _end(sessions: QuerySet[UserSession]) -> int:
    found = list(sessions)
    for one in found:
        one.end()
    return len(found)


def _require_owner(user: User, actor: Actor) -> None:
    if actor.user_id != user.pk:
        actor = actor.require("accounts.manage")
