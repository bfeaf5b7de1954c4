// <drop-file>: a file that is dropped on it lands in the input inside. Without scripts the input is enough.

class DropFile extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("dragover", this.over);
    this.addEventListener("dragleave", this.leave);
    this.addEventListener("drop", this.take);
  }

  disconnectedCallback(): void {
    this.removeEventListener("dragover", this.over);
    this.removeEventListener("dragleave", this.leave);
    this.removeEventListener("drop", this.take);
  }

  private readonly over = (event: DragEvent): void => {
    if (event.dataTransfer?.types.includes("Files")) {
      event.preventDefault();
      this.dataset.over = "";
    }
  };

  private readonly leave = (): void => {
    delete this.dataset.over;
  };

  private readonly take = (event: DragEvent): void => {
    this.leave();
    const input = this.querySelector<HTMLInputElement>("input[type=file]");
    const [file] = event.dataTransfer?.files ?? [];
    if (!input || !file) {
      return;
    }
    event.preventDefault();
    const one = new DataTransfer();
    one.items.add(file);
    input.files = one.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    input.focus();
  };
}

customElements.define("drop-file", DropFile);
