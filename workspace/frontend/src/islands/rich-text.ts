// <rich-text> (parts/rich_text.html): a text with markup, written as it looks. Its textarea stays what is sent and what other
// scripts ask; it changes only when the text does, and is shown to whoever wants the source. A form that is sent and comes
// back (value-field) goes on where it was: cursor, undo, source.
import { history } from "prosemirror-history";
import { keydownHandler, keymap } from "prosemirror-keymap";
import type { Node } from "prosemirror-model";
import { EditorState, type Transaction } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { keys, linkAt, setLink, tools } from "../rich-text/commands.ts";
import { address, inert, read, write } from "../rich-text/markup.ts";

const before = new Map<string, EditorState>(); // by the textarea's id
const asSource = new Set<string>();

class RichText extends HTMLElement {
  private view!: EditorView;
  private given!: { doc: Node; html: string }; // as others spelt it
  private stop!: AbortController;

  connectedCallback(): void {
    const { area, tools: bar, linking } = this;
    const isFocused = document.activeElement === area;
    this.stop = new AbortController();
    this.view = new EditorView(null, {
      state: this.begin(before.get(area.id)),
      attributes: () => this.described(),
      handleKeyDown: keydownHandler({ "Mod-Shift-k": () => this.asksLink() }),
      handleDOMEvents: { keydown: (_, event) => event.key === "Escape" }, // the field's, which goes back to what is stored
      transformPastedHTML: inert,
      dispatchTransaction: (change) => this.change(change),
    });
    area.after(this.view.dom);
    const options = { signal: this.stop.signal };
    bar.addEventListener("click", (event) => this.press((event.target as Element).closest("button")), options);
    bar.addEventListener("keydown", (event) => this.rove(event), options);
    bar.addEventListener("pointerdown", (event) => event.preventDefault(), options); // the cursor stays in the text
    linking.addEventListener("click", (event) => this.link((event.target as Element).closest("button")), options);
    linking.addEventListener("keydown", (event) => this.typesLink(event), options);
    linking.addEventListener("change", (event) => event.stopPropagation(), options); // nothing of the field has changed
    area.labels[0]?.addEventListener("click", () => this.view.focus(), options);
    area.form?.addEventListener("reset", () => queueMicrotask(() => this.restart()), options); // once it has been reset
    this.addEventListener("focusout", (event) => this.left(event), options);
    bar.hidden = false;
    this.show(asSource.has(area.id));
    if (isFocused) {
      this.focusText();
    }
  }

  disconnectedCallback(): void {
    this.stop.abort();
    this.view.destroy();
  }

  private get area(): HTMLTextAreaElement {
    return this.querySelector("textarea")!;
  }

  private get tools(): HTMLElement {
    return this.querySelector<HTMLElement>("[role=toolbar]")!;
  }

  private get linking(): HTMLElement {
    return this.querySelector<HTMLElement>(".rich-link")!;
  }

  private get isSource(): boolean {
    return !this.area.hidden;
  }

  private get buttons(): HTMLElement[] {
    return [...this.tools.querySelectorAll<HTMLElement>("button:not([hidden])")];
  }

  private begin(last?: EditorState): EditorState {
    const html = this.area.value;
    const state =
      last && write(last.doc) === html
        ? last
        : EditorState.create({ doc: read(html), plugins: [history(), keymap(keys)] });
    this.given = { doc: state.doc, html };
    return state;
  }

  private restart(): void {
    this.view.updateState(this.begin());
    this.draw();
  }

