"""Published trees of others, brought in version by version, each compared with the one before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.codes import SMALL_CODE
from foundation.core.errors import Conflict, Invalid
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.markets.models import Locale
from foundation.taxonomy import events
from foundation.taxonomy.choices import ChangeKind, SchemaFormat
from foundation.taxonomy.errors import BadSchema
from foundation.taxonomy.models import ExternalNode, ExternalSchema, SchemaChange, SchemaFile, SchemaVersion
from foundation.taxonomy.parsing.limits import BadSource
from foundation.taxonomy.parsing.reading import Published, read_published

LONGEST, BATCH = 100, 2000


@dataclass
class _Diff:
    """What a version does to the nodes that there are."""

    added: list[ExternalNode] = field(default_factory=list)
    changed: list[ExternalNode] = field(default_factory=list)
    rows: list[SchemaChange] = field(default_factory=list)

    def note(self, kind: ChangeKind, code: str, before: str = "", after: str = "") -> None:
        self.rows.append(SchemaChange(code=code, kind=kind, before=before, after=after))

    @property
    def counts(self) -> dict[str, int]:
        kinds = [row.kind for row in self.rows]
        return {str(kind): kinds.count(kind) for kind in ChangeKind}


def import_schema(
    path: Path, *, code: str, form: str, locale: str, actor: Actor, name: str = "", version: str = "",
    filename: str = "",
) -> SchemaVersion:  # fmt: skip
    """Bring in a published file: a new schema, its next version, or another language of its latest version.

    The same file again changes nothing. `BadSchema` says at which line and byte a file is not what it should be.
    """
    actor = actor.require("taxonomy.define")
    _check_names(code, form, locale)
    try:
        published = read_published(path, form=form)
    except BadSource as refusal:
        where = f"line {refusal.line:,}, byte {refusal.byte:,}: " if refusal.line else ""
        text = f"{where}{refusal.reason}"
        raise BadSchema(text, path="file", line=refusal.line, byte=refusal.byte) from None
    label = (version or published.version).strip()
    if not 0 < len(label) <= LONGEST or not label.isprintable():
        raise Invalid("Say which version it is; the file does not", path="version")
    with recorded(actor):
        schema, _ = ExternalSchema.objects.get_or_create(
            code=code, defaults={"format": form, "name": name.strip()[:LONGEST] or code}
        )
        schema = ExternalSchema.objects.select_for_update().get(pk=schema.pk)
        if schema.format != form:
            raise Conflict(f"{code} is a {schema.get_format_display()}", path="format")
        latest = SchemaVersion.objects.filter(schema=schema).last()
        known = SchemaVersion.objects.filter(schema=schema, label=label).first()
        if known and (known.files.filter(locale=locale, sha256=published.sha256)).exists():
            return known
        if known and (known != latest or known.files.filter(locale=locale).exists()):
            raise Conflict(f"{code} has another file of version {label} already", path="version")
        made = known or SchemaVersion.objects.create(
            schema=schema, label=label, nodes=len(published.nodes), imported_at=moment.now()
        )
        _bring_in(schema, made, published, locale, is_first=latest is None, is_language=known is not None)
        SchemaFile.objects.create(
            version=made, locale=locale, filename=filename[:200] or path.name, sha256=published.sha256,
            lines=published.lines, imported_at=moment.now(),
        )  # fmt: skip
        append_event(events.SCHEMA_IMPORTED, schema.uid, schema=code, version=label, locale=locale)
    return made


def _check_names(code: str, form: str, locale: str) -> None:
    if not SMALL_CODE.fullmatch(code):
        raise Invalid("A code has small letters, digits and -, forty at most", path="code")
    if form not in SchemaFormat.values:
        raise Invalid(f"A format is one of: {', '.join(SchemaFormat.values)}", path="format")
    if not Locale.objects.filter(code=locale).exists():
        raise Invalid(f"There is no locale {locale[:40]!r}", path="locale")


def _bring_in(
    schema: ExternalSchema, version: SchemaVersion, published: Published, locale: str, *, is_first: bool,
    is_language: bool,
) -> None:  # fmt: skip
    there = {one.code: one for one in ExternalNode.objects.filter(schema=schema)}
    if is_language and {code for code, *_ in published.nodes} != {
        code for code, one in there.items() if one.removed_in_id is None
    }:
        raise Conflict(f"It has other nodes than version {version.label} has in other languages", path="file")
    diff = _compare(schema, version, published, locale, there)
    _write(diff, published, there)
    if not is_first and not is_language:
        for row in diff.rows:
            row.version = version
        SchemaChange.objects.bulk_create(diff.rows, batch_size=BATCH)
    if not is_language:
        version.counts = diff.counts
        version.save(update_fields=["counts"])


def _compare(
    schema: ExternalSchema, version: SchemaVersion, published: Published, locale: str,
    there: Mapping[str, ExternalNode],
) -> _Diff:  # fmt: skip
    diff, lines = _Diff(), dict[str, list[str]]()
    for code, parent, name in published.nodes:
        line = lines[code] = [*lines.get(parent, []), code]
        node = there.get(code)
        if node is None or node.removed_in_id is not None:
            diff.note(ChangeKind.ADDED, code, after=name)
            if node is None:
                diff.added.append(_named(ExternalNode(schema=schema, code=code, line=line), locale, name))
                continue
        before = (node.line, node.names.get(locale), node.removed_in_id)
        if node.removed_in_id is None:
            _note_changes(diff, node, line, locale, name)
        node.line, node.removed_in = line, None
        _named(node, locale, name)
        if before != (line, name, None):
            diff.changed.append(node)
    for code, node in there.items():
        if code not in lines and node.removed_in_id is None:
            diff.note(ChangeKind.REMOVED, code, before=node.label(locale))
            node.removed_in = version
            diff.changed.append(node)
    return diff


def _note_changes(diff: _Diff, node: ExternalNode, line: list[str], locale: str, name: str) -> None:
    if node.names.get(locale, name) != name:
        diff.note(ChangeKind.RENAMED, node.code, node.names[locale], name)
    if node.line[-2:-1] != line[-2:-1]:
        diff.note(ChangeKind.MOVED, node.code, "".join(node.line[-2:-1]), "".join(line[-2:-1]))


def _named(node: ExternalNode, locale: str, name: str) -> ExternalNode:
    node.names = {**node.names, locale: name}
    node.text = " ".join([node.code, *dict.fromkeys(node.names.values())]).lower()
    return node


def _write(diff: _Diff, published: Published, there: Mapping[str, ExternalNode]) -> None:
    """Level by level, so that each finds its parent."""
    known = dict(there)
    above = {code: parent for code, parent, _ in published.nodes}
    for level in _levels(diff.added):
        for node in level:
            node.parent = known.get(above[node.code])
        for node in ExternalNode.objects.bulk_create(level, batch_size=BATCH):
            known[node.code] = node
    for node in diff.changed:
        if node.removed_in_id is None:
            node.parent = known.get(above[node.code])
    ExternalNode.objects.bulk_update(diff.changed, ["parent", "line", "names", "text", "removed_in"], batch_size=BATCH)


def _levels(nodes: Iterable[ExternalNode]) -> list[list[ExternalNode]]:
    levels: dict[int, list[ExternalNode]] = {}
    for node in nodes:
        levels.setdefault(len(node.line), []).append(node)
    return [levels[depth] for depth in sorted(levels)]
