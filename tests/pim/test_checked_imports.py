"""Files that are checked before they write: the same answers as the import itself, and nothing written by them."""

from __future__ import annotations

import io
from typing import Any

import pytest

from foundation.accounts.choices import Role
from foundation.archive.rebuilding import fingerprint
from foundation.core.actors import Actor
from foundation.core.errors import Conflict, Missing
from foundation.events.models import Dirty, OutboxEvent
from foundation.events.sequencing import drain
from foundation.jobs.models import Job
from foundation.jobs.running import run_due_jobs
from foundation.workflow.models import WorkItem
from pim.errors import UnknownColumn
from pim.models import ColumnMapping, ImportRow, ImportRowError, Product, ProductImport
from pim.services import import_checked_file, map_columns, set_values, start_import
from pim.services import importing as importing_module

from .factories import make_actor, make_coat, make_cup, make_gtin, product

pytestmark = pytest.mark.usefixtures("model")
TRUTH = ("pim_product", "pim_productvalues", "pim_identifier", "pim_override", "markets_cell", "history_revision")


@pytest.fixture
def importer() -> Actor:
    return make_actor()


def sheet(*lines: str) -> io.BytesIO:
    return io.BytesIO("\n".join(lines).encode())


def check(file: io.BytesIO, actor: Actor, **more: Any) -> ProductImport:
    made = start_import(file, filename="file.csv", actor=actor, dry_run=True, **more)
    run_due_jobs()
    made.refresh_from_db()
    return made


def counts(made: ProductImport) -> tuple[int, int, int, int, int]:
    return made.rows, made.created, made.changed, made.unchanged, made.failed


def told(made: ProductImport) -> tuple[list[tuple[int, str]], list[tuple[int, str, str]]]:
    rows = ImportRow.objects.filter(product_import=made).order_by("row").values_list("row", "outcome")
    errors = ImportRowError.objects.filter(product_import=made).order_by("row", "pk")
    return list(rows), list(errors.values_list("row", "column", "code"))


def supplier_file() -> io.BytesIO:
    """Models behind their variants, a parent that is refused, and rows that collide with each other."""
    gtin, other = make_gtin(), make_gtin()
    return sheet(
        "sku,parent,family,name@en-GB,colour,size,gtin,warranty",
        f"NEW-red-s,NEW,,,red,s,{gtin},",
        f"NEW-red-m,NEW,,,red,m,{gtin},",  # the GTIN of the row above
        f"NEW-blue-s,NEW,,,crimson,s,{other},",  # the same as red s
        "CUP,,cups,Tall cup,,,,12",
        "SAME,,cups,Same,,,,",
        "NEW,,coats,New coat,,,,",
        "BAD,,nonsense,Bad,,,,",
        "BAD-red-s,BAD,,,red,s,,",
        "COAT-red-s,COAT,coats,,red,s,,",
    )