  /** To leave the text is a change, as with any control. */
  private left(event: FocusEvent): void {
    const { area } = this;
    if (event.target === this.view.dom && !this.contains(event.relatedTarget as globalThis.Node | null)) {
      area.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  /** Named and described as the textarea is. */
  private described(): Record<string, string> {
    const { area } = this;
    const label = area.labels[0]!;
    label.id ||= `${area.id}-label`;
    const same = ["aria-describedby", "aria-invalid", "aria-required"].filter((name) => area.hasAttribute(name));
    return {
      ...Object.fromEntries(same.map((name) => [name, area.getAttribute(name)!])),
      ...(this.isSource ? { hidden: "" } : { "data-control": "" }),
      id: `${area.id}-text`,
      class: "input rich-area",
      role: "textbox",
      "aria-multiline": "true",
      "aria-labelledby": label.id,
      "data-placeholder": area.value ? "" : area.placeholder,
    };
  }

  private change(change: Transaction): void {
    const { area } = this;
    const state = this.view.state.apply(change);
    if (change.docChanged) {
      area.value = state.doc.eq(this.given.doc) ? this.given.html : write(state.doc);
      area.dispatchEvent(new Event("input", { bubbles: true }));
    }
    before.set(area.id, state); // now: the next edition comes before this one goes
    this.view.updateState(state);
    this.draw();
  }

  private draw(): void {
    for (const button of this.buttons) {
      const tool = tools[button.dataset.does!];
      button.setAttribute("aria-pressed", String(tool ? tool.holds(this.view.state) : this.isPressed(button)));
      button.toggleAttribute("data-idle", !!tool && !tool.command(this.view.state));
    }
  }

  private isPressed(button: HTMLElement): boolean {
    return button.dataset.does === "source" ? this.isSource : !!linkAt(this.view.state);
  }

  private show(isSource: boolean): void {
    const { area } = this;
    asSource[isSource ? "add" : "delete"](area.id);
    area.hidden = !isSource;
    area.toggleAttribute("data-control", isSource);
    this.linking.hidden = true;
    for (const button of this.tools.querySelectorAll<HTMLElement>("button")) {
      button.hidden = isSource && button.dataset.does !== "source";
    }
    this.reach(this.buttons[0]!);
    this.view.updateState(this.view.state);
    this.draw();
  }

  private focusText(): void {
    if (this.isSource) {
      this.area.focus();
    } else {
      this.view.focus();
    }
  }

  private press(button: HTMLElement | null): void {
    const does = button?.dataset.does;
    if (does === "source") {
      if (this.isSource) {
        this.view.updateState(this.begin());
      }
      this.show(!this.isSource);
    } else if (does === "link") {
      this.asksLink();
      return;
    } else if (does) {
      tools[does]!.command(this.view.state, this.view.dispatch);
    }
    this.focusText();
  }

  private reach(button: HTMLElement): void {
    for (const one of this.buttons) {
      one.tabIndex = one === button ? 0 : -1;
    }
  }

  private rove(event: KeyboardEvent): void {
    const { buttons } = this;
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined) {
      const button = buttons.at(to % buttons.length)!;
      event.preventDefault();
      this.reach(button);
      button.focus();
    }
  }

  private asksLink(): boolean {
    const { linking } = this;
    const found = linkAt(this.view.state);
    const input = linking.querySelector("input")!;
    linking.hidden = false;
    linking.querySelector<HTMLElement>("[value=end]")!.hidden = !found;
    input.value = found?.href ?? "";
    input.select();
    return true;
  }

  private typesLink(event: KeyboardEvent): void {
    if (event.key === "Enter" && event.target instanceof HTMLInputElement) {
      event.preventDefault();
      event.stopPropagation();
      this.link(this.linking.querySelector("button"));
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.closeLink();
    }
  }

  private link(button: HTMLButtonElement | null): void {
    const input = this.linking.querySelector("input")!;
    const href = address(input.value);
    if (!button) {
      return;
    }
    if (button.value === "set") {
      input.setCustomValidity(href ? "" : "Begin with https://, http:// or mailto:");
      const isGood = input.reportValidity();
      input.setCustomValidity(""); // it is no part of the form, and must not hold it up
      if (!isGood) {
        return;
      }
    }
    if (button.value !== "leave") {
      setLink(button.value === "set" ? href : "")(this.view.state, this.view.dispatch);
    }
    this.closeLink();
  }

  private closeLink(): void {
    this.linking.hidden = true;
    this.view.focus();
  }
}

customElements.define("rich-text", RichText);
