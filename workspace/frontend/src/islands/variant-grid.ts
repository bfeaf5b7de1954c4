// <variant-grid> holds a table of variants: what is there is a link, what is missing a box, each [data-at]. One of them
// at a time is in the order of Tab; arrows lead to the others. Heads tick what is missing in their row or column.
import { moved } from "../grid.ts";

class VariantGrid extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("keydown", this.#pressed);
    this.addEventListener("click", this.#clicked);
    this.addEventListener("focusin", this.#focused);
    this.#enter(this.#stops[0]?.[0]);
  }

  get #stops(): HTMLElement[][] {
    return [...this.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll<HTMLElement>("[data-at]")]);
  }

  #enter(stop: HTMLElement | undefined): void {
    for (const one of this.#stops.flat()) {
      one.tabIndex = one === stop ? 0 : -1;
    }
  }

  #focused = (event: FocusEvent): void => {
    const stop = event.target as HTMLElement;
    if (stop.matches("[data-at]")) {
      this.#enter(stop);
    }
  };

  #pressed = (event: KeyboardEvent): void => {
    const stops = this.#stops;
    const row = stops.findIndex((one) => one.includes(event.target as HTMLElement));
    if (row < 0 || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const at = { row, column: stops[row]!.indexOf(event.target as HTMLElement) };
    const to = moved(at, event.key, { rows: stops.length, columns: stops[row]!.length });
    if (to) {
      event.preventDefault();
      stops[to.row]?.[to.column]?.focus();
    }
  };

  #clicked = (event: MouseEvent): void => {
    const head = (event.target as Element).closest<HTMLElement>(".matrix-head");
    if (!head) {
      return;
    }
    const column = head.dataset.column;
    const line =
      column === undefined
        ? [...head.closest("tr")!.querySelectorAll<HTMLElement>("[data-at]")]
        : this.#stops.map((row) => row[Number(column)]!);
    const boxes = line.filter((one): one is HTMLInputElement => one instanceof HTMLInputElement);
    const isOn = boxes.some((box) => !box.checked);
    for (const box of boxes) {
      box.checked = isOn;
    }
    boxes[0]?.dispatchEvent(new Event("change", { bubbles: true }));
  };
}

customElements.define("variant-grid", VariantGrid);
