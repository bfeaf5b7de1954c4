"""The rules a listing must meet: ``rules.json``, checked one message at a time."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from config.demo.marketplace.images import complaint_about

Json = dict[str, Any]
DEFAULT: Final = Path(__file__).with_name("rules.json")


class RuleBook:
    """Rules, limits and how images are looked at."""

    def __init__(self, content: Json) -> None:
        """Take the content of a rules file; an unknown kind of rule is refused now, not at the first feed."""
        self.name: str = content["name"]
        self.max_bytes: int = content["limits"]["max_bytes"]
        self.max_messages: int = content["limits"]["max_messages"]
        self.image: Json = dict(content["image"])
        self.fetches: bool = self.image.pop("fetch")
        self.rules: list[Json] = content["rules"]
        unknown = {rule["kind"] for rule in self.rules} - {*CHECKS, "required", "recommended", "image"}
        if unknown:
            msg = f"unknown kinds of rule: {', '.join(sorted(unknown))}"
            raise ValueError(msg)

    @classmethod
    def load(cls, path: Path = DEFAULT) -> "RuleBook":
        """Read a rules file."""
        return cls(json.loads(path.read_text(encoding="utf-8")))

    def issues_of(self, message: Json) -> list[Json]:
        """Return what is wrong with an UPDATE, by rule; a rule may be ``for`` some product types."""
        issues = []
        for rule in self.rules:
            if message["productType"] not in rule.get("for", [message["productType"]]):
                continue
            values = values_of(message["attributes"].get(rule["attribute"]))
            complaint = self.complaint(rule, values)
            if complaint:
                severity = "WARNING" if rule["kind"] == "recommended" else "ERROR"
                issues.append(issue(message, rule["code"], severity, complaint, rule["attribute"]))
        return issues

    def complaint(self, rule: Json, values: list[str]) -> str | None:
        """Return why ``values`` break ``rule``; absence is the business of ``required`` only."""
        name = rule["attribute"]
        if rule["kind"] in {"required", "recommended"}:
            return None if any(value.strip() for value in values) else f"'{name}' is {rule['kind']} but not supplied."
        for value in filter(None, values):
            if rule["kind"] == "image":
                found = complaint_about(value, **self.image) if self.fetches else None
            else:
                found = CHECKS[rule["kind"]](rule, value)
            if found:
                return f"'{name}' {found}"
        return None


def values_of(value: object) -> list[str]:
    """Return the texts of an attribute, given plainly or as a list of ``{"value": …}``, the published way."""
    if value is None:
        return []
    if isinstance(value, list):
        return [text for entry in value for text in values_of(entry)]
    if isinstance(value, dict):
        return values_of(value.get("value", value.get("media_location")))
    return [str(value)]


def issue(message: Json, code: str, severity: str, text: str, attribute: str | None = None) -> Json:
    """Return an issue; ``attributeName`` is the report's, ``attributeNames`` the listing item's."""
    found: Json = {"code": code, "severity": severity, "message": text}
    if isinstance(message.get("messageId"), int):
        found["messageId"] = message["messageId"]
    if isinstance(message.get("sku"), str) and message["sku"]:
        found["sku"] = message["sku"]
    if attribute:
        found |= {"attributeName": attribute, "attributeNames": [attribute]}
    return found


def max_length(rule: Json, value: str) -> str | None:
    """Characters as Unicode code points."""
    limit = rule["limit"]
    return f"has {len(value)} characters; {limit} are allowed." if len(value) > limit else None


def forbidden_words(rule: Json, value: str) -> str | None:
    """Whole words, in capitals as advertising writes them."""
    found = [word for word in rule["words"] if re.search(rf"\b{re.escape(word)}\b", value)]
    return f"contains promotional words: {', '.join(found)}." if found else None


def gtin(_rule: Json, value: str) -> str | None:
    """8, 12, 13 or 14 digits with the GS1 modulo 10 check digit."""
    right = value.isascii() and value.isdigit() and len(value) in {8, 12, 13, 14}
    if right:
        total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(value)))
        right = total % 10 == 0
    return None if right else f"is not a valid GTIN: {value}."


def one_of(rule: Json, value: str) -> str | None:
    """One of the marketplace's own words."""
    return None if value in rule["values"] else f"is not in the list of accepted values: {value}."


CHECKS: Final[dict[str, Callable[[Json, str], str | None]]] = {
    "max_length": max_length,
    "forbidden_words": forbidden_words,
    "gtin": gtin,
    "one_of": one_of,
}
