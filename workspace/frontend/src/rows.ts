// Lists to walk by keyboard: in <ul data-rows>, J and K move the focus along the links that have data-row, Enter follows
// one, and D presses the button with data-row-key="d" of the row that has the focus, unless rows are selected: then the
// keys of the bulk bar are for these. A row that goes leaves the focus to its neighbour.
import { isFree } from "./keys.ts";

const links = () => [...document.querySelectorAll<HTMLElement>("[data-rows] [data-row]")];
let heir: string | null = null;

function rowOf(element: Element | null): Element | null {
  return element?.closest("[data-rows] > *") ?? null;
}

function neighbour(row: Element): Element | null {
  const next = row.nextElementSibling;
  return next?.querySelector("[data-row]") ? next : row.previousElementSibling;
}

document.addEventListener("keydown", (event) => {
  const all = isFree(event) ? links() : [];
  if (!all.length) {
    return;
  }
  const row = rowOf(document.activeElement);
  const at = all.findIndex((link) => row?.contains(link));
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") {
    event.preventDefault();
    all[Math.max(0, Math.min(all.length - 1, at + (key === "j" ? 1 : -1)))]?.focus();
  } else if (row && !document.querySelector(".bulk-bar[data-any]")) {
    row.querySelector<HTMLElement>(`[data-row-key="${CSS.escape(key)}"]`)?.click();
  }
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const row = rowOf(event.target as Element);
  heir = row?.contains(document.activeElement) ? (neighbour(row)?.id ?? null) : null;
});

document.addEventListener("htmx:afterSettle", () => {
  if (heir) {
    document.getElementById(heir)?.querySelector<HTMLElement>("[data-row]")?.focus();
    heir = null;
  }
});
