"""Pages run under a strict content security policy: nothing inline."""

from __future__ import annotations

import ast
import re

import pytest

from . import exempt
from .tree import ROOMS, ROOT, Finding, is_in, parse, show, sources, tracked

RULES = {
    "inline script": re.compile(
        r"<script\b(?![^>]*\bsrc\s*=)(?![^>]*type\s*=\s*[\"']application/(?:ld\+)?json[\"'])", re.IGNORECASE
    ),
    "inline style element": re.compile(r"<style\b", re.IGNORECASE),
    "style attribute": re.compile(r"<[^<>]*\sstyle\s*=", re.IGNORECASE),
    "event attribute": re.compile(r"<[^<>]*\son[a-z]+\s*=", re.IGNORECASE),
    "hx-on": re.compile(r"\b(?:data-)?hx-on\b", re.IGNORECASE),
    "script address": re.compile(r"[\"'=]\s*javascript:", re.IGNORECASE),
    "evaluated htmx value": re.compile(r"hx-(?:vals|headers|vars)\s*=\s*[\"']\s*js(?:\s|:|avascript)", re.IGNORECASE),
}
COMMENT = re.compile(r"\{#.*?#\}|\{%\s*comment\b.*?%\}.*?\{%\s*endcomment\s*%\}", re.DOTALL)


def inline(path: str, text: str) -> list[Finding]:
    # Comments keep their line breaks, template tags lose their angle brackets: neither shifts a line number.
    text = COMMENT.sub(lambda match: "\n" * match[0].count("\n"), text)
    text = re.sub(r"\{[%{].*?[%}]\}", lambda match: re.sub(r"[<>]", " ", match[0]), text, flags=re.DOTALL)
    return [
        (path, text.count("\n", 0, match.start()) + 1, name)
        for name, rule in RULES.items()
        for match in rule.finditer(text)
    ]


def markup_in_code(path: str, source: str) -> list[Finding]:
    """The same in strings of Python code, as format_html takes them."""
    return [
        (path, node.lineno, what)
        for node in ast.walk(parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "<" in node.value
        for _, _, what in inline(path, node.value)
    ]


def test_templates_have_nothing_inline() -> None:
    pages = [
        name
        for name in tracked()
        if "/templates/" in name and name.endswith((".html", ".svg")) and name.split("/")[0] in ROOMS
    ]
    found = [hit for name in pages for hit in inline(name, (ROOT / name).read_text())]
    assert not found, show(found)


def test_code_writes_nothing_inline() -> None:
    found = [hit for path, text in sources() if not is_in(path, exempt.HOSTILE) for hit in markup_in_code(path, text)]
    assert not found, show(found)


@pytest.mark.parametrize(
    ("markup", "what"),
    [
        ("<script>go()</script>", "inline script"),
        ("<style>p{}</style>", "inline style element"),
        ("<p\n style='x'>", "style attribute"),
        ('<p class="{% if a > b %}x{% endif %}" style="x">', "style attribute"),
        ("<button onclick='x()'>", "event attribute"),
        ("<button hx-on:click='x()'>", "hx-on"),
        ("<a href='javascript:x()'>", "script address"),
        ("<a hx-vals='js:{a: 1}'>", "evaluated htmx value"),
    ],
)
def test_inline_code_is_seen(markup: str, what: str) -> None:
    assert what in {name for _, _, name in inline("x.html", markup)}
    assert markup_in_code("x.py", f"page = {markup!r}")


def test_what_is_not_inline_is_left_alone() -> None:
    clean = '<script src="{% static \'a.js\' %}" defer></script><i data-style="x">once = 1</i>'
    assert not inline("x.html", clean + "{# <style> #}<script type='application/json'>{}</script>")
