"""Files that mean harm, or are none: refused before anything is unpacked or kept. Faults 18, 19, 21."""

from __future__ import annotations

import io
import tracemalloc
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from foundation.blobs.models import Blob
from foundation.core.errors import Denied, Problems
from foundation.jobs.models import Job
from foundation.jobs.running import run_due_jobs
from pim.errors import BadFile, UnknownColumn
from pim.models import Product, ProductImport
from pim.services import start_import, tables

from .factories import HOUSE, Role, make_actor

pytestmark = pytest.mark.usefixtures("model")
HEAD = b"sku,family,name\n"
SHEET = (
    '<?xml version="1.0"?>{dtd}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>sku</t></is></c></row>{rows}</sheetData></worksheet>'
)
XXE = '<!DOCTYPE x [<!ENTITY leak SYSTEM "file:///etc/hostname">]>'
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml."
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml" />'
    f'<Override PartName="/xl/workbook.xml" ContentType="{SPREADSHEET}sheet.main+xml" />'
    f'<Override PartName="/xl/sharedStrings.xml" ContentType="{SPREADSHEET}sharedStrings+xml" />'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{SPREADSHEET}worksheet+xml" /></Types>'
)
LAUGHS = "<!DOCTYPE x [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {new} '{('&' + old + ';') * 10}'>" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
) + "]>"  # fmt: skip


def workbook(sheet: str = "", *, more: dict[str, bytes] | None = None, instead: dict[str, str] | None = None) -> bytes:
    book = Workbook()
    book.active.append(["sku", "family"])
    raw = io.BytesIO()
    book.save(raw)
    result = io.BytesIO()
    with ZipFile(io.BytesIO(raw.getvalue())) as source, ZipFile(result, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            body = source.read(name)
            if name == "xl/worksheets/sheet1.xml" and sheet:
                body = sheet.encode()
            target.writestr(name, (instead or {}).get(name, body))
        for name, content in (more or {}).items():
            target.writestr(name, content)
    return result.getvalue()


def cell(column: str, row: int, text: str) -> str:
    return f'<c r="{column}{row}" t="inlineStr"><is><t>{text}</t></is></c>'


REFUSED = {
    "nothing": b"",
    "NUL bytes": HEAD + b"A,cups,C\0p\n",
    "an old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 100,
    "half an archive": workbook()[:400],
    "an archive of something else": b"",
    "a bomb": workbook(more={"xl/media/bomb.bin": b"0" * (60 * 1024 * 1024)}),
    "too many parts": workbook(more={f"xl/media/{at}": b"" for at in range(2_100)}),
    "entities": workbook(SHEET.format(dtd=XXE, rows=f'<row r="2">{cell("A", 2, "&leak;")}</row>')),
    "a billion laughs": workbook(SHEET.format(dtd=LAUGHS, rows=f'<row r="2">{cell("A", 2, "&i;")}</row>')),
    "entities in the list of sheets": workbook(instead={"xl/workbook.xml": XXE + "<workbook>&leak;</workbook>"}),
    "entities in shared strings": workbook(
        more={"xl/sharedStrings.xml": (XXE + "<sst><si><t>&leak;</t></si></sst>").encode()},
        instead={"[Content_Types].xml": TYPES},
    ),
    "an open quote": HEAD + b'A,cups,"never closed\nB,cups,x\n' + b"x" * 200_000,
    "no header": b"\n\n\n",
    "too many columns": b",".join([b"sku", *(b"x%d" % at for at in range(600))]),
}
with io.BytesIO() as _raw:
    with ZipFile(_raw, "w") as _archive:
        _archive.writestr("word/document.xml", "<x/>")
    REFUSED["an archive of something else"] = _raw.getvalue()


@pytest.mark.parametrize("case", REFUSED)
def test_is_refused(case: str) -> None:
    try:
        made = start_import(io.BytesIO(REFUSED[case]), filename="x", actor=HOUSE)
    except BadFile:
        assert not ProductImport.objects.exists()
        assert not Blob.objects.exists()
        assert not Job.objects.exists()
    else:  # what only a look at every row can tell
        run_due_jobs()
        made.refresh_from_db()
        assert (made.state, made.created) == ("failed", 0)
        assert made.error
        assert Job.objects.get().state == "done", "it is not tried again"
    assert not Product.objects.exists()


def test_a_bomb_is_not_unpacked() -> None:
    bomb = REFUSED["a bomb"]
    tracemalloc.start()
    with pytest.raises(BadFile):
        start_import(io.BytesIO(bomb), filename="bomb.xlsx", actor=HOUSE)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * 1024 * 1024


def test_a_row_number_that_lies_is_not_counted_to() -> None:
    rows = f'<row r="999999999">{cell("A", 999999999, "A")}</row>'
    with pytest.raises(BadFile, match="beyond row 200,000"):
        start_import(io.BytesIO(workbook(SHEET.format(dtd="", rows=rows))), filename="x.xlsx", actor=HOUSE)


def test_limits_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_ROWS", 3)
    made = start_import(io.BytesIO(HEAD + b"A,cups,x\n" * 4), filename="x.csv", actor=HOUSE)
    run_due_jobs()
    made.refresh_from_db()
    assert (made.state, made.rows) == ("failed", 0)
    assert "more than 3 rows" in made.error
    monkeypatch.setattr("pim.services.imports.MAX_BYTES", 10)
    with pytest.raises(BadFile):
        start_import(io.BytesIO(HEAD), filename="x.csv", actor=HOUSE)


def test_headers_that_mean_nothing_are_all_named() -> None:
    with pytest.raises(Problems) as caught:
        start_import(io.BytesIO(b"family,nome,name@xx,price@ZZ\n"), filename="x.csv", actor=HOUSE)
    assert [error.path for error in caught.value.errors] == ["nome", "name@xx", "price@ZZ", "sku"]
    with pytest.raises(UnknownColumn):
        start_import(io.BytesIO(b"sku,name,name@*\n"), filename="x.csv", actor=HOUSE)
    made = start_import(io.BytesIO(b"sku,nome\n"), filename="x.csv", actor=HOUSE, mapping={"columns": {"nome": None}})
    assert made.state == "waiting"


@pytest.mark.parametrize(
    "mapping", [{"format": "other/2"}, {"surplus": 1}, {"columns": []}, {"decimal": "x"}, {"encoding": "utf-7"}]
)
def test_a_bad_mapping_is_refused(mapping: dict[str, object]) -> None:
    with pytest.raises(BadFile):
        start_import(io.BytesIO(HEAD), filename="x.csv", actor=HOUSE, mapping=mapping)


def test_control_characters_in_cells_are_told_not_stored() -> None:
    rows = f'<row r="2">{cell("A", 2, "A_x0000_B")}</row><row r="3">{cell("A", 3, "ok")}</row>'
    made = start_import(io.BytesIO(workbook(SHEET.format(dtd="", rows=rows))), filename="x.xlsx", actor=HOUSE)
    run_due_jobs()
    made.refresh_from_db()
    assert (made.state, made.failed) == ("done", 2), made.error


def test_only_who_may_import_does() -> None:
    with pytest.raises(Denied):
        start_import(io.BytesIO(HEAD), filename="x.csv", actor=make_actor(Role.MERCHANT))
