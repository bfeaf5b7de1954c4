// A field to choose something in: what is typed asks for options, arrows walk them, Enter takes one; a second Enter
// sends the form. An option has its code, its title and perhaps its uid as data.

export class Picker extends HTMLElement {
  #active = -1;

  connectedCallback(): void {
    this.addEventListener("keydown", this.#onKey);
    this.addEventListener("input", () => this.#forget());
    this.addEventListener("htmx:afterSwap", () => this.#open());
    this.addEventListener("focusout", (event) => {
      if (!this.contains(event.relatedTarget as Node | null)) {
        this.#close();
      }
    });
    // Pressing an option must not take the focus out of the field.
    this.#list.addEventListener("mousedown", (event) => event.preventDefault());
    this.#list.addEventListener("click", (event) => {
      const option = (event.target as Element).closest<HTMLElement>("[data-code]");
      if (option) {
        this.#take(option);
      }
    });
  }

  get #field(): HTMLInputElement {
    return this.querySelector("input[role=combobox]") as HTMLInputElement;
  }

  get #list(): HTMLElement {
    return this.querySelector("[role=listbox]") as HTMLElement;
  }

  #options(): HTMLElement[] {
    return [...this.#list.querySelectorAll<HTMLElement>("[data-code]")];
  }

  #open(): void {
    if (document.activeElement !== this.#field) {
      return;
    }
    this.#list.hidden = false;
    this.#field.setAttribute("aria-expanded", "true");
    this.#activate(this.#options().length ? 0 : -1);
  }

  #close(): void {
    this.#list.hidden = true;
    this.#field.setAttribute("aria-expanded", "false");
    this.#activate(-1);
  }

  #activate(at: number): void {
    this.#active = at;
    this.#options().forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
    const option = this.#options()[at];
    if (option) {
      this.#field.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      this.#field.removeAttribute("aria-activedescendant");
    }
  }

  #onKey = (event: KeyboardEvent): void => {
    const options = this.#options();
    const isOpen = !this.#list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) {
        this.#open();
      } else if (options.length) {
        const step = event.key === "ArrowDown" ? 1 : -1;
        this.#activate((this.#active + step + options.length) % options.length);
      }
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      event.stopPropagation();
      this.#close();
    } else if (event.key === "Escape") {
      this.#field.blur(); // the page's keys work again
    } else if (event.key === "Enter" && isOpen && options[this.#active]) {
      event.preventDefault();
      this.#take(options[this.#active] as HTMLElement);
    }
  };

  #take(option: HTMLElement): void {
    const { uid = "", code = "", title = "" } = option.dataset;
    this.#field.value = code;
    const chosen = this.querySelector("[data-chosen]");
    if (chosen) {
      chosen.textContent = title;
    }
    this.#close();
    this.picked(uid, code, title);
  }

  // For pickers that tell of it.
  protected picked(_uid: string, _code: string, _title: string): void {}

  #forget(): void {
    const chosen = this.querySelector("[data-chosen]");
    if (chosen) {
      chosen.textContent = "";
    }
  }
}
