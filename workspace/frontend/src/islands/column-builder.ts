// Columns as rows of fields, over a text area that holds them as JSON and is what gets sent. Attributes: data-locale of
// the names, data-types (JSON: code and label), data-most. A text that is no list of columns is left as a text.
import { type Column, named, read, readChoices, spellChoices, tidied, write } from "../columns.ts";

type Row = HTMLLIElement;

function made<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  set: Partial<HTMLElementTagNameMap[K]> = {},
  ...inside: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(tag), set);
  element.append(...inside);
  return element;
}

class ColumnBuilder extends HTMLElement {
  #columns: Column[] = [];
  #list = made("ol", { className: "builder" });
  #add = made("button", { type: "button", className: "btn", textContent: "Add a column" });
  #swap = made("button", { type: "button", className: "btn btn-quiet" });
  #said = made("p", { className: "hidden-label", role: "status" });

  connectedCallback(): void {
    this.append(this.#list, made("p", { className: "row" }, this.#add, this.#swap), this.#said);
    this.#add.addEventListener("click", () => this.#appendNew());
    this.#swap.addEventListener("click", () => this.#show(this.#text.hidden === true));
    this.#list.addEventListener("input", this.#onInput);
    this.#list.addEventListener("click", this.#onClick);
    this.#list.addEventListener("keydown", this.#onKey);
    this.#show(false);
  }

  get #text(): HTMLTextAreaElement {
    return this.querySelector("textarea") as HTMLTextAreaElement;
  }

