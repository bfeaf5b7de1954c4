// Rows of a table in a form: added and removed, walked through by arrows and Enter. Attribute: data-most (how many rows
// there may be). Without scripts there is one empty row to fill, and an emptied row goes.
class TableEditor extends HTMLElement {
  private next = 0;

  connectedCallback(): void {
    this.next = this.rows.length;
    for (const button of this.querySelectorAll<HTMLElement>("[data-add-row], [data-remove-row]")) {
      button.hidden = false;
    }
    this.addEventListener("click", this.clicked);
    this.addEventListener("keydown", this.pressed);
    this.count();
  }

  private get body(): HTMLTableSectionElement {
    return this.querySelector("tbody")!;
  }

  private get rows(): HTMLTableRowElement[] {
    return [...this.body.rows];
  }

  private inputs(row: HTMLTableRowElement): HTMLElement[] {
    return [...row.querySelectorAll<HTMLElement>("input, select")];
  }

  private clicked = (event: Event): void => {
    const target = event.target as Element;
    if (target.closest("[data-add-row]")) {
      this.add();
    }
    const remove = target.closest("[data-remove-row]");
    if (remove) {
      this.drop(remove.closest("tr")!);
    }
  };

  /** Another empty row at the end, unless there are enough. */
  private add(column = 0): void {
    if (this.rows.length >= Number(this.dataset.most)) {
      return;
    }
    const row = this.querySelector("template")!.content.firstElementChild!.cloneNode(true) as HTMLTableRowElement;
    for (const one of row.querySelectorAll("[name], [id], [aria-label]")) {
      for (const name of ["name", "id"]) {
        const value = one.getAttribute(name);
        if (value) {
          one.setAttribute(name, value.replace("-NEXT-", `-${this.next}-`));
        }
      }
      one.setAttribute("aria-label", one.getAttribute("aria-label")!.replace("NEXT", String(this.next + 1)));
    }
    this.next += 1;
    this.body.append(row);
    this.count();
    this.inputs(row)[column]?.focus();
  }

  // The focus goes on first: a field that loses it is saved, and the row would still be there.
  private drop(row: HTMLTableRowElement): void {
    const rows = this.rows;
    if (rows.length === 1) {
      for (const input of this.inputs(row) as HTMLInputElement[]) {
        input.value = "";
      }
      this.inputs(row)[0]?.focus();
      return;
    }
    const at = rows.indexOf(row);
    this.inputs(rows[at + 1] ?? rows[at - 1]!)[0]?.focus();
    row.remove();
    this.count();
  }

  private count(): void {
    this.querySelector<HTMLButtonElement>("[data-add-row]")!.disabled = this.rows.length >= Number(this.dataset.most);
  }

  private pressed = (event: KeyboardEvent): void => {
    const target = event.target as HTMLElement;
    const row = target.closest("tr");
    if (!row || event.ctrlKey || event.metaKey || event.altKey || !target.matches("input, select")) {
      return;
    }
    const rows = this.rows;
    const at = rows.indexOf(row);
    const column = this.inputs(row).indexOf(target);
    const isPlain = target.matches("input:not([type=date])");
    if (event.key === "Enter" || (event.key === "ArrowDown" && isPlain)) {
      event.preventDefault();
      const below = rows[at + 1];
      if (below) {
        this.inputs(below)[column]?.focus();
      } else if (event.key === "Enter") {
        this.add(column);
      }
    } else if (event.key === "ArrowUp" && isPlain && rows[at - 1]) {
      event.preventDefault();
      this.inputs(rows[at - 1]!)[column]?.focus();
    }
  };
}

customElements.define("table-editor", TableEditor);
