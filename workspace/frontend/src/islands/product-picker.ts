// A field to choose a product in: what is typed asks for options, arrows walk them, Enter takes one; a second Enter
// sends the form. Who scans a GTIN is faster than the options: the form goes out with what was scanned.

class ProductPicker extends HTMLElement {
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
      const option = (event.target as Element).closest<HTMLElement>("[data-sku]");
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
    return [...this.#list.querySelectorAll<HTMLElement>("[data-sku]")];
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
    const { uid = "", sku = "", title = "" } = option.dataset;
    this.#field.value = sku;
    const chosen = this.querySelector("[data-chosen]");
    if (chosen) {
      chosen.textContent = title;
    }
    this.#close();
    this.dispatchEvent(new CustomEvent("product-picked", { bubbles: true, detail: { uid, sku, title } }));
  }

  #forget(): void {
    const chosen = this.querySelector("[data-chosen]");
    if (chosen) {
      chosen.textContent = "";
    }
  }
}

customElements.define("product-picker", ProductPicker);
