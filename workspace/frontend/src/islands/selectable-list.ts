// <selectable-list> holds a bulk bar and a list whose items are [data-item], each with a checkbox "uid" and a link.
// The list may be exchanged by htmx or grow: what is chosen is kept by id. One item at a time is in the order of Tab;
// arrows lead to the others. Verbs marked data-plain act at once on a few; all others post the bar's form. An item's own
// <button data-act="room.verb"> acts at once on it.
import { htmx } from "../htmx.ts";
import { isFree } from "../keys.ts";
import { between, Selection, step } from "../selection.ts";

const FEW = 50;
const ARROWS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"];

class SelectableList extends HTMLElement {
  #selection = new Selection();
  #anchor = "";
  #current = "";
  #query = "";
  #stop = new AbortController();

  connectedCallback(): void {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.#query = location.search;
    this.addEventListener("click", this.#clicked, { signal });
    this.addEventListener("change", this.#changed, { signal });
    this.addEventListener("focusin", this.#focused, { signal });
    this.addEventListener("submit", this.#submitted, { signal });
    document.addEventListener("keydown", this.#pressed, { signal });
    document.addEventListener("htmx:afterSettle", this.#settled, { signal });
    document.addEventListener("items-changed", this.#refresh, { signal });
    window.addEventListener("pageshow", this.#returned, { signal });
    this.#draw();
  }

  disconnectedCallback(): void {
    this.#stop.abort();
  }

  get #items(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>("[data-item]")];
  }

  get #order(): string[] {
    return this.#items.map((item) => item.dataset.item ?? "");
  }

  get #total(): number {
    return Number(this.querySelector<HTMLElement>("[data-total]")?.dataset.total ?? 0);
  }

  get #form(): HTMLFormElement {
    return this.querySelector<HTMLFormElement>(".bulk-bar")!;
  }

  #item(id: string): HTMLElement | undefined {
    return this.#items.find((item) => item.dataset.item === id);
  }

  // --- drawing

  #draw(): void {
    const items = this.#items;
    const order = this.#order;
    if (!order.includes(this.#current)) {
      this.#current = order[0] ?? "";
    }
    for (const item of items) {
      const id = item.dataset.item ?? "";
      const check = item.querySelector<HTMLInputElement>("input[name=uid]")!;
      check.checked = this.#selection.has(id);
      check.tabIndex = -1;
      item.toggleAttribute("data-selected", check.checked);
      link(item).tabIndex = id === this.#current ? 0 : -1;
    }
    this.#drawBar(order);
  }

  #drawBar(order: string[]): void {
    const count = this.#selection.count(this.#total);
    const shown = order.filter((id) => this.#selection.has(id)).length;
    const away = this.#selection.everything ? 0 : count - shown;
    const words = count ? `${number(count)} selected${away ? `, ${number(away)} not shown` : ""}` : "Nothing selected";
    const told = this.#form.querySelector<HTMLElement>("[data-count]")!;
    if (told.textContent !== words) {
      told.textContent = words;
    }
    this.#form.toggleAttribute("data-any", count > 0);
    const loaded = this.#form.querySelector<HTMLInputElement>("[data-select-loaded]")!;
    loaded.checked = order.length > 0 && shown === order.length;
    loaded.indeterminate = shown > 0 && shown < order.length;
    const matching = this.#form.querySelector<HTMLElement>("[data-select-matching]")!;
    matching.hidden = !loaded.checked || this.#selection.everything || this.#total <= order.length;
    matching.textContent = `Select all ${number(this.#total)} that match`;
  }

  // --- choosing

  #choose(ids: string[], chosen: boolean): void {
    this.#selection.set(ids, chosen);
    this.#draw();
  }

  #toggle(id: string): void {
    this.#anchor = id;
    this.#choose([id], !this.#selection.has(id));
  }

  #extend(to: string): void {
    this.#choose(between(this.#order, this.#anchor || to, to), true);
  }

