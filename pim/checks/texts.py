"""Texts: plain, with markup, and patterns."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from html.parser import HTMLParser
from re import _constants, _parser  # type: ignore[attr-defined,unused-ignore]  # the only way to see a pattern's shape
from typing import Any

from pim.checks.refusals import Refusal

MAX_PATTERN = 200
MAX_MATCHED = 500
MAX_TEXT = 4_000
MAX_RICH_TEXT = 20_000
MAX_UNBOUNDED = 3
TAGS = frozenset(
    ["p", "br", "strong", "b", "em", "i", "u", "ul", "ol", "li", "h2", "h3", "h4", "span", "sub", "sup", "a"]
)
VOID = frozenset({"br"})
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """Trimmed, in one Unicode form, with one kind of line end; control characters are refused."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if found := _CONTROL.search(text):
        raise Refusal("control-character", f"Remove the invisible character U+{ord(found[0]):04X}")
    return text


def check_length(text: str, limits: dict[str, Any], *, most: int) -> None:
    most = min(int(limits.get("max_length", most)), most)
    if len(text) > most:
        raise Refusal("too-long", f"{len(text)} characters are too many; {most} is the limit")
    least = int(limits.get("min_length", 0))
    if len(text) < least:
        raise Refusal("too-short", f"{len(text)} characters are too few; at least {least} are wanted")


def check_pattern(text: str, pattern: str, hint: str = "") -> None:
    if len(text) > MAX_MATCHED:
        raise Refusal("too-long", f"A text with a pattern may have {MAX_MATCHED} characters")
    if not _compiled(pattern).fullmatch(text):
        raise Refusal("pattern", f"{text!r} does not have the form {hint or pattern}")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    require_safe_pattern(pattern)
    return re.compile(pattern)


def require_safe_pattern(pattern: str) -> None:
    """Refuse what could take long on a hostile text: repeats within repeats, alternatives within repeats."""
    if len(pattern) > MAX_PATTERN:
        raise Refusal("bad-pattern", f"A pattern may have {MAX_PATTERN} characters")
    try:
        tree = _parser.parse(pattern)
    except re.error as error:
        raise Refusal("bad-pattern", f"The pattern is not a regular expression: {error}") from None
    if _weigh(tree, inside=False) > MAX_UNBOUNDED:
        raise Refusal("bad-pattern", f"A pattern may have {MAX_UNBOUNDED} open repeats")


def _weigh(tree: Iterable[Any], *, inside: bool) -> int:
    """How many open repeats there are; raises for one that could run away."""
    count = 0
    for operation, argument in tree:
        name = str(operation)
        if name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            low, high, body = argument
            if inside and low != high:
                raise Refusal("bad-pattern", "A repeat within a repeat is not allowed in a pattern")
            opened = high == _constants.MAXREPEAT or high > MAX_MATCHED
            count += opened + _weigh(body, inside=inside or high > 1)
        elif name == "BRANCH":
            if inside:
                raise Refusal("bad-pattern", "Alternatives within a repeat are not allowed in a pattern")
            count += sum(_weigh(branch, inside=inside) for branch in argument[1])
        elif name == "SUBPATTERN":
            count += _weigh(argument[-1], inside=inside)
        elif name in {"GROUPREF", "GROUPREF_EXISTS", "ASSERT", "ASSERT_NOT", "ATOMIC_GROUP"}:
            raise Refusal("bad-pattern", "Back references and look-arounds are not allowed in a pattern")
    return count


class _Markup(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            raise Refusal("markup", f"<{tag}> is not allowed; use {', '.join(sorted(TAGS))}")
        for name, value in attrs:
            if (tag, name) != ("a", "href") or not str(value).startswith(("https://", "http://", "mailto:")):
                raise Refusal("markup", f"The attribute {name!r} is not allowed in <{tag}>")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            raise Refusal("markup", f"</{tag}> closes nothing that is open")

    def handle_comment(self, data: str) -> None:
        raise Refusal("markup", "Comments are not allowed")

    def handle_decl(self, decl: str) -> None:
        raise Refusal("markup", "Declarations are not allowed")

    def unknown_decl(self, data: str) -> None:
        self.handle_decl(data)

    def handle_pi(self, data: str) -> None:
        self.handle_decl(data)


def check_markup(text: str) -> None:
    """A small safe part of HTML, well nested."""
    parser = _Markup()
    parser.feed(text)
    rest = parser.rawdata
    parser.close()
    if "<" in rest:
        raise Refusal("markup", f"A tag is not finished: {rest[:40]!r}")
    if parser.open:
        raise Refusal("markup", f"<{parser.open[-1]}> is not closed")
