// <category-tree>: a category is dragged onto the one that it shall hang below, or onto the place for the top. The form
// inside says so to the server, which answers with the page and its Undo. By keys the dialog "Move" does the same.

class CategoryTree extends HTMLElement {
  #dragged = "";

  connectedCallback(): void {
    this.addEventListener("dragstart", this.#start);
    this.addEventListener("dragover", this.#over);
    this.addEventListener("dragleave", this.#leave);
    this.addEventListener("drop", this.#drop);
    this.addEventListener("dragend", this.#end);
  }

  #target(event: DragEvent): HTMLElement | null {
    const found = (event.target as Element).closest<HTMLElement>("[data-category]");
    if (!found || !this.#dragged || found.dataset.category === this.#dragged) {
      return null;
    }
    const branch = this.querySelector(`[data-category="${CSS.escape(this.#dragged)}"]`)?.closest("li");
    return branch?.contains(found) ? null : found; // nothing hangs below itself
  }

  #start = (event: DragEvent): void => {
    const node = (event.target as Element).closest<HTMLElement>("[data-category]");
    if (!node?.dataset.category || !event.dataTransfer) {
      return;
    }
    this.#dragged = node.dataset.category;
    this.dataset.dragging = "";
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", this.#dragged);
  };

  #over = (event: DragEvent): void => {
    const target = this.#target(event);
    if (target) {
      event.preventDefault();
      target.dataset.over = "";
    }
  };

  #leave = (event: DragEvent): void => {
    const left = (event.target as Element).closest<HTMLElement>("[data-category]");
    if (left && !left.contains(event.relatedTarget as Node | null)) {
      delete left.dataset.over;
    }
  };

  #drop = (event: DragEvent): void => {
    const target = this.#target(event);
    const form = this.querySelector<HTMLFormElement>("form[data-moves]");
    if (!target || !form) {
      return;
    }
    event.preventDefault();
    const fields = form.elements as HTMLFormControlsCollection & Record<string, HTMLInputElement>;
    (fields.namedItem("category") as HTMLInputElement).value = this.#dragged;
    (fields.namedItem("parent") as HTMLInputElement).value = target.dataset.category ?? "";
    form.requestSubmit();
  };

  #end = (): void => {
    this.#dragged = "";
    delete this.dataset.dragging;
    for (const one of this.querySelectorAll<HTMLElement>("[data-over]")) {
      delete one.dataset.over;
    }
  };
}

customElements.define("category-tree", CategoryTree);
