"""What a batch of values chooses: records by their codes or words, and nothing that is retired."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from pim.checks import AttributeRule, Refusal
from pim.choices import AttributeType
from pim.errors import BadValue
from pim.queries.records import Named, find_named

if TYPE_CHECKING:
    from pim.services.planning import Change, Plan

Stored = Callable[["Plan", int, str], Any]


def find_records(plans: Iterable[Plan], *, stored: Stored) -> None:
    """Give values of records the codes that they mean; two queries for each type, whatever the number of plans."""
    changes = list(_changes(plans, {AttributeType.RECORD}))
    wanted: dict[str, set[str]] = defaultdict(set)
    for _, _, change in changes:
        wanted[change.rule.record_type].add(change.value)
    known = {kind: find_named(kind, words) for kind, words in wanted.items()}
    for plan, cell, change in changes:
        try:
            change.value = choose_record(
                change.rule,
                word=change.value,
                named=known[change.rule.record_type],
                kept=stored(plan, cell, change.rule.code),
            )
        except Refusal as refusal:
            _refuse(plan, change, refusal)


def choose_record(rule: AttributeRule, *, word: str, named: Named, kept: Any = None) -> str:
    """The code of the record that a word means; a retired one only where it stands already."""
    codes = named.codes.get(word, [])
    chosen = [code for code in codes if code not in named.retired or code == kept]
    if len(chosen) == 1:
        return chosen[0]
    if chosen:
        raise Refusal("ambiguous-record", f"{word!r} may be any of {', '.join(chosen[:12])}; give the code")
    if codes:
        raise Refusal("retired", f"{codes[0]} of {rule.record_type} is retired: choose another one")
    raise Refusal("unknown-record", f"{word!r} is no record of {rule.record_type}; make it there, or look for its code")


def refuse_retired(plans: Iterable[Plan], *, stored: Stored) -> None:
    """An option that is retired is not chosen anew."""
    for plan, cell, change in _changes(plans, {AttributeType.SELECT, AttributeType.MULTI_SELECT}):
        retired = {option.code for option in change.rule.options if option.is_retired}
        if not retired:
            continue
        kept = stored(plan, cell, change.rule.code)
        anew = (_chosen(change.value) & retired) - _chosen(kept)
        if anew:
            text = f"{min(anew)} of {change.rule.code} is retired: choose another one"
            _refuse(plan, change, Refusal("retired", text))


def _chosen(value: Any) -> set[str]:
    return set(value if isinstance(value, list) else [value] if value else [])


def _changes(plans: Iterable[Plan], types: set[AttributeType]) -> Iterator[tuple[Plan, int, Change]]:
    for plan in plans:
        for cell, changes in plan.changes.items():
            for change in changes:
                if change.rule.type in types and change.value is not None:
                    yield plan, cell, change


def _refuse(plan: Plan, change: Change, refusal: Refusal) -> None:
    draft = change.draft
    plan.refuse(BadValue(refusal.detail, path=draft.path, reason=refusal.code, attribute=draft.attribute))
