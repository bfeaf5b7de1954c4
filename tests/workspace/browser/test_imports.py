"""A file is chosen by keyboard or dropped, checked, mapped, and then told to come in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from foundation.jobs.running import run_due_jobs
from pim.models import Product, ProductImport

DROP = """(text) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([text], "dropped.csv", { type: "text/csv" }));
  document.querySelector("drop-file").dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true }));
}"""


def test_checked_mapped_and_imported(street: Any, opened: Any, tmp_path: Path) -> None:
    file = tmp_path / "cups.csv"
    file.write_text("sku,family,NAME\nNEW1,cups,A cup\nNEW2,nonsense,No cup\n")
    page = opened("/imports/")
    page.get_by_label("Supplier workbook").set_input_files(file)
    page.get_by_role("button", name="Check the file").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing is written while it is checked.")).to_be_visible()
    run_due_jobs()
    expect(page.get_by_text("Nothing is written yet.")).to_be_visible()
    expect(page.get_by_label("NAME means")).to_have_value("name")
    page.get_by_label("NAME holds for").select_option("de-DE")
    page.get_by_role("button", name="Save and check again").click()
    expect(page.get_by_text("Nothing is written while it is checked.")).to_be_visible()
    run_due_jobs()
    expect(page.get_by_text("3 columns read")).to_be_visible()
    page.get_by_role("link", name="1 new").click()
    expect(page.locator("tbody")).to_contain_text("A cup")
    page.go_back()
    assert not Product.objects.filter(sku__startswith="NEW").exists()
    page.get_by_role("button", name="Import now").click()
    expect(page.get_by_role("button", name="Stop the import")).to_be_visible()
    run_due_jobs()
    expect(page.get_by_role("link", name="Download refused rows")).to_be_visible()
    assert Product.objects.filter(sku__startswith="NEW").count() == 1


def test_a_dropped_file_is_taken(street: Any, opened: Any) -> None:
    page = opened("/imports/")
    expect(page.locator("drop-file:defined")).to_be_visible()
    page.evaluate(DROP, "sku,family\nNEW1,cups\n")
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("dropped.csv")
    assert ProductImport.objects.get().dry_run
