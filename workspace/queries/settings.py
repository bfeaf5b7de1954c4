"""What the pages of settings show: how each noun is listed, and what its form holds now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

from dam.models import Preset
from dam.recipes import complete_recipe
from foundation.accounts.models import Grant, RoleDefinition, User
from foundation.accounts.queries import WITH_GRANTS, grants_of, why_not_viewed
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Missing
from foundation.core.pages import keyset_page
from foundation.markets.models import Channel, Locale, Market, Scope
from foundation.markets.queries import locale_chain
from foundation.workflow.models import WorkItem
from foundation.workflow.queries import queues_of
from pim.choices import Severity
from pim.models import Finding, ValidationRule
from workspace.queries.shown import LOCALE, State

PEOPLE = 50


@dataclass(frozen=True)
class SettingRow:
    """One line of a list: where its form is, what it is called, and what it says in short.

    Of a person also where one views as them.
    """

    url: str
    code: str
    name: str
    facts: Sequence[str]
    state: State | None = None
    view_url: str = ""


@dataclass(frozen=True)
class GrantRow:
    """A role and where it holds; of a person also by which group."""

    id: int
    role: str
    where: str
    group: str = ""
    url: str = ""


@dataclass(frozen=True)
class SettingList:
    """A page of rows."""

    rows: list[SettingRow]
    next_cursor: str


def market_rows(actor: Actor) -> list[SettingRow]:
    return [
        SettingRow(reverse("market_setting", args=[one.code]), one.code, one.name,
                   [", ".join(one.territories), ", ".join(sorted(locale.code for locale in one.locales.all())),
                    one.currency, one.get_units_display()])
        for one in Market.objects.visible_to(actor).prefetch_related("locales")
    ]  # fmt: skip


def locale_rows(actor: Actor) -> list[SettingRow]:
    """Each with its whole chain: `de-AT → de-DE → en-GB`."""
    known = {one.code: one for one in Locale.objects.all()}
    for one in known.values():
        one.fallback = known.get(one.fallback_id or "")
    rows = []
    for one in known.values():
        steps = locale_chain(one)
        chain = " → ".join(f"{step.code}{'' if counts else ' (not as translated)'}" for step, counts in steps)
        rows.append(SettingRow(reverse("locale_setting", args=[one.code]), one.code, one.name, [chain]))
    return rows


def channel_rows(actor: Actor) -> list[SettingRow]:
    scopes = dict(Scope.objects.visible_to(actor).order_by().values_list("channel_id").annotate(Count("pk")))
    return [
        SettingRow(reverse("channel_setting", args=[one.code]), one.code, one.name or one.code,
                   [one.get_kind_display(), f"use {one.use}", f"{scopes.get(one.pk, 0)} scopes",
                    "receives restricted attributes" if one.asks_restricted else "public attributes only"])
        for one in Channel.objects.visible_to(actor)
    ]  # fmt: skip


def preset_rows(actor: Actor) -> list[SettingRow]:
    rows = []
    for one in Preset.objects.visible_to(actor):
        recipe = complete_recipe(one.body)
        size = f"{recipe['width']} × {recipe['height']}, {recipe['fit']}"
        limit = f"at most {recipe['max_bytes']:,} bytes" if recipe["max_bytes"] else ""
        facts = [size, str(recipe["format"]).upper(), f"quality {recipe['quality']}", limit]
        rows.append(
            SettingRow(reverse("preset_setting", args=[one.code]), one.code, one.label, [x for x in facts if x])
        )
    return rows


def queue_rows(actor: Actor) -> list[SettingRow]:
    """What waits in each queue of the actor's, as far as they see it. Three queries."""
    items = WorkItem.objects.visible_to(actor).unfinished().order_by()
    overdue = Count("pk", filter=Q(due_at__lt=moment.now()))
    counts = items.values("queue").annotate(
        n=Count("pk"), nobodys=Count("pk", filter=Q(assignee=None)), overdue=overdue
    )
    told = {row["queue"]: row for row in counts}
    roles = dict(RoleDefinition.objects.values_list("code", "name"))
    rows = []
    for one in queues_of(actor):
        row = told.get(one.pk, {"n": 0, "nobodys": 0, "overdue": 0})
        waits = [f"{row['n']:,} open", f"{row['nobodys']:,} of nobody"] if row["n"] else ["nothing open"]
        late = State(f"{row['overdue']:,} overdue", "bad") if row["overdue"] else None
        facts = [f"owned by {roles.get(one.role, one.role)}", *waits]
        rows.append(SettingRow(reverse("queue_setting", args=[one.code]), one.code, one.name, facts, late))
    return rows


def queue_values(code: str, actor: Actor) -> dict[str, Any]:
    queue = queues_of(actor).filter(code=code).first()
    if queue is None:
        raise Missing(f"There is no queue {code[:40]!r}", path="code")
    return {"code": queue.code, "name": queue.name, "role": queue.role}


