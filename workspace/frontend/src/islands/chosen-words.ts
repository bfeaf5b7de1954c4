// <chosen-words data-choices="some-datalist" data-label><input></chosen-words>: words with commas as chips, found by typing.
// The input keeps its label; what is sent is a hidden one of its name: the chips, and what is typed beside them. Words that
// no choice has are kept: the server knows better. Enter or a comma makes a chip, Backspace in an empty field takes the last
// one away. Leaving the field changes nothing to be seen, so that the button one is about to press stays where it is.
import { type Choice, matches, words } from "../choosing.ts";

class ChosenWords extends HTMLElement {
  private input!: HTMLInputElement;
  private readonly sent = document.createElement("input");
  private readonly chips = document.createElement("ul");
  private readonly list = document.createElement("ul");
  private choices: Choice[] = [];
  private chosen: string[] = [];
  private active = -1;

  connectedCallback(): void {
    const input = this.querySelector("input");
    if (!input || this.contains(this.sent)) {
      return;
    }
    this.input = input;
    const options = document.getElementById(this.dataset.choices ?? "")?.querySelectorAll("option") ?? [];
    this.choices = [...options].map((option) => ({ value: option.value, label: option.textContent ?? option.value }));
    this.sent.type = "hidden";
    this.sent.name = input.name;
    this.chosen = words(input.value);
    this.sent.value = this.chosen.join(", ");
    this.chips.className = "chosen";
    this.list.className = "choices-found";
    this.list.id = `${input.id}-choices`;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", this.dataset.label ?? "");
    this.list.hidden = true;
    input.removeAttribute("name");
    input.value = "";
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.list.id,
    })) {
      input.setAttribute(name, value);
    }
    this.prepend(this.chips);
    this.append(this.list, this.sent);
    input.addEventListener("input", () => {
      this.search();
      this.sent.value = this.all().join(", ");
    });
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.close());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = (event.target as Element).closest<HTMLElement>("[role=option]");
      this.take(option?.dataset.value ?? "");
    });
    this.draw();
  }

  private get found(): HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>("[role=option]")];
  }

  private label(value: string): string {
    return this.choices.find((choice) => choice.value === value)?.label ?? value;
  }

  private key(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      const last = this.found.length - 1;
      if (this.list.hidden) {
        this.search();
      } else {
        this.point(Math.min(last, Math.max(0, this.active + step)));
      }
    } else if (event.key === "Enter" || (event.key === "," && this.input.value.trim())) {
      this.take(this.found[this.active]?.dataset.value ?? this.input.value);
    } else if (event.key === "Escape" && !this.list.hidden) {
      this.close();
    } else if (event.key === "Backspace" && !this.input.value) {
      this.put(this.chosen.slice(0, -1));
      return;
    } else {
      return;
    }
    event.preventDefault();
  }

  private search(): void {
    const found = matches(this.choices, this.input.value, this.chosen);
    this.list.replaceChildren(
      ...found.map(({ value, label }, at) => {
        const option = document.createElement("li");
        option.id = `${this.list.id}-${at}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.dataset.value = value;
        option.textContent = label.toLowerCase() === value.toLowerCase() ? label : `${label} (${value})`;
        return option;
      }),
    );
    this.list.hidden = found.length === 0;
    this.input.setAttribute("aria-expanded", String(found.length > 0));
    this.point(this.input.value.trim() && found.length ? 0 : -1);
  }

  private point(at: number): void {
    this.active = at;
    this.found.forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
    const id = this.found[at]?.id;
    if (id) {
      this.input.setAttribute("aria-activedescendant", id);
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  private close(): void {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.point(-1);
  }

  // What was typed may be a choice by its label or value, several words, or something that only the server knows.
  private read(typed: string): string[] {
    const is = (word: string) => (text: string) => text.toLowerCase() === word.toLowerCase();
    return words(typed).map(
      (word) => this.choices.find(({ value, label }) => [value, label].some(is(word)))?.value ?? word,
    );
  }

  private all(): string[] {
    return words([...this.chosen, ...this.read(this.input.value)].join(", "));
  }

  private take(typed: string): void {
    this.close();
    this.input.value = "";
    this.put([...this.chosen, ...this.read(typed)]);
  }

  private put(values: string[]): void {
    this.chosen = words(values.join(", "));
    this.sent.value = this.all().join(", ");
    this.draw();
    this.sent.dispatchEvent(new Event("change", { bubbles: true }));
  }

  private draw(): void {
    const { chosen } = this;
    this.chips.hidden = chosen.length === 0;
    this.chips.replaceChildren(
      ...chosen.map((value) => {
        const chip = document.createElement("li");
        chip.className = "chip";
        chip.textContent = this.label(value);
        const remove = document.createElement("button");
        remove.type = "button";
        remove.className = "chip-remove";
        remove.textContent = "×";
        remove.setAttribute("aria-label", `Remove ${this.label(value)}`);
        remove.addEventListener("click", () => {
          this.put(chosen.filter((one) => one !== value));
          this.input.focus();
        });
        chip.append(remove);
        return chip;
      }),
    );
  }
}

customElements.define("chosen-words", ChosenWords);