  #clear = (): void => {
    this.#selection.clear();
    this.#draw();
  };

  // All that are loaded; once more: all that match.
  #chooseAll(): void {
    const order = this.#order;
    if (order.length > 0 && order.every((id) => this.#selection.has(id))) {
      this.#selection.takeEverything();
    } else {
      this.#selection.set(order, true);
    }
    this.#draw();
  }

  #clicked = (event: MouseEvent): void => {
    const target = event.target as HTMLElement;
    if (target.closest("[data-clear]")) {
      this.#clear();
    } else if (target.closest("[data-select-matching]")) {
      this.#selection.takeEverything();
      this.#draw();
    }
    const item = target.closest<HTMLElement>("[data-item]");
    const act = target.closest<HTMLElement>("[data-act]")?.dataset.act;
    if (item && act) {
      this.#actAtOnce(act, [item.dataset.item ?? ""]);
    } else if (item && event.shiftKey) {
      event.preventDefault(); // a browser would open a window
      this.#anchor ||= this.#current;
      const to = item.dataset.item ?? "";
      window.setTimeout(() => this.#extend(to)); // after the checkbox has been put back
      link(item).focus();
    }
  };

  #changed = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    if (input.matches("[data-select-loaded]")) {
      this.#choose(this.#order, input.checked);
      return;
    }
    const item = input.closest<HTMLElement>("[data-item]");
    if (item && input.name === "uid") {
      this.#anchor = item.dataset.item ?? "";
      this.#choose([this.#anchor], input.checked);
      link(item).focus(); // where the keys are heard
    }
  };

  #focused = (event: FocusEvent): void => {
    const id = (event.target as HTMLElement).closest<HTMLElement>("[data-item]")?.dataset.item;
    if (id && id !== this.#current) {
      this.#current = id;
      this.#draw();
    }
  };

  // --- keys

  #pressed = (event: KeyboardEvent): void => {
    const target = event.target as HTMLElement;
    if (target !== document.body && !this.contains(target)) {
      return;
    }
    const isAll = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a";
    if (isAll && !target.closest("input:not([type=checkbox]), textarea, select")) {
      event.preventDefault();
      this.#chooseAll();
    } else if (ARROWS.includes(event.key) && target.closest("[data-item]")) {
      this.#move(event);
    } else if (isFree(event) && !document.querySelector(":popover-open")) {
      this.#key(event, target);
    }
  };

  #key(event: KeyboardEvent, target: HTMLElement): void {
    const item = target.closest<HTMLElement>("[data-item]");
    const key = event.key.toLowerCase();
    const verb = this.#form.querySelector<HTMLButtonElement>(`[data-press="${CSS.escape(key)}"]`);
    if (key === " " && target.closest("button, a.btn")) {
      return;
    }
    if (key === "escape" && this.#form.hasAttribute("data-any")) {
      this.#clear();
    } else if (item && (key === " " || key === "x")) {
      this.#toggle(item.dataset.item ?? "");
    } else if (verb && this.#form.hasAttribute("data-any")) {
      verb.click();
    } else if (verb?.hasAttribute("data-plain") && item) {
      this.#actAtOnce(verb.value, [item.dataset.item ?? ""]);
      this.#go(Math.min(this.#items.indexOf(item) + 1, this.#items.length - 1));
    } else {
      return;
    }
    event.preventDefault();
  }

  #move(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const items = this.#items;
    const at = items.findIndex((item) => item.contains(event.target as Node));
    const top = items[0]?.offsetTop;
    const columns = items.filter((item) => item.offsetTop === top).length;
    const to = step(event.key, at, items.length, columns);
    event.preventDefault();
    if (to < 0) {
      this.querySelector<HTMLElement>("[data-more]")?.focus();
      return;
    }
    if (event.shiftKey && !this.#selection.has(this.#current)) {
      this.#anchor = this.#current;
    }
    this.#go(to);
    if (event.shiftKey) {
      this.#extend(this.#current);
    }
  }

  #go(to: number): void {
    const item = this.#items[to];
    if (item) {
      link(item).focus();
      item.scrollIntoView({ block: "nearest" });
    }
  }

  // --- acting

  #submitted = (event: SubmitEvent): void => {
    const button = event.submitter as HTMLButtonElement | null;
    const chosen = this.#selection.listed;
    if (this.#selection.count(this.#total) === 0) {
      event.preventDefault();
      return;
    }
    if (button?.hasAttribute("data-plain") && !this.#selection.everything && chosen.length <= FEW) {
      event.preventDefault();
      this.#actAtOnce(button.value, chosen);
      this.#clear();
      return;
    }
    this.#fill(chosen);
  };

  // What is chosen and not in the page, or what is left out of everything.
  #fill(chosen: string[]): void {
    for (const old of this.#form.querySelectorAll("[data-filled]")) {
      old.remove();
    }
    this.#form.querySelector<HTMLInputElement>("input[name=filter]")!.value = location.search;
    const shown = new Set(this.#order);
    const add = (name: string, value: string) => {
      const input = Object.assign(document.createElement("input"), { type: "hidden", name, value });
      input.dataset.filled = "";
      this.#form.append(input);
    };
    if (this.#selection.everything) {
      add("all", "1");
    }
    const [name, ids] = this.#selection.everything ? ["without", chosen] : ["uid", chosen.filter((id) => !shown.has(id))];
    for (const id of ids) {
      add(name, id);
    }
  }

  #actAtOnce(verb: string, uid: string[]): void {
    const values = { verb, uid, at_once: "1" };
    void htmx.ajax("post", this.#form.action, { source: this, swap: "none", values });
  }

  // What was changed is drawn anew where it is shown, or goes where the list shows it no longer; what is marked
  // data-beside takes the place of the element with its id.
  #refresh = async (event: Event): Promise<void> => {
    const { url } = (event as CustomEvent<{ url: string }>).detail;
    const answer = await fetch(`${url}${location.search}`, { headers: { "HX-Request": "true" } });
    if (!answer.ok) {
      return;
    }
    const fresh = document.createElement("template");
    fresh.innerHTML = await answer.text();
    const at = Math.max(0, this.#items.findIndex((item) => item.contains(document.activeElement)));
    const hadFocus = this.contains(document.activeElement);
    for (const item of fresh.content.querySelectorAll<HTMLElement>("[data-item]")) {
      exchange(this.#item(item.dataset.item ?? ""), item);
    }
    for (const { dataset } of fresh.content.querySelectorAll<HTMLElement>("[data-gone]")) {
      this.#selection.set([dataset.gone ?? ""], false);
      this.#item(dataset.gone ?? "")?.remove();
    }
    for (const part of fresh.content.querySelectorAll<HTMLElement>("[data-beside]")) {
      exchange(document.getElementById(part.id), part);
    }
    if (this.#items.length === 0) {
      htmx.trigger(document.body, "list-changed", {}); // more rows, or what to do next
    } else if (hadFocus && !this.contains(document.activeElement)) {
      this.#go(Math.min(at, this.#items.length - 1));
    }
    this.#draw();
  };

  // Another filter means another "everything"; single things stay chosen.
  #settled = (): void => {
    if (location.search !== this.#query) {
      this.#query = location.search;
      if (this.#selection.everything) {
        this.#selection.clear();
      }
    }
    this.#draw();
  };

  // A page that the browser has kept still holds what was posted.
  #returned = (): void => {
    for (const old of this.#form.querySelectorAll("[data-filled]")) {
      old.remove();
    }
  };
}

function exchange(old: HTMLElement | null | undefined, fresh: HTMLElement): void {
  if (old) {
    old.replaceWith(fresh);
    htmx.process(fresh);
  }
}

function link(item: HTMLElement): HTMLElement {
  return item.querySelector<HTMLElement>("a")!;
}

function number(count: number): string {
  return count.toLocaleString("en-GB");
}

customElements.define("selectable-list", SelectableList);
