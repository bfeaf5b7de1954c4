// Choosing assets, or what `data-noun` says, in a dialog: by click, Space, Shift-range and arrows. What is chosen stays chosen while filters and
// pages change what is on the screen; the form carries it in hidden fields.
import { htmx } from "../htmx.ts";

interface Refused {
  asset: string;
  name: string;
  reason: string;
}

interface Picked {
  bound: string[];
  refused: Refused[];
}

class AssetPicker extends HTMLElement {
  #chosen = new Map<string, string>();
  #anchor: HTMLInputElement | null = null;
  #shift = false;
  #isStale = false;

  get #noun(): string {
    return this.dataset.noun ?? "asset";
  }

  connectedCallback(): void {
    this.addEventListener("click", this.#onClick, true);
    this.addEventListener("change", this.#onChange);
    this.addEventListener("keydown", this.#onKey);
    this.addEventListener("htmx:afterSettle", this.#drawn);
    this.addEventListener("picked", this.#onPicked);
    this.closest("dialog")?.addEventListener("opened", this.#onOpened);
  }

  #boxes(): HTMLInputElement[] {
    return [...this.querySelectorAll<HTMLInputElement>("input.pick-box")];
  }

  #free(): HTMLInputElement[] {
    return this.#boxes().filter((box) => !box.disabled);
  }

  // A click on the label comes again as a click on its box; the key that was held is told by the first.
  #onClick = (event: MouseEvent): void => {
    if ((event.target as Element).closest("label.pick") && event.detail > 0) {
      this.#shift = event.shiftKey;
    }
  };

  #onChange = (event: Event): void => {
    const box = event.target as HTMLInputElement;
    if (!box.matches("input.pick-box")) {
      return;
    }
    if (box.type === "radio") {
      this.#chosen.clear();
    }
    const range = this.#shift && this.#anchor?.isConnected ? this.#between(this.#anchor, box) : [box];
    for (const one of range) {
      this.#choose(one, box.checked);
    }
    this.#shift = false;
    this.#anchor = box;
    this.#rove(box);
    this.#tell();
  };

  #onKey = (event: KeyboardEvent): void => {
    const box = event.target as HTMLInputElement;
    if (!box.matches("input.pick-box") || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (event.key === " ") {
      this.#shift = event.shiftKey;
      return;
    }
    const to = this.#neighbour(box, event.key);
    if (!to) {
      return;
    }
    event.preventDefault();
    if (event.shiftKey && box.type === "checkbox") {
      this.#anchor ??= box;
      for (const one of this.#between(this.#anchor, to)) {
        this.#choose(one, true);
      }
      this.#tell();
    }
    this.#rove(to);
    to.focus();
    to.closest("li")?.scrollIntoView({ block: "nearest" });
  };

  #neighbour(box: HTMLInputElement, key: string): HTMLInputElement | undefined {
    const all = this.#free();
    const at = all.indexOf(box);
    switch (key) {
      case "ArrowLeft":
        return all[at - 1];
      case "ArrowRight":
        return all[at + 1];
      case "ArrowUp":
        return this.#nearest(box, all.slice(0, at).reverse());
      case "ArrowDown":
        return this.#nearest(box, all.slice(at + 1));
      case "Home":
        return all[0];
      case "End":
        return all.at(-1);
    }
    return undefined;
  }

  // The box of the next row that stands nearest to this one's column.
  #nearest(box: HTMLInputElement, others: HTMLInputElement[]): HTMLInputElement | undefined {
    const here = box.getBoundingClientRect();
    const row = others.map((one) => ({ one, place: one.getBoundingClientRect() })).filter(({ place }) => place.top !== here.top);
    const top = row[0]?.place.top;
    const line = row.filter(({ place }) => place.top === top);
    const away = (place: DOMRect) => Math.abs(place.left - here.left);
    return line.sort((a, b) => away(a.place) - away(b.place))[0]?.one;
  }

  #between(one: HTMLInputElement, other: HTMLInputElement): HTMLInputElement[] {
    const all = this.#free();
    const ends = [all.indexOf(one), all.indexOf(other)].sort((a, b) => a - b) as [number, number];
    return all.slice(ends[0], ends[1] + 1);
  }

  #choose(box: HTMLInputElement, isChosen: boolean): void {
    box.checked = isChosen;
    if (isChosen) {
      this.#chosen.set(box.value, box.dataset.name ?? "");
    } else {
      this.#chosen.delete(box.value);
    }
  }

  // One box is in the order of tabs; arrows lead to the others.
  #rove(current?: HTMLInputElement): void {
    const all = this.#free();
    const chosen = current ?? all.find((box) => box.tabIndex === 0) ?? all[0];
    for (const box of all) {
      box.tabIndex = box === chosen ? 0 : -1;
    }
  }

  #drawn = (): void => {
    this.querySelector(".picker-body")?.removeAttribute("aria-busy");
    for (const box of this.#boxes()) {
      box.tabIndex = -1;
      box.checked = !box.disabled && this.#chosen.has(box.value);
    }
    this.#rove(this.#free().find((box) => box === document.activeElement));
    this.#tell();
  };

  #tell(): void {
    const number = this.#chosen.size;
    const verb = this.dataset.verb ?? "";
    const isOne = this.querySelector("input.pick-box[type=radio]") !== null;
    const count = this.querySelector("[data-count]");
    const text = number ? `${number} selected` : "Nothing selected";
    if (count && count.textContent !== text) {
      count.textContent = text;
    }
    const go = this.querySelector<HTMLButtonElement>("[data-go]");
    if (go) {
      go.disabled = number === 0;
      go.textContent = number && !isOne ? `${verb} ${number} ${this.#noun}${number > 1 ? "s" : ""}` : verb;
    }
    const shown = new Set(this.#boxes().map((box) => box.value));
    const kept = [...this.#chosen.keys()].filter((uid) => !shown.has(uid));
    this.querySelector("[data-kept]")?.replaceChildren(
      ...kept.map((value) => Object.assign(document.createElement("input"), { type: "hidden", name: this.#noun, value })),
    );
  }

  #onPicked = (event: Event): void => {
    const { bound, refused } = (event as CustomEvent<Picked>).detail;
    for (const uid of bound) {
      this.#chosen.delete(uid);
    }
    for (const box of this.#boxes().filter((one) => bound.includes(one.value))) {
      box.checked = false;
      box.disabled = true;
      this.#mark(box);
    }
    this.#isStale = true;
    this.#tellRefused(refused);
    this.#rove();
    this.#tell();
    if (!refused.length) {
      this.closest("dialog")?.close();
    }
  };

  #mark(box: HTMLInputElement): void {
    const tag = box.parentElement?.querySelector(".tile-tag") ?? document.createElement("span");
    tag.className = "tile-tag";
    tag.textContent = this.dataset.done ?? "Bound";
    box.after(tag);
  }

  #tellRefused(refused: Refused[]): void {
    const place = this.querySelector<HTMLElement>("[data-refused]");
    if (place) {
      const list = document.createElement("ul");
      list.append(
        ...refused.map(({ name, reason }) =>
          Object.assign(document.createElement("li"), { textContent: name ? `${name}: ${reason}` : reason }),
        ),
      );
      place.replaceChildren(list);
      place.hidden = !refused.length;
    }
  }

  // What was bound may have been undone since: the same filters are asked again.
  #onOpened = (): void => {
    const filters = this.querySelector(".facets, [data-filters]");
    if (this.#isStale && filters) {
      this.#isStale = false;
      this.#tellRefused([]);
      htmx.trigger(filters, "submit");
    }
  };
}

customElements.define("asset-picker", AssetPicker);
