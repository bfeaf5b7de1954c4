"""Files of products: the good rows land, the bad ones come back with their reasons. P11 P10, fault 21."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from config.demo.files.model import make_model
from config.demo.files.products import make_products
from config.demo.files.scale import Scale
from config.demo.files.second import write_second
from config.demo.files.workbook import FORMULA, write_workbook
from foundation.blobs.services import read_blob
from foundation.core.actors import Actor
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision
from foundation.jobs.models import Job
from foundation.jobs.running import run_due_jobs
from foundation.workflow.models import WorkItem
from pim.models import Identifier, ImportRowError, Override, Product, ProductImport, ProductValues
from pim.queries.products import find_by_identifier
from pim.services import apply_model, start_import

from .factories import HOUSE, make_actor, make_gtin, product

pytestmark = pytest.mark.django_db
SEED = 7


@pytest.fixture(scope="module")
def supplier(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], dict[str, Any]]:
    folder = tmp_path_factory.mktemp("supplier")
    products = make_products(SEED, Scale())
    catalogue = write_workbook(folder / "catalogue.xlsx", SEED, products)
    second = write_second(folder, SEED, 30)
    return folder, catalogue, second


@pytest.fixture
def demo_model() -> None:
    apply_model(make_model(), actor=HOUSE)


@pytest.fixture
def importer() -> Actor:
    return make_actor()


def bring_in(
    file: Path | bytes, actor: Actor, *, name: str = "", mapping: dict[str, Any] | None = None
) -> ProductImport:
    source = file if isinstance(file, Path) else io.BytesIO(file)
    default = "file.xlsx" if isinstance(file, bytes) and file.startswith(b"PK") else "file.csv"
    made = start_import(
        source, filename=name or (file.name if isinstance(file, Path) else default), mapping=mapping, actor=actor
    )
    run_due_jobs()
    made.refresh_from_db()
    return made


def counts(made: ProductImport) -> tuple[int, int, int, int, int]:
    return made.rows, made.created, made.changed, made.unchanged, made.failed


def sheet_of(made: ProductImport) -> tuple[list[str], list[dict[str, Any]]]:
    assert made.error_file_id
    book = load_workbook(io.BytesIO(read_blob(made.error_file_id)))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    headers = [str(one) for one in rows[0]]
    return headers, [dict(zip(headers, row, strict=True)) for row in rows[1:]]


def csv_of(made: ProductImport, *, encoding: str = "utf-8-sig", delimiter: str = ",") -> list[dict[str, str]]:
    text = read_blob(made.error_file_id).decode(encoding)
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def truth() -> tuple[int, int]:
    tables = Revision.objects.filter(table_name__startswith="pim_").count()
    return tables, OutboxEvent.objects.filter(type__startswith="pim.product").count()


@pytest.mark.usefixtures("demo_model")
class TestTheSuppliersWorkbook:
    def test_good_rows_land_and_bad_ones_come_back(self, supplier: Any, importer: Actor) -> None:
        folder, expected, _ = supplier
        made = bring_in(folder / "catalogue.xlsx", importer)
        assert counts(made) == (expected["rows"], expected["good"], 0, 0, len(expected["bad"]))
        for row in expected["products"]:
            found = product(row["sku"])
            assert (found.parent.sku if found.parent else None, found.family.code) == (row["parent"], row["family"])
            if row["gtin"]:
                assert find_by_identifier("gtin", row["gtin"]) == [found]
        told = {(error.row, error.column, error.code) for error in ImportRowError.objects.all()}
        codes = {
            "bad_gtin": "gtin-check-digit", "unknown_unit": "unknown-unit", "missing_sku": "missing-sku",
            "duplicate_sku": "duplicate-sku", "unknown_family": "unknown-family", "unknown_option": "unknown-option",
        }  # fmt: skip
        assert told == {(bad["row"], bad["column"], codes[bad["cause"]]) for bad in expected["bad"]}
        kept = expected["kept_as_text"][0]
        values = ProductValues.objects.get(product__sku=kept["sku"], cell__market=None, cell__locale="en-GB").vals
        assert values["search_words"] == FORMULA
        override = Override.objects.filter(attribute__code="price").first()
        assert override is not None
        assert override.reason == "Import of catalogue.xlsx"

    def test_the_same_file_again_changes_nothing(self, supplier: Any, importer: Actor) -> None:
        folder, expected, _ = supplier
        first = bring_in(folder / "catalogue.xlsx", importer)
        before = truth()
        again = bring_in(folder / "catalogue.xlsx", importer)
        assert counts(again) == (expected["rows"], 0, 0, expected["good"], len(expected["bad"]))
        assert truth() == before
        items = WorkItem.objects.filter(queue__code="imports")
        assert [item.cause_key for item in items.filter(closed_at=None)] == [f"import:{again.uid}"]
        assert items.get(cause_key=f"import:{first.uid}").closed_at

    def test_the_error_file_put_right_brings_the_rest_in(self, supplier: Any, importer: Actor) -> None:
        folder, expected, _ = supplier
        made = bring_in(folder / "catalogue.xlsx", importer)
        headers, rows = sheet_of(made)
        assert len(rows) == len(expected["bad"])
        item = WorkItem.objects.get(cause_key=f"import:{made.uid}")
        assert item.closed_at is None
        book = load_workbook(io.BytesIO(read_blob(made.error_file_id)))
        sheet = book.worksheets[0]
        for bad in expected["bad"]:
            at = next(at for at, row in enumerate(rows) if row["! row"] == f"{made.uid}#{bad['row']}")
            assert rows[at][f"! {bad['column']}"], "the reason stands beside the cell"
            assert rows[at]["! problems"]
            for column, value in bad["fix"].items():
                sheet.cell(row=at + 2, column=headers.index(column) + 1, value=value)
        fixed = io.BytesIO()
        book.save(fixed)
        last = bring_in(fixed.getvalue(), importer, name="catalogue errors.xlsx")
        assert counts(last) == (6, 6, 0, 0, 0)
        assert not last.error_file_id
        assert not ImportRowError.objects.unresolved().exists()
        item.refresh_from_db()
        assert (item.outcome, item.closed_by) == ("all rows are in", importer.label)

    def test_the_second_supplier_writes_german_in_latin_1(self, supplier: Any, importer: Actor) -> None:
        folder, _, expected = supplier
        mapping = json.loads((folder / "second-supplier.mapping.json").read_text())
        made = bring_in(folder / "second-supplier.csv", importer, mapping=mapping)
        assert counts(made) == (30, 30, 0, 0, 0), list(ImportRowError.objects.values_list("detail", flat=True))
        for sku, grams in expected["weight_g"].items():
            vals = ProductValues.objects.get(product__sku=sku, cell__market=None, cell__locale="*").vals
            assert vals["weight"]["unit"] == "kg"
            assert round(float(vals["weight"]["amount"]) * 1000) == grams
            assert vals["brand"] == "Töpferei Bär"
            assert vals["launch_date"].startswith("2025-03-")
            assert isinstance(vals["waterproof"], bool)
        prices = ProductValues.objects.filter(cell__market__code="DE").values_list("vals", flat=True)
        assert all(set(vals["price"]) == {"EUR"} and vals["price"]["EUR"].endswith(".90") for vals in prices)
        before = truth()
        again = bring_in(folder / "second-supplier.csv", importer, mapping=mapping)
        assert again.unchanged == 30
        assert truth() == before

    def test_a_killed_job_goes_on_where_it_was(
        self, supplier: Any, importer: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from pim.services import importing

        folder, expected, _ = supplier
        monkeypatch.setattr(importing, "CHUNK_ROWS", 5)
        real, calls = importing._write_chunk, []

        def dying(*args: Any) -> None:
            real(*args)
            calls.append(args)
            if len(calls) == 4:
                raise RuntimeError("killed")

        monkeypatch.setattr(importing, "_write_chunk", dying)
        made = start_import(folder / "catalogue.xlsx", filename="catalogue.xlsx", actor=importer)
        run_due_jobs()
        landed = Product.objects.count()
        assert 0 < landed < expected["good"]
        Job.objects.update(due_at=made.created_at)
        run_due_jobs()
        made.refresh_from_db()
        assert counts(made) == (expected["rows"], expected["good"], 0, 0, len(expected["bad"]))
        assert ImportRowError.objects.count() == len(expected["bad"])
        assert WorkItem.objects.filter(queue__code="imports").count() == 1
        assert made.created == Product.objects.count()


@pytest.mark.usefixtures("model")
class TestRows:
    def test_variants_before_their_model_and_fields_of_places(self, importer: Actor) -> None:
        lines = [
            "sku;parent_sku;family;name@en-GB;name@GB/en-GB;price@DE [EUR];colour;size;weight [kg];material",
            'A-1;A;;;;;Rot;S;0,5;""',
            "A;;coats;Coat;Mac;129,5;;;;wool | silk",
        ]
        made = bring_in("\n".join(lines).encode(), importer, mapping={"decimal": ",", "option_labels_in": "de-DE"})
        assert counts(made) == (2, 2, 0, 0, 0), list(ImportRowError.objects.values_list("detail", flat=True))
        cells = {str(row.cell): row.vals for row in ProductValues.objects.select_related("cell__market")}
        assert cells["*/en-GB"] == {"name": "Coat"}
        assert cells["GB/en-GB"] == {"name": "Mac"}
        assert cells["DE/*"] == {"price": {"EUR": "129.50"}}
        variant = ProductValues.objects.get(product__sku="A-1").vals
        assert variant == {"colour": "red", "size": "s", "weight": {"amount": "0.5", "unit": "kg"}}

    def test_every_problem_of_a_row_is_told_and_nothing_of_it_lands(self, importer: Actor) -> None:
        made = bring_in(
            b"sku,family,gtin,weight,washable,launch,price\nA,cups,12,5 miles,perhaps,31.02.2025,9 XXX\n", importer
        )
        assert counts(made) == (1, 0, 0, 0, 1)
        assert [(error.column, error.code) for error in made.errors.all()] == [
            ("gtin", "gtin-length"), ("weight", "wrong-dimension"), ("washable", "not-boolean"), ("launch", "not-date"),
            ("price", "unknown-currency"),
        ]  # fmt: skip
        (row,) = csv_of(made)
        assert row["! gtin"] == "'12' is not a GTIN: it has 8, 12, 13 or 14 digits"
        assert row["price"] == "9 XXX"
        assert not Product.objects.exists()

    def test_children_of_a_bad_model_stay_out_until_it_is_right(self, importer: Actor) -> None:
        head = "sku,parent_sku,family,colour,size,warranty"
        made = bring_in(f"{head}\nA-1,A,,red,s,\nA,,coats,,,forever\n".encode(), importer)
        told = {(error.sku, error.code) for error in made.errors.all()}
        assert told == {("A-1", "unknown-parent"), ("A", "not-number")}
        item = WorkItem.objects.get()
        bring_in(f"{head}\nA,,coats,,,24\n".encode(), importer)
        item.refresh_from_db()
        assert item.closed_at is None, "a row is still out"
        bring_in(f"{head}\nA-1,A,,red,s,\n".encode(), importer)
        item.refresh_from_db()
        assert item.closed_at

    def test_circles_deep_trees_and_extra_cells_are_told(self, importer: Actor) -> None:
        made = bring_in(
            b"sku,parent_sku,family\nA,B,coats\nB,A,coats\nC,,cups\nD,C,cups\nE,,cups,surplus\nF,NOBODY,coats\n",
            importer,
        )
        assert {(error.sku, error.code) for error in made.errors.all()} == {
            ("A", "parent-circle"), ("B", "parent-circle"), ("D", "too-deep"), ("E", "extra-cells"),
            ("F", "unknown-parent"),
        }  # fmt: skip

    @pytest.mark.parametrize("text", ["=1+1", "+49 30", "-5", "@cmd", "'=quoted", "''+x", "\t=x", "plain 'quote"])
    def test_what_looks_like_a_formula_survives_the_round_trip(self, importer: Actor, text: str) -> None:
        rows = io.StringIO()
        csv.writer(rows).writerows([["sku", "family", "name", "warranty"], ["A", "cups", text, "forever"]])
        made = bring_in(rows.getvalue().encode(), importer)
        (row,) = csv_of(made)
        assert not row["name"].startswith(("=", "+", "-", "@", "\t"))
        row["warranty"] = "24"
        fixed = io.StringIO()
        writer = csv.DictWriter(fixed, row.keys())
        writer.writeheader()
        writer.writerow(row)
        bring_in(fixed.getvalue().encode(), importer)
        assert ProductValues.objects.get().vals["name"] == text.strip()

    def test_an_xlsx_error_file_holds_texts_not_formulas(self, importer: Actor) -> None:
        book = Workbook()
        book.active.append(["sku", "family", "name", "warranty"])
        book.active.append(["A", "cups", "=1+1", "forever"])
        book.active["C2"].data_type = "s"
        raw = io.BytesIO()
        book.save(raw)
        made = bring_in(raw.getvalue(), importer)
        sheet = load_workbook(io.BytesIO(read_blob(made.error_file_id))).worksheets[0]
        cell = next(cell for cell in sheet[2] if cell.value == "=1+1")
        assert (cell.data_type, cell.quotePrefix) == ("s", True)

    def test_gtins_and_numbers_as_spreadsheets_keep_them(self, importer: Actor) -> None:
        gtin = make_gtin()
        book = Workbook()
        book.active.append(["sku", "family", "gtin", "warranty", "weight [g]", "washable"])
        book.active.append([4711, "cups", int(gtin), 24.0, 0.1 + 0.2 + 1, True])
        raw = io.BytesIO()
        book.save(raw)
        made = bring_in(raw.getvalue(), importer)
        assert made.created == 1, list(made.errors.values_list("detail", flat=True))
        assert ProductValues.objects.get(product__sku="4711").vals == {
            "gtin": gtin.zfill(14), "warranty": "24", "weight": {"amount": "1.3", "unit": "g"}, "washable": True,
        }  # fmt: skip
        assert Identifier.objects.get().value == gtin.zfill(14)

    def test_an_empty_cell_changes_nothing(self, importer: Actor) -> None:
        bring_in(b"sku,family,name\nA,cups,Cup\n", importer)
        assert bring_in(b"sku,name\nA,\n", importer).unchanged == 1

    def test_rows_of_a_later_file_are_kept_apart_from_the_copied_source(self, importer: Actor, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        path.write_text("sku,family\nA,cups\n")
        made = start_import(path, filename="../../etc/a.csv", actor=importer)
        shutil.rmtree(tmp_path)
        run_due_jobs()
        made.refresh_from_db()
        assert (made.filename, made.created, made.state) == ("a.csv", 1, "done")
