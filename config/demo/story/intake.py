"""Chapter 1: supplier files come in; bad rows come back with their reasons, and are mended. P1 to P7, P9, P11."""

from __future__ import annotations

import io
import json
from typing import Any

import openpyxl

from config.demo.story.cast import Stage
from config.demo.story.house import House, wait_for

CAUSES = {
    "bad_gtin": "gtin",
    "unknown_unit": "unit",
    "missing_sku": "sku",
    "unknown_family": "family",
    "unknown_option": "option",
    "duplicate_sku": "duplicate",
}


def tell(stage: Stage) -> None:
    with stage.card.step("Importing a supplier workbook"):
        first = import_workbook(stage)
        mend_bad_rows(stage, first)
    with stage.card.step("Importing a second supplier's Latin-1 CSV with German headers"):
        import_csv(stage)
    with stage.card.step("Importing the same workbook again"):
        import_again(stage)
    with stage.card.step("Resolving values"):
        resolve(stage)
    with stage.card.step("Relating products"):
        relate(stage)


def import_file(house: House, name: str, data: bytes, **fields: str) -> dict[str, Any]:
    """Upload, wait until the job has ended, and read what became of it."""
    started = house.upload("/imports", [("file", (name, data))], **fields)
    return wait_for(f"the import of {name}", lambda: finished(house, started["uid"]))


def finished(house: House, uid: str) -> dict[str, Any] | None:
    found: dict[str, Any] = house.get(f"/imports/{uid}")
    return found if found["state"] in {"done", "failed", "cancelled"} else None


def import_workbook(stage: Stage) -> dict[str, Any]:
    expected = stage.manifest["catalogue"]
    done = import_file(stage.steward, "catalogue.xlsx", stage.read(expected["file"]))
    skus = [product["sku"] for product in expected["products"]]
    there = stage.steward.sql("SELECT count(*) FROM pim_product WHERE sku = ANY(%s)", skus)
    stage.card.see("P11", "good rows of the workbook are products", expected["good"], there)
    stage.card.see("P11", "bad rows stay out", len(expected["bad"]), done["failed"])
    parents = stage.steward.sql("SELECT count(*) FROM pim_product WHERE sku = ANY(%s) AND parent_id IS NOT NULL", skus)
    stage.card.see("P4", "variants hang under their models", expected["variants"], parents)
    return done


def mend_bad_rows(stage: Stage, done: dict[str, Any]) -> None:
    """Each reason stands beside the cell that caused it; the corrected error file finishes the job."""
    expected = {bad["row"]: bad for bad in stage.manifest["catalogue"]["bad"]}
    errors = {error["row"]: error for error in stage.steward.pages(f"/imports/{done['uid']}/errors")}
    wrong = [
        row
        for row, bad in expected.items()
        if row not in errors
        or errors[row]["column"] != bad["column"]
        or CAUSES[bad["cause"]] not in f"{errors[row]['code']} {errors[row]['detail']}".lower()
    ]
    stage.card.see("P3", "each bad row names its cell and its reason", [], wrong)
    answer = stage.steward.http.get(f"/imports/{done['uid']}/error-file")
    answer.raise_for_status()
    again = import_file(stage.steward, "catalogue-errors.xlsx", corrected(answer.content, list(expected.values())))
    fixes = [bad["fix"].get("sku", bad["sku"]) for bad in expected.values()]
    there = stage.steward.sql("SELECT count(*) FROM pim_product WHERE sku = ANY(%s)", fixes)
    stage.card.see("P11", "the corrected error file brings the rest in", (len(fixes), 0), (there, again["failed"]))
    items = stage.steward.sql(
        "SELECT count(*) FROM workflow_workitem WHERE kind = 'import-errors' AND closed_at IS NULL"
    )
    stage.card.see("P10", "the work item of the bad rows closed itself", 0, items)


