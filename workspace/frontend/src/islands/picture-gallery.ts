// The pictures of a product, or the products it is related to, sorted by mouse, finger or keyboard. Each `ol[data-role]` is sorted in itself; all lists
// of a role are one order. The order is on the screen at once and sent a moment later, with the order that was seen
// before; a refusal puts the tiles back and asks for what is there now.
import Sortable from "sortablejs";
import { htmx } from "../htmx.ts";
import { STEPS, moved, same } from "../order.ts";

const PAUSE = 350; // ms; somebody who walks a picture along by keys sends one order

interface Answered {
  xhr: XMLHttpRequest;
  successful: boolean;
}

// Every write draws the gallery anew: the focus goes to the picture that was worked on, or to the one in its place.
let worked: { gallery: string; uid: string; at: number } | null = null;

class PictureGallery extends HTMLElement {
  #sorters: Sortable[] = [];
  #saved = new Map<string, string[]>();
  #timers = new Map<string, number>();
  #busy = false;

  connectedCallback(): void {
    for (const list of this.#lists()) {
      this.#saved.set(list.dataset.role ?? "", this.#order(list.dataset.role ?? ""));
      if (list.children.length > 1) {
        this.#sorters.push(this.#sorter(list));
      }
    }
    this.addEventListener("keydown", this.#onKey);
    this.addEventListener("click", this.#remember);
    this.#refocus();
  }

  disconnectedCallback(): void {
    for (const sorter of this.#sorters) {
      sorter.destroy();
    }
    for (const timer of this.#timers.values()) {
      window.clearTimeout(timer);
    }
  }

  #lists(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>("ol[data-role]")];
  }

  #tiles(role: string): HTMLElement[] {
    return this.#lists()
      .filter((list) => list.dataset.role === role)
      .flatMap((list) => [...list.children] as HTMLElement[]);
  }

  #order(role: string): string[] {
    return this.#tiles(role).map((tile) => tile.dataset.binding ?? "");
  }

  #sorter(list: HTMLElement): Sortable {
    return Sortable.create(list, {
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150,
      delay: 150,
      delayOnTouchOnly: true,
      filter: ".tile-tools, .tile-amount",
      forceFallback: true,
      ghostClass: "tile-ghost",
      preventOnFilter: false,
      onEnd: ({ item }) => this.#moved(item, 0),
    });
  }

  #onKey = (event: KeyboardEvent): void => {
    const tile = (event.target as Element).closest<HTMLElement>("ol[data-role] > li");
    const step = STEPS[event.key];
    if (!tile || !step || !event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    event.preventDefault();
    const list = tile.parentElement as HTMLElement;
    const before = [...list.children];
    const after = moved(before, before.indexOf(tile), step);
    if (after === before) {
      this.#say(`${tile.dataset.name}: ${step < 0 ? "the first" : "the last"} already`);
      return;
    }
    const focused = event.target as HTMLElement;
    list.append(...after);
    focused.focus();
    this.#moved(tile, PAUSE);
  };

  #moved(tile: HTMLElement, pause: number): void {
    const list = tile.parentElement as HTMLElement;
    const role = list.dataset.role ?? "";
    const at = [...list.children].indexOf(tile) + 1;
    this.#say(`${tile.dataset.name}: ${at} of ${list.children.length}, ${list.getAttribute("aria-label")}`);
    window.clearTimeout(this.#timers.get(role));
    this.#timers.set(
      role,
      window.setTimeout(() => this.#save(role), pause),
    );
  }

  #say(text: string): void {
    const live = this.querySelector("[data-said]");
    if (live) {
      live.textContent = text;
    }
  }

  // One request at a time: the next one starts from what the last one saved.
  #save(role: string): void {
    const seen = this.#saved.get(role) ?? [];
    const binding = this.#order(role);
    if (this.#busy || same(seen, binding)) {
      return;
    }
    this.#busy = true;
    const answered = (event: Event) => {
      const { xhr, successful } = (event as CustomEvent<Answered>).detail;
      this.removeEventListener("htmx:afterRequest", answered);
      this.#busy = false;
      if (successful && xhr.status < 400) {
        this.#saved.set(role, binding);
        this.#save(role);
      } else {
        this.#putBack(role, seen);
        if (xhr.status === 412 || xhr.status === 404) {
          void htmx.ajax("get", this.dataset.freshUrl ?? "", { target: `#${this.id}`, swap: "outerHTML" });
        }
      }
    };
    this.addEventListener("htmx:afterRequest", answered);
    void htmx.ajax("post", this.dataset.sortUrl ?? "", { source: this, swap: "none", values: { role, binding, seen } });
  }

  #putBack(role: string, order: readonly string[]): void {
    for (const list of this.#lists().filter((one) => one.dataset.role === role)) {
      const place = (tile: Element) => order.indexOf((tile as HTMLElement).dataset.binding ?? "");
      list.append(...[...list.children].sort((one, other) => place(one) - place(other)));
    }
    this.#say("Back in the order before");
  }

  #remember = (event: Event): void => {
    const tile = (event.target as Element).closest<HTMLElement>("li[data-binding]");
    if (tile) {
      const all = [...this.querySelectorAll("li[data-binding]")];
      worked = { gallery: this.id, uid: tile.dataset.binding ?? "", at: all.indexOf(tile) };
    }
  };

  #refocus(): void {
    const active = document.activeElement;
    const isElsewhere = active && active !== document.body && !active.closest("picture-gallery");
    if (worked?.gallery !== this.id || isElsewhere) {
      return;
    }
    const all = [...this.querySelectorAll<HTMLElement>("li[data-binding]")];
    const tile = all.find((one) => one.dataset.binding === worked?.uid) ?? all[worked.at] ?? all.at(-1);
    tile?.querySelector<HTMLElement>(".tile-name")?.focus({ preventScroll: true });
    worked = null;
  }
}

customElements.define("picture-gallery", PictureGallery);
