"""Why a listing is held or refused, each with the field or picture that mends it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from dam.models import Asset
from foundation.core.actors import Actor
from syndication.models import Listing, Rejection
from workspace.queries.words import anchor, cause, phrase

# Codes of `syndication.mapping.Problem`, as kinds that one mends one after another.
KINDS = {
    "missing": "{cause} is missing",
    "schema": "{cause} does not fit",
    "hero-refused": "{cause} without rights",
    "no-external-code": "{cause} has no code there",
}


@dataclass(frozen=True)
class Problem:
    """Why it is held or refused, or what could be better (`tone` attention), with the field that mends it."""

    text: str
    attribute: str
    url: str
    code: str
    tone: str

    @property
    def mend(self) -> str:
        return "Look at the picture" if self.url.startswith("/assets/") else "Mend it on the product"


@dataclass(frozen=True)
class Mender:
    """Knows which pictures the actor may open, so that no link leads nowhere. One query."""

    assets: frozenset[str]

    @classmethod
    def of(cls, listings: Iterable[Listing], actor: Actor) -> Mender:
        named = {str(one.get("asset", "")) for listing in listings for one in listing.problems} - {""}
        if not named:
            return cls(frozenset())
        seen = Asset.objects.visible_to(actor).filter(uid__in=named).values_list("uid", flat=True)
        return cls(frozenset(map(str, seen)))

    def problems(self, listing: Listing, rejections: Sequence[Rejection], product_url: str) -> list[Problem]:
        """What the channel refused, then what holds it back, then what could be better."""
        own = sorted(listing.problems, key=lambda one: not one.get("blocks", True))
        refused = [
            Problem(one.message, cause(one.attribute), product_url + anchor(one.attribute), one.code, "bad")
            for one in rejections
        ]
        return [*refused, *(self._own(one, product_url) for one in own)]

    def _own(self, problem: Mapping[str, Any], product_url: str) -> Problem:
        origin = origin_of(problem)
        asset = str(problem.get("asset", ""))
        picture = reverse("asset", args=[asset]) + "#rights-title" if asset in self.assets else ""
        url = picture or product_url + anchor(origin)
        tone = "bad" if problem.get("blocks", True) else "attention"
        return Problem(problem_text(problem), cause(origin), url, str(problem.get("code", "")), tone)


def origin_of(problem: Mapping[str, Any]) -> str:
    """What of the product it is about; the channel's field where that is not known."""
    return str(problem.get("origin", "") or problem.get("target", ""))


def problem_text(problem: Mapping[str, Any]) -> str:
    """What is wrong, in a sentence."""
    return str(problem.get("detail") or problem.get("code", ""))


def kind_label(code: str, origin: str) -> str:
    """`missing` of `description` as `Description is missing`."""
    return KINDS.get(code, phrase(code) + ": {cause}").format(cause=cause(origin))
