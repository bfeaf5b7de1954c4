// <copy-text><input readonly value="…"><button hidden>Copy</button></copy-text>, or <copy-text data-text="…"><button hidden>…
// Copies it and says so; where the clipboard is closed the text of the field is selected, to be copied by hand.

function say(text: string): void {
  document.dispatchEvent(new CustomEvent("toast", { detail: { text } }));
}

class CopyText extends HTMLElement {
  connectedCallback(): void {
    const button = this.querySelector("button");
    button?.removeAttribute("hidden");
    button?.addEventListener("click", () => void this.#copy());
  }

  async #copy(): Promise<void> {
    const field = this.querySelector("input");
    field?.select();
    try {
      await navigator.clipboard.writeText(field?.value ?? this.dataset.text ?? "");
      say("Copied");
    } catch {
      field?.focus();
      say(`The browser lets no page copy here. ${field ? "The text is selected: copy it by keyboard." : "Copy it from its link."}`);
    }
  }
}

customElements.define("copy-text", CopyText);
export {};
