"""What a plan changes, as people read it: cell by cell, before and after. Nothing above the reader's clearance."""

from __future__ import annotations

from typing import Any

from pim.choices import RowOutcome, Sensitivity
from pim.queries.book import Book
from pim.services.categories import Shelves
from pim.services.planning import Plan

MOST = 40  # of one row
LONGEST = 300  # characters of a text


class Differences:
    """Of plans under one book, for somebody with this clearance."""

    def __init__(self, book: Book, clearance: Sensitivity) -> None:
        self.book, self.clearance = book, clearance
        markets = {market.pk: market.code for market in book.markets.values()}
        self.cells = {
            number: f"{markets[market] if market else '*'}/{locale}" for (market, locale), number in book.cells.items()
        }

    def foretold(self, plan: Plan) -> str:
        """What would become of its row. One with values that the reader may not see is never the same: a file of
        guesses, which writes nothing, would tell which is right.
        """
        rules = [self.book.attributes.get(value.attribute) for value in plan.draft.values]
        hides = any(rule is not None and not self.clearance.admits(rule.sensitivity) for rule in rules)
        return RowOutcome.CHANGED if hides and plan.status == RowOutcome.UNCHANGED else plan.status

    def of(self, plan: Plan) -> list[dict[str, Any]]:
        """A list of {attribute, cell, before, after}, in the order of the file's columns as far as they name them."""
        order = {value.attribute: at for at, value in enumerate(plan.draft.values)}
        touched = sorted(plan.touched, key=lambda one: (order.get(one[1], len(order)), one))
        found = []
        for cell, code in touched:
            rule = self.book.attributes.get(code)
            if rule is not None and self.clearance.admits(rule.sensitivity):
                before, after = plan.before[cell].get(code), plan.written[cell].vals.get(code)
                where = self.cells.get(cell, "")
                found.append({"attribute": code, "cell": where, "before": _short(before), "after": _short(after)})
        state = plan.draft.state
        if plan.product is not None and not plan.is_new and state is not None and state != plan.product.state:
            found.append({"attribute": "state", "cell": "*/*", "before": plan.product.state, "after": state})
        if plan.shelves != plan.shelves_before:
            before, after = (_keys(shelves) for shelves in (plan.shelves_before, plan.shelves))
            found.append({"attribute": "categories", "cell": "*/*", "before": before, "after": after})
        return found[:MOST]


def _keys(shelves: Shelves) -> str | None:
    return ", ".join(sorted(shelves)) or None


def _short(value: Any) -> Any:
    return f"{value[:LONGEST]}…" if isinstance(value, str) and len(value) > LONGEST else value