@pytest.mark.parametrize("chunk", [200, 1])
def test_a_check_says_what_the_import_does(importer: Actor, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(importing_module, "CHUNK_ROWS", chunk)
    make_coat()
    make_cup("CUP", name="Cup")
    make_cup("SAME")
    set_values(product("SAME"), values={"name": "Same"}, locale="en-GB", actor=importer)
    drain()
    before = [fingerprint(table) for table in TRUTH]
    events = OutboxEvent.objects.count()
    made = check(supplier_file(), importer)
    assert made.state == "checked"
    assert [fingerprint(table) for table in TRUTH] == before, "nothing was written"
    assert (OutboxEvent.objects.count(), Dirty.objects.count(), WorkItem.objects.count()) == (events, 0, 0)
    assert not Product.objects.filter(sku__startswith="NEW").exists()
    assert counts(made) == (9, 2, 1, 2, 4)
    checked = told(made)
    assert checked[0] == [
        (2, "created"), (3, "failed"), (4, "failed"), (5, "changed"), (6, "unchanged"), (7, "created"), (8, "failed"),
        (9, "failed"), (10, "unchanged"),
    ]  # fmt: skip
    import_checked_file(uid=made.uid, actor=importer)
    run_due_jobs()
    made.refresh_from_db()
    assert (made.state, counts(made)) == ("done", (9, 2, 1, 2, 4))
    assert told(made)[0] == checked[0]
    assert checked[1][:3] == told(made)[1][:3] == [
        (3, "gtin", "identifier-taken"), (4, "sku", "axes-taken"), (8, "family", "unknown-family"),
    ]  # fmt: skip
    assert (checked[1][3], told(made)[1][3]) == ((9, "parent", "parent-refused"), (9, "parent", "unknown-parent"))
    assert Product.objects.filter(sku__startswith="NEW").count() == 2
    assert WorkItem.objects.get().title == "4 rows of file.csv stayed out"


def test_differences_are_told_cell_by_cell_to_who_may_see_them(importer: Actor) -> None:
    make_cup("CUP", name="Cup", price="5 EUR", cost="2 EUR")
    lines = ("sku,name,warranty@GB,price,cost", "CUP,Mug,12,6 EUR,3 EUR")
    made = check(sheet(*lines), importer)
    (row,) = ImportRow.objects.filter(product_import=made)
    assert row.changes == [
        {"attribute": "name", "cell": "*/*", "before": "Cup", "after": "Mug"},
        {"attribute": "warranty", "cell": "GB/*", "before": None, "after": "12"},
        {"attribute": "price", "cell": "*/*", "before": {"EUR": "5.00"}, "after": {"EUR": "6.00"}},
    ], "the secret cost is imported and not told"
    made = check(sheet(*lines), make_actor(Role.INTEGRATOR))
    (row,) = ImportRow.objects.filter(product_import=made)
    assert [one["attribute"] for one in row.changes] == ["name", "warranty"]
    assert Product.objects.get().version == 1


def test_a_check_does_not_tell_whether_a_guess_of_a_secret_is_right(importer: Actor) -> None:
    make_cup("CUP", name="Cup", price="5 EUR", cost="2 EUR")
    make_cup("BOWL", name="Bowl", cost="2 EUR")
    guesses = ("sku,name,cost", "CUP,Cup,2 EUR", "BOWL,Bowl,3 EUR")
    cleared = make_actor(Role.ADMINISTRATOR)
    assert told(check(sheet(*guesses), importer))[0] == [(2, "changed"), (3, "changed")]
    assert told(check(sheet(*guesses), cleared))[0] == [(2, "unchanged"), (3, "changed")]
    restricted = ("sku,price", "CUP,5 EUR")
    assert told(check(sheet(*restricted), importer))[0] == [(2, "unchanged")], "who may see it is told"
    assert told(check(sheet(*restricted), make_actor(Role.INTEGRATOR)))[0] == [(2, "changed")]


def test_a_checked_file_is_imported_once(importer: Actor) -> None:
    made = check(sheet("sku,family,name", "CUP1,cups,One"), importer)
    import_checked_file(uid=made.uid, actor=importer)
    with pytest.raises(Conflict):
        import_checked_file(uid=made.uid, actor=importer)
    run_due_jobs()
    with pytest.raises(Conflict):
        import_checked_file(uid=made.uid, actor=importer)
    assert Product.objects.get().sku == "CUP1"
    assert Job.objects.count() == 2
    direct = start_import(sheet("sku,family,name", "CUP2,cups,Two"), filename="direct.csv", actor=importer)
    with pytest.raises(Conflict):
        import_checked_file(uid=direct.uid, actor=importer)


def test_somebody_elses_check_is_not_there(importer: Actor) -> None:
    made = check(sheet("sku,family,name", "CUP1,cups,One"), importer)
    other = make_actor(Role.STEWARD, market="DE")
    for call in (
        lambda: import_checked_file(uid=made.uid, actor=other),
        lambda: map_columns(uid=made.uid, columns={"name": None}, actor=other),
    ):
        with pytest.raises(Missing):
            call()
    assert not Product.objects.exists()


def test_headers_that_mean_nothing_are_mapped_and_remembered(importer: Actor) -> None:
    lines = ("sku;family;Artikelname;Rabatt", "CUP1;cups;Eins;3")
    made = check(sheet(*lines), importer)
    assert made.reading["delimiter"] == ";"
    assert made.reading["encoding"] == "utf-8"
    assert made.reading["unmapped"].keys() == {"Artikelname", "Rabatt"}
    assert counts(made) == (1, 1, 0, 0, 0)
    with pytest.raises(UnknownColumn):
        map_columns(uid=made.uid, columns={"Artikelname": "nonsense"}, actor=importer)
    assert not ColumnMapping.objects.exists()
    map_columns(uid=made.uid, columns={"Artikelname": "name@de-DE", "Rabatt": None}, actor=importer)
    run_due_jobs()
    made.refresh_from_db()
    assert (made.state, made.reading["unmapped"], made.mapping["columns"]) == (
        "checked", {}, {"Artikelname": "name@de-DE", "Rabatt": None},
    )  # fmt: skip
    (row,) = ImportRow.objects.filter(product_import=made)
    assert [one["cell"] for one in row.changes] == ["*/de-DE"]
    again = check(sheet(*lines), importer)
    assert again.reading["unmapped"] == {}, "remembered"
    elsewhere = check(sheet(*lines), make_actor())
    assert elsewhere.reading["unmapped"].keys() == {"Artikelname", "Rabatt"}, "each remembers for oneself"
    with pytest.raises(Exception, match="Artikelname"):
        start_import(sheet(*lines), filename="file.csv", actor=importer)
    import_checked_file(uid=again.uid, actor=importer)
    run_due_jobs()
    assert product("CUP1").values.get().vals == {"name": "Eins"}


def test_what_nobody_maps_is_left_out(importer: Actor) -> None:
    made = check(sheet("sku,family,Rabatt", "CUP1,cups,3"), importer)
    import_checked_file(uid=made.uid, actor=importer)
    run_due_jobs()
    made.refresh_from_db()
    assert (made.state, made.mapping) == ("done", {"columns": {"Rabatt": None}})
    assert product("CUP1").values.count() == 0


def test_without_a_sku_there_is_nothing_to_check(importer: Actor) -> None:
    made = check(sheet("Nummer,family,name", "CUP1,cups,One"), importer)
    assert (made.state, made.job_uid) == ("checked", None)
    assert "no column for the SKU" in made.reading["problem"]
    with pytest.raises(Conflict, match="no column for the SKU"):
        import_checked_file(uid=made.uid, actor=importer)
    map_columns(uid=made.uid, columns={"Nummer": "sku"}, actor=importer)
    run_due_jobs()
    made.refresh_from_db()
    assert (made.reading["problem"], counts(made)) == ("", (1, 1, 0, 0, 0))


def test_a_mended_file_says_what_it_continues(importer: Actor) -> None:
    first = check(sheet("sku,family,name", "CUP1,nonsense,One"), importer)
    assert not ImportRowError.objects.unresolved().exists(), "what was only checked waits for nobody"
    import_checked_file(uid=first.uid, actor=importer)
    run_due_jobs()
    assert ImportRowError.objects.unresolved().count() == 1
    mended = sheet("! row,sku,family,name", f"{first.uid}#2,CUP1,cups,One")
    second = check(mended, importer)
    assert second.continues == first
    assert ImportRowError.objects.unresolved().count() == 1, "a check resolves nothing"
    import_checked_file(uid=second.uid, actor=importer)
    run_due_jobs()
    assert not ImportRowError.objects.unresolved().exists()
    assert not WorkItem.objects.unfinished().exists()
    outsider = make_actor(Role.STEWARD, market="DE")
    foreign = check(sheet("! row,sku,family,name", f"{first.uid}#2,CUP1,cups,One"), outsider)
    assert foreign.continues is None
