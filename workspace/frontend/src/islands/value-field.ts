// One field of a product's form. It saves itself when it is left, keeps what is typed until it is stored, and goes back
// to what is stored by Escape. Attributes, set by the server: data-open (what is typed was refused), data-clash
// (somebody else was faster: only a button decides), data-deliberate (saves by its button alone), data-compound
// (several inputs make one value: it is whole when the focus has left them).
import { leaves } from "../unsaved.ts";

// What was typed while an answer was on its way, by the field's id: the next edition of the field takes it over.
type Typed = Map<string, string | boolean>;
type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
const typedMeanwhile = new Map<string, Typed>();

// Fields whose button, which had the focus, goes with the answer: the control gets it then.
const toFocus = new Set<string>();

interface Requested {
  elt: Element;
  xhr: XMLHttpRequest;
}

class ValueField extends HTMLElement {
  private stored = "";
  private sent: string | null = null;

  connectedCallback(): void {
    this.stored = this.asStored();
    const typed = typedMeanwhile.get(this.id);
    if (typed) {
      typedMeanwhile.delete(this.id);
      this.retype(typed);
      this.addEventListener("htmx:load", this.save, { once: true }); // before that htmx does not know the form
    }
    if (toFocus.delete(this.id)) {
      const first = "deliberate" in this.dataset ? "[name=reason]" : "[data-control]";
      this.addEventListener("htmx:load", () => this.querySelector<HTMLElement>(first)?.focus(), { once: true });
    }
    this.addEventListener("input", this.count);
    this.addEventListener("change", this.changed);
    this.addEventListener("focusout", this.left);
    this.addEventListener("keydown", this.pressed);
    this.addEventListener("submit", this.submitted, { capture: true });
    this.addEventListener("htmx:beforeRequest", this.asks);
    this.addEventListener("htmx:beforeSwap", this.replaced);
    this.addEventListener("htmx:oobBeforeSwap", this.replaced);
    this.addEventListener("htmx:afterRequest", this.settled);
    leaves.add(this);
  }

  disconnectedCallback(): void {
    leaves.delete(this);
  }

  get form(): HTMLFormElement | null {
    return this.querySelector("form");
  }

  /** Something is typed that is not stored, or is on its way. */
  get isUnsaved(): boolean {
    return "open" in this.dataset || this.sent !== null || this.state() !== this.stored;
  }

  get isOnItsWay(): boolean {
    return this.sent !== null;
  }

  private state(form = this.form): string {
    return form ? new URLSearchParams([...new FormData(form)] as [string, string][]).toString() : "";
  }

  /** As the server sent it, whatever the browser has filled in since. */
  private asStored(): string {
    const form = this.form?.cloneNode(true) as HTMLFormElement | undefined;
    form?.reset();
    return this.state(form ?? null);
  }

  private controls(): Control[] {
    return [...this.querySelectorAll<Control>("input[id], textarea[id], select[id]")];
  }

  private retype(typed: Typed): void {
    for (const control of this.controls()) {
      const value = typed.get(control.id);
      if (typeof value === "boolean") {
        (control as HTMLInputElement).checked = value;
      } else if (value !== undefined) {
        control.value = value;
      }
    }
    this.count();
  }

  save = (): void => {
    const data = this.dataset;
    if (this.sent === null && !("clash" in data) && !("deliberate" in data) && this.state() !== this.stored) {
      this.form?.requestSubmit();
    }
  };

  private changed = (): void => {
    if (!("compound" in this.dataset)) {
      this.save();
    }
  };

  private left = (event: FocusEvent): void => {
    if (!this.contains(event.relatedTarget as Node | null)) {
      this.save();
    }
  };

  private count = (): void => {
    const counter = this.querySelector("[data-counter]");
    const control = this.querySelector<HTMLInputElement>("[data-limit]");
    if (counter && control) {
      const length = [...control.value.trim()].length;
      counter.textContent = `${length} / ${control.dataset.limit}`;
      counter.classList.toggle("ink-bad", length > Number(control.dataset.limit));
    }
  };

  private pressed = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if ("deliberate" in this.dataset) {
        this.form?.requestSubmit();
      } else {
        this.save();
      }
    } else if (event.key === "Escape" && !event.defaultPrevented && this.isUnsaved && this.sent === null) {
      event.preventDefault();
      this.revert();
    } else if (event.key === "Enter" && event.target instanceof HTMLInputElement && "clash" in this.dataset) {
      event.preventDefault(); // a choice is made by its button
    }
  };

  private revert(): void {
    const back = this.querySelector<HTMLElement>("[data-revert]");
    if (back) {
      back.click();
      return;
    }
    this.form?.reset();
    this.count();
  }

  // Leaving a field tells twice, by change and by focusout; it is asked once.
  private submitted = (event: Event): void => {
    if (this.sent !== null) {
      event.preventDefault();
      event.stopPropagation();
    } else {
      this.sent = this.state();
    }
  };

  private asks = (event: Event): void => {
    if ((event as CustomEvent<Requested>).detail.elt === this.form) {
      this.setAttribute("aria-busy", "true");
    }
  };

  // An answer takes this field's place. What was typed since it was asked for must not go with it.
  private replaced = (event: Event): void => {
    if (event.target === this && document.activeElement instanceof HTMLButtonElement && this.contains(document.activeElement)) {
      toFocus.add(this.id);
    }
    const isMine = event.target === this && (event.type !== "htmx:beforeSwap" || this.sent !== null);
    if (isMine && this.state() !== (this.sent ?? this.stored)) {
      const isTick = (one: Control) => one instanceof HTMLInputElement && /^(checkbox|radio)$/.test(one.type);
      const typed = this.controls().map((one) => [one.id, isTick(one) ? (one as HTMLInputElement).checked : one.value] as const);
      typedMeanwhile.set(this.id, new Map(typed));
    }
  };

  // An answer that was not put here, as when the server cannot be reached, leaves the field as it is: unsaved.
  private settled = (event: Event): void => {
    if ((event as CustomEvent<Requested>).detail.elt === this.form) {
      this.sent = null;
      this.removeAttribute("aria-busy");
    }
  };
}

customElements.define("value-field", ValueField);
