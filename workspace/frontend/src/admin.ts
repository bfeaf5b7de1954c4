// Entry of the stock admin's pages. It names the controls that admin leaves without a label.
import "./css/stock-admin.css";
import "./shell.ts";

const words = (element?: Element | null) => element?.textContent?.trim().replace(/\s+/g, " ") ?? "";

function name(control: Element, label: string): void {
  const labels = "labels" in control ? (control.labels as NodeList | null) : null;
  if (label && !labels?.length && !control.hasAttribute("aria-label")) {
    control.setAttribute("aria-label", label);
  }
}

// Cells of editable lists and of tabular inlines: the column's heading and the row's own name or number.
function nameCells(table: HTMLTableElement): void {
  const headings = [...table.querySelectorAll("thead th")].map(words);
  table.querySelectorAll<HTMLTableRowElement>("tbody tr").forEach((row, index) => {
    const own = words(row.querySelector("th")) || `row ${index + 1}`;
    for (const cell of row.cells) {
      for (const control of cell.querySelectorAll("input:not([type=hidden]), select, textarea")) {
        name(control, `${headings[cell.cellIndex] || "Select"}, ${own}`);
      }
    }
  });
}

function nameEverything(): void {
  document.querySelectorAll<HTMLTableElement>("#result_list, .tabular table").forEach(nameCells);
  for (const control of document.querySelectorAll(".datetime input")) {
    const legend = words(control.closest("fieldset.flex-container, .form-row")?.querySelector("legend, label"));
    name(control, `${legend} ${control.classList.contains("vTimeField") ? "time" : "date"}`);
  }
  for (const hint of document.querySelectorAll(".help-tooltip[aria-label]")) {
    hint.setAttribute("role", "img");
  }
}

// Admin builds its two-box selectors when everything has loaded; inline rows come later still.
window.addEventListener("load", nameEverything);
document.addEventListener("formset:added", nameEverything);
document.documentElement.dataset.ready = ""; // everything listens
