// Nothing that is typed gets lost by leaving. Fields that save themselves register here; a link or form with data-leaves,
// which would replace them, waits until they are stored; the browser asks before the page itself is left.
import { showToast } from "./toasts.ts";

export interface Leaving extends HTMLElement {
  readonly isUnsaved: boolean;
  readonly isOnItsWay: boolean;
  save(): void;
}

export const leaves = new Set<Leaving>();

const PATIENCE = 100; // milliseconds between two looks
const LOOKS = 100;

const unsaved = (): Leaving[] => [...leaves].filter((one) => one.isUnsaved);

async function stored(): Promise<boolean> {
  for (const one of unsaved()) {
    one.save();
  }
  for (let look = 0; look < LOOKS && [...leaves].some((one) => one.isOnItsWay); look += 1) {
    await new Promise((resolve) => setTimeout(resolve, PATIENCE));
  }
  return unsaved().length === 0;
}

interface Confirming {
  elt: Element;
  issueRequest(skip: boolean): void;
}

document.addEventListener("htmx:confirm", (event) => {
  const { elt, issueRequest } = (event as CustomEvent<Confirming>).detail;
  if (!elt.closest("[data-leaves]") || unsaved().length === 0) {
    return;
  }
  event.preventDefault();
  void stored().then((isStored) => {
    if (isStored) {
      issueRequest(true);
      return;
    }
    const [first] = unsaved();
    first?.querySelector<HTMLElement>("[data-control]")?.focus();
    showToast({ text: "A field is not saved yet. Mend it, or press Escape in it to go back to what is stored.", tone: "bad" });
  });
});

addEventListener("beforeunload", (event) => {
  if (unsaved().length > 0) {
    event.preventDefault();
  }
});
