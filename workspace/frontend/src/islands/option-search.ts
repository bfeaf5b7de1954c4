// A combobox over more options than a list can show: the server looks for them by their words. Attributes: data-url (with
// a query string, to which q is added), data-several (a chosen option joins others). Without scripts a name or a code
// can be typed.
import { htmx } from "../htmx.ts";
import type { Leaving } from "../unsaved.ts";

const WAIT = 150;

class OptionSearch extends HTMLElement {
  private timer = 0;
  private asked = 0;
  private active: HTMLElement | null = null;

  connectedCallback(): void {
    const { input, list } = this;
    input.addEventListener("input", () => this.soon());
    input.addEventListener("click", () => void this.open());
    input.addEventListener("keydown", this.pressed);
    input.addEventListener("blur", () => this.close());
    // The focus stays in the input, so that a click on an option does not leave the field first.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => this.choose((event.target as Element).closest<HTMLElement>("[data-code]")));
  }

  disconnectedCallback(): void {
    clearTimeout(this.timer);
  }

  private get input(): HTMLInputElement {
    return this.querySelector<HTMLInputElement>("[role=combobox]")!;
  }

  private get list(): HTMLElement {
    return this.querySelector<HTMLElement>("[role=listbox]")!;
  }

  private soon(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.open(this.input.value), WAIT);
  }

  private async open(words = ""): Promise<void> {
    const number = ++this.asked;
    const address = new URL(this.dataset.url!, location.href);
    address.searchParams.set("q", words);
    for (const chosen of this.querySelectorAll<HTMLInputElement>("input[type=checkbox]:checked")) {
      address.searchParams.append("but", chosen.value);
    }
    const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (number !== this.asked || !answer?.ok || document.activeElement !== this.input) {
      return; // overtaken by a later question, refused, or the field was left
    }
    htmx.swap(this.list, await answer.text(), { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.activate(null);
  }

  private close(): void {
    this.asked += 1;
    clearTimeout(this.timer);
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.activate(null);
  }

  private activate(option: HTMLElement | null): void {
    this.active?.setAttribute("aria-selected", "false");
    this.active = option;
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) {
      this.input.setAttribute("aria-activedescendant", option.id);
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  private step(by: number): void {
    const options = [...this.list.querySelectorAll<HTMLElement>("[data-code]")];
    const at = this.active ? options.indexOf(this.active) : by > 0 ? -1 : 0;
    this.activate(options.at((at + by + options.length) % options.length) ?? null);
  }

  private pressed = (event: KeyboardEvent): void => {
    const isOpen = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (isOpen) {
        this.step(event.key === "ArrowDown" ? 1 : -1);
      } else {
        void this.open();
      }
    } else if (event.key === "Enter" && isOpen && this.active) {
      event.preventDefault();
      this.choose(this.active);
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault(); // the first Escape closes the list, the next one reverts the field
      this.close();
    }
  };

  private choose(option: HTMLElement | null): void {
    if (!option) {
      return;
    }
    const code = option.dataset.code!;
    const single = this.querySelector<HTMLInputElement>("input[name=value][type=hidden]");
    if (single) {
      single.value = code;
      this.input.value = option.dataset.label!;
    } else {
      this.input.value = code;
    }
    this.close();
    this.closest<Leaving>("value-field")?.save();
  }
}

customElements.define("option-search", OptionSearch);
