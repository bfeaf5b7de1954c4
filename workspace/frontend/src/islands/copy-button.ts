// <copy-button><button data-copies="…"> puts the text on the clipboard and says so in the button for a moment.

const SHOWN = 4000;

class CopyButton extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("click", () => void this.#copy());
  }

  async #copy(): Promise<void> {
    const words = this.querySelector("button span");
    if (!words || words.getAttribute("role") === "status") {
      return;
    }
    const before = words.textContent;
    try {
      await navigator.clipboard.writeText(this.querySelector<HTMLElement>("[data-copies]")?.dataset.copies ?? "");
      words.textContent = "Copied";
    } catch {
      words.textContent = "Not allowed; select it and copy";
    }
    words.setAttribute("role", "status");
    window.setTimeout(() => {
      words.textContent = before;
      words.removeAttribute("role");
    }, SHOWN);
  }
}

customElements.define("copy-button", CopyButton);