  get #locale(): string {
    return this.dataset.locale ?? "";
  }

  #show(asText: boolean): void {
    const columns = asText ? null : read(this.#text.value);
    const isList = columns !== null;
    if (columns) {
      this.#columns = columns;
      this.#draw();
    } else if (!asText) {
      this.#said.textContent = "The text is no list of columns yet.";
    }
    this.#text.hidden = isList;
    this.#list.hidden = this.#add.hidden = !isList;
    this.#swap.textContent = isList ? "Edit as JSON" : "Edit in fields";
  }

  #draw(): void {
    this.#list.replaceChildren(...this.#columns.map((column, at) => this.#row(column, at)));
    this.#add.disabled = this.#columns.length >= Number(this.dataset.most);
  }

  #row(column: Column, at: number): Row {
    const which = `of column ${at + 1}`;
    const type = made("select", { className: "input", name: "" });
    const known = JSON.parse(this.dataset.types ?? "[]") as [string, string][];
    type.append(...known.map(([value, label]) => new Option(label, value, false, value === column.type)));
    const code = this.#input("code", `Code ${which}`, column.code);
    code.placeholder = "width";
    const name = this.#input("name", `Name ${which}`, column.labels?.[this.#locale] ?? "");
    const unit = this.#input("unit", `Unit ${which}`, column.unit ?? "");
    unit.placeholder = "cm";
    const choices = made("textarea", { className: "input", rows: 3, value: spellChoices(column.choices, this.#locale) });
    choices.placeholder = "s = Small";
    const required = made("input", { type: "checkbox", checked: column.required ?? false });
    required.dataset.part = "required";
    this.#label(type, "type", `Type ${which}`);
    this.#label(choices, "choices", `Choices ${which}, one a line`);
    const row = made(
      "li",
      { className: "builder-row" },
      this.#field("Code", code),
      this.#field("Name", name),
      this.#field("Type", type),
      this.#field("Unit", unit, "measurement"),
      this.#field("Choices, one a line", choices, "select"),
      made("label", { className: "check" }, required, "Required"),
      made("div", { className: "builder-moves" }, this.#button("up", "↑", `Move column ${at + 1} up`, at === 0),
        this.#button("down", "↓", `Move column ${at + 1} down`, at === this.#columns.length - 1),
        this.#button("remove", "×", `Remove column ${at + 1}`, false)),
    );
    this.#fit(row, column.type);
    return row;
  }

  #input(part: string, label: string, value: string): HTMLInputElement {
    const input = made("input", { className: "input", value, autocomplete: "off" });
    this.#label(input, part, label);
    return input;
  }

  #label(element: HTMLElement, part: string, label: string): void {
    element.dataset.part = part;
    element.setAttribute("aria-label", label);
  }

  #field(label: string, control: HTMLElement, only = ""): HTMLElement {
    const field = made("label", { className: "builder-field" }, made("span", { className: "hint", textContent: label }), control);
    field.dataset.only = only;
    return field;
  }

  #button(act: string, text: string, label: string, isOff: boolean): HTMLButtonElement {
    const button = made("button", { type: "button", className: "btn btn-quiet btn-square", textContent: text, title: label, disabled: isOff });
    button.dataset.act = act;
    button.setAttribute("aria-label", label);
    return button;
  }

  #fit(row: Row, type: string): void {
    for (const field of row.querySelectorAll<HTMLElement>("[data-only]")) {
      field.hidden = field.dataset.only !== "" && field.dataset.only !== type;
    }
  }

  #at(target: EventTarget | null): number {
    return [...this.#list.children].indexOf((target as Element).closest("li") as Row);
  }

  #onInput = (event: Event): void => {
    const target = event.target as HTMLInputElement;
    const at = this.#at(target);
    const column = this.#columns[at] as Column;
    switch (target.dataset.part) {
      case "name":
        column.labels = named(column.labels, this.#locale, target.value);
        break;
      case "required":
        column.required = target.checked;
        break;
      case "choices":
        column.choices = readChoices(target.value, column.choices, this.#locale);
        break;
      case "type":
        column.type = target.value;
        this.#fit(this.#list.children[at] as Row, column.type);
        break;
      case "code":
      case "unit":
        column[target.dataset.part] = target.value.trim();
    }
    this.#store();
  };

  #store(): void {
    this.#text.value = this.#columns.length ? write(this.#columns.map(tidied)) : "";
    this.#text.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #onClick = (event: MouseEvent): void => {
    const act = (event.target as Element).closest<HTMLElement>("[data-act]")?.dataset.act;
    const at = this.#at(event.target);
    if (act === "remove") {
      this.#remove(at);
    } else if (act) {
      this.#move(at, act === "up" ? -1 : 1, `[data-act=${act}]`);
    }
  };

  // Alt and an arrow, in any field of a row.
  #onKey = (event: KeyboardEvent): void => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (event.key === "Enter" && (event.target as Element).matches("input")) {
      event.preventDefault(); // the form is not finished yet
      this.#appendNew();
    } else if (event.altKey && step) {
      event.preventDefault();
      this.#move(this.#at(event.target), step, `[data-part=${(event.target as HTMLElement).dataset.part}]`);
    }
  };

  #move(at: number, step: number, focus: string): void {
    const to = at + step;
    const column = this.#columns[at];
    if (!column || to < 0 || to >= this.#columns.length) {
      return;
    }
    this.#columns.splice(at, 1);
    this.#columns.splice(to, 0, column);
    this.#redraw(to, focus, `${column.code || "The column"} is column ${to + 1} of ${this.#columns.length}`);
  }

  #remove(at: number): void {
    const [gone] = this.#columns.splice(at, 1);
    this.#redraw(Math.min(at, this.#columns.length - 1), "[data-act=remove]", `${gone?.code || "The column"} is removed`);
  }

  #appendNew(): void {
    if (this.#columns.length < Number(this.dataset.most)) {
      this.#columns.push({ code: "", type: "text", labels: {} });
      this.#redraw(this.#columns.length - 1, "[data-part=code]", `Column ${this.#columns.length} is new`);
    }
  }

  #redraw(at: number, focus: string, said: string): void {
    this.#draw();
    this.#store();
    this.#said.textContent = said;
    const row = this.#list.children[at];
    (row?.querySelector<HTMLElement>(`${focus}:not(:disabled)`) ?? row?.querySelector<HTMLElement>("[data-part=code]") ?? this.#add).focus();
  }
}

customElements.define("column-builder", ColumnBuilder);