def corrected(data: bytes, bad_rows: list[dict[str, Any]]) -> bytes:
    """What a steward does in the spreadsheet: the mended value in the cell that was wrong."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.worksheets[0]
    headers = {str(cell.value): cell.column for cell in sheet[1] if cell.value is not None}
    by_value = {(bad["column"], str(bad["value"])): bad["fix"] for bad in bad_rows}
    for row in range(2, sheet.max_row + 1):
        for (column, value), fix in by_value.items():
            cell = sheet.cell(row, headers[column])
            if str(cell.value) == value:
                for name, mended in fix.items():
                    sheet.cell(row, headers[name]).value = mended
                break
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def import_csv(stage: Stage) -> None:
    expected = stage.manifest["second_supplier"]
    mapping = json.loads(stage.read(expected["mapping"]))
    done = import_file(stage.steward, "second-supplier.csv", stage.read(expected["file"]), mapping=json.dumps(mapping))
    there = stage.steward.sql("SELECT count(*) FROM pim_product WHERE sku = ANY(%s)", expected["skus"])
    stage.card.see("P11", "rows of the second supplier are in", (expected["good"], 0), (there, done["failed"]))
    weights = {sku: grams(stage.steward.get(f"/products/{sku}")) for sku in expected["weight_g"]}
    stage.card.see("P2", "decimal commas in kilograms are read right", expected["weight_g"], weights)


def grams(product: dict[str, Any]) -> int:
    [weight] = [one["value"] for one in product["values"] if one["attribute"] == "weight"]
    return round(float(weight["amount"]) * {"kg": 1000, "g": 1}[weight["unit"]])


def import_again(stage: Stage) -> None:
    """The original workbook once more: no product moves, and the same rows stay out, for a visitor to look at."""
    expected = stage.manifest["catalogue"]
    before = product_revisions(stage.steward)
    done = import_file(stage.steward, "catalogue.xlsx", stage.read(expected["file"]))
    stage.card.see("P11", "the same file again changes nothing", 0, product_revisions(stage.steward) - before)
    told = (done["created"], done["changed"], done["unchanged"], done["failed"])
    stage.card.see("P11", "and says so", (0, 0, expected["good"], len(expected["bad"])), told)


def product_revisions(house: House) -> int:
    """Changes of products, their values and identifiers, whoever made them."""
    tables = ["pim_product", "pim_productvalues", "pim_identifier", "pim_override"]
    count: int = house.sql("SELECT count(*) FROM history_revision WHERE table_name = ANY(%s)", tables)
    return count


def resolve(stage: Stage) -> None:
    """A variant shows its model's name; another market falls back and says that it did."""
    sku = stage.manifest["shoot"]["binds"][0]["sku"]
    german = stage.steward.get(f"/products/{sku}", scope="d2c/DE/de-DE")["resolved"]["name"]
    stage.card.judge(
        "P5",
        "a variant shows the German name of its model and says where it is from",
        "inherited, de-DE",
        f"{german['value']}: inherited {german['is_inherited']}, {german['from']['locale']}",
        passed=german["is_inherited"] and german["from"]["locale"] == "de-DE",
    )
    american = stage.steward.get(f"/products/{sku}", scope="d2c/US/en-US")["resolved"]["name"]
    stage.card.judge(
        "P5",
        "American English falls back to British and counts as translated",
        "en-GB, fallback, counts",
        f"{american['from']['locale']}, fallback {american['is_fallback']}, counts {american['counts']}",
        passed=american["from"]["locale"] == "en-GB" and american["is_fallback"] and american["counts"],
    )
    hidden = stage.people["mona"].get(f"/products/{sku}")
    stage.card.see("P15", "a merchant never sees the cost", False, '"cost"' in json.dumps(hidden))


def relate(stage: Stage) -> None:
    """What goes with what, what a pack is made of; never of itself."""
    expected = stage.manifest["catalogue"]["relations"]
    relations = json.loads(stage.read(expected["file"]))["relations"]
    for sku, some in relations.items():
        stage.steward.send("POST", f"/products/{sku}/relations", some)
    there = stage.steward.sql("SELECT count(*) FROM pim_relation")
    stage.card.see("P7", "products are related as the supplier says", expected["count"], there)
    whole, part = next(
        (sku, one["product"]) for sku, some in relations.items() for one in some if one["type"] in {"pack", "bundle"}
    )
    code = stage.steward.status("POST", f"/products/{part}/relations", [{"type": "pack", "product": whole}])
    stage.card.see("P7", "nothing is made of itself", 422, code)
