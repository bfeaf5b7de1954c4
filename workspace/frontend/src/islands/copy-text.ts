// <copy-text><input readonly value="…"><button hidden>Copy</button></copy-text>
// Copies what the field holds and says so; where the clipboard is closed the text is selected, to be copied by hand.

function say(text: string): void {
  document.dispatchEvent(new CustomEvent("toast", { detail: { text } }));
}

class CopyText extends HTMLElement {
  connectedCallback(): void {
    const button = this.querySelector("button");
    button?.removeAttribute("hidden");
    button?.addEventListener("click", () => void this.copy());
  }

  private async copy(): Promise<void> {
    const field = this.querySelector("input");
    field?.select();
    try {
      await navigator.clipboard.writeText(field?.value ?? "");
      say("Copied");
    } catch {
      field?.focus();
      say("The browser lets no page copy here. The text is selected: copy it by keyboard.");
    }
  }
}

customElements.define("copy-text", CopyText);
export {};