def rule_rows(actor: Actor) -> list[SettingRow]:
    """Each with how many products it does not hold for, as far as the actor sees them. Two queries."""
    counts = Finding.objects.visible_to(actor).values("rule").annotate(n=Count("product_id", distinct=True))
    broken = {row["rule"]: row["n"] for row in counts}
    rows = []
    for one in ValidationRule.objects.visible_to(actor).select_related("family"):
        facts = [one.family.label(LOCALE) if one.family else "all families", one.expression]
        state = None if one.is_active else State("Not in force")
        if one.is_active and one.pk in broken:
            state = State(f"{broken[one.pk]:,} to mend", "bad" if one.severity == Severity.ERROR else "warn")
        rows.append(SettingRow(reverse("rule_setting", args=[one.code]), one.code, one.message(LOCALE), facts, state))
    return rows


def rule_values(code: str, actor: Actor) -> dict[str, Any]:
    rule = ValidationRule.objects.visible_to(actor).select_related("family", "attribute").filter(code=code).first()
    if rule is None:
        raise Missing(f"There is no rule {code[:40]!r}", path="code")
    return {
        "code": rule.code,
        "expression": rule.expression,
        "message": rule.message(LOCALE),
        "severity": rule.severity,
        "family": rule.family.code if rule.family else "",
        "attribute": rule.attribute.code if rule.attribute else "",
        "is_active": rule.is_active,
    }


def rule_messages(code: str, actor: Actor) -> dict[str, str]:
    """What is said in each language."""
    rule = ValidationRule.objects.visible_to(actor).filter(code=code).first()
    return dict(rule.messages) if rule else {}


def people(actor: Actor, *, q: str = "", cursor: str = "") -> SettingList:
    """Who signs in, by sign-in name, with their roles."""
    actor.require("accounts.manage")
    found = User.objects.prefetch_related(*WITH_GRANTS)
    if q:
        found = found.filter(username__icontains=q) | found.filter(first_name__icontains=q)
        found |= User.objects.filter(last_name__icontains=q)
    page = keyset_page(found, order=("username",), cursor=cursor, limit=PEOPLE)
    rows = [
        SettingRow(reverse("person", args=[one.uid]), one.username, one.get_full_name() or one.username,
                   [f"{row.role}, {row.where}" for row in grant_rows(grants_of(one))] or ["no role yet"],
                   None if one.is_active else State("Closed"),
                   "" if why_not_viewed(one, actor=actor) else reverse("view_as", args=[one.uid]))
        for one in page.rows
    ]  # fmt: skip
    return SettingList(rows, page.next_cursor)


def get_person(uid: Any, *, actor: Actor) -> User:
    actor.require("accounts.manage")
    person = User.objects.prefetch_related(*WITH_GRANTS).filter(uid=uid).first()
    if person is None:
        raise Missing("There is no such person", path="uid")
    return person


def grant_rows(grants: Iterable[Grant]) -> list[GrantRow]:
    return [
        GrantRow(one.pk, one.role, f"{one.dimension} {one.code}" if one.code else "everywhere",
                 one.group.name if one.group else "", reverse("group", args=[one.group.uid]) if one.group else "")
        for one in sorted(grants, key=lambda one: (one.role, one.dimension, one.code, one.group_id or 0))
    ]  # fmt: skip


def market_values(code: str, actor: Actor) -> dict[str, Any]:
    one = _one(Market.objects.visible_to(actor).prefetch_related("locales"), code, "market")
    return {
        "code": one.code, "name": one.name, "territories": list(one.territories),
        "locales": sorted(locale.code for locale in one.locales.all()), "currency": one.currency, "units": one.units,
    }  # fmt: skip


def locale_values(code: str, actor: Actor) -> dict[str, Any]:
    one = _one(Locale.objects.all(), code, "language")
    return {
        "code": one.code, "name": one.name, "fallback": one.fallback_id or "", "fallback_counts": one.fallback_counts,
    }  # fmt: skip


def channel_values(code: str, actor: Actor) -> dict[str, Any]:
    one = _one(Channel.objects.visible_to(actor), code, "channel")
    scopes = Scope.objects.visible_to(actor).filter(channel=one).select_related("market")
    return {
        "code": one.code, "name": one.name, "kind": one.kind, "use": one.use, "asks_restricted": one.asks_restricted,
        "endpoint": one.endpoint, "scopes": sorted(f"{scope.market.code}/{scope.locale_id}" for scope in scopes),
    }  # fmt: skip


def preset_values(code: str, actor: Actor) -> dict[str, Any]:
    one = _one(Preset.objects.visible_to(actor), code, "preset")
    recipe = complete_recipe(one.body)
    empty = {name: value if value is not None else "" for name, value in recipe.items()}
    return {"code": one.code, "label": one.label, **empty}


def person_values(person: User) -> dict[str, Any]:
    return {
        "username": person.username, "name": person.get_full_name(), "email": person.email,
        "is_service": person.is_service,
    }  # fmt: skip


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Field, what it was, what it is."""
    return [
        (name.replace("_", " "), _words(before.get(name)), _words(after[name]))
        for name in after
        if before.get(name) != after[name]
    ]


def _words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if value not in (None, "") else "nothing"


def _one(rows: Any, code: str, noun: str) -> Any:
    if "\0" in code or (found := rows.filter(code=code).first()) is None:
        raise Missing(f"There is no such {noun}", path="code")
    return found
