// The command palette: the field keeps the focus, arrows choose among the server's answers, Enter follows.
// Without words the pages that were visited last stand first; this browser keeps them, for whoever is signed in.
import { openDialog } from "./dialogs.ts";
import { htmx } from "./htmx.ts";
import { forget, recent } from "./recent.ts";

const dialog = document.getElementById("palette") as HTMLDialogElement | null;
const field = dialog?.querySelector<HTMLInputElement>("[name=q]");
const list = document.getElementById("palette-results");
const said = document.getElementById("palette-said");

export function openPalette(): void {
  openDialog("palette");
}

const options = () => [...(list?.querySelectorAll<HTMLAnchorElement>("[role=option]") ?? [])];
const chosen = () => options().find((option) => option.ariaSelected === "true");

function choose(option: HTMLAnchorElement | undefined): void {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option?.id) {
    field?.setAttribute("aria-activedescendant", option.id);
  } else {
    field?.removeAttribute("aria-activedescendant");
  }
}

function step(by: number): void {
  const all = options();
  const at = all.indexOf(chosen() as HTMLAnchorElement);
  choose(all[(at + by + all.length) % all.length]);
}

function showRecent(): void {
  const pattern = document.getElementById("palette-recent");
  const seen = recent();
  if (!(pattern instanceof HTMLTemplateElement) || !list || !seen.length) {
    return;
  }
  const group = pattern.content.firstElementChild?.cloneNode(true) as HTMLElement;
  const blank = group.querySelector("a") as HTMLAnchorElement;
  seen.forEach((one, at) => {
    const hit = blank.cloneNode(true) as HTMLAnchorElement;
    hit.id = `hit-recent-${at + 1}`;
    hit.href = one.url;
    (hit.querySelector(".hit-label") as Element).textContent = one.label;
    (hit.querySelector(".hit-note") as Element).textContent = one.note;
    group.append(hit);
  });
  blank.remove();
  list.prepend(group);
}

const KEYS: Record<string, () => void> = {
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  PageDown: () => choose(options().at(-1)),
  PageUp: () => choose(options().at(0)),
};

field?.addEventListener("keydown", (event) => {
  const act = KEYS[event.key];
  if (act) {
    event.preventDefault();
    act();
  } else if (event.key === "Enter" && chosen()) {
    event.preventDefault(); // without a choice the form leads to the page of the search
    chosen()?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey: event.ctrlKey, metaKey: event.metaKey }));
  }
});

dialog?.addEventListener("opened", () => {
  field?.select();
  if (field) {
    htmx.trigger(field, "palette", {});
  }
});

list?.addEventListener("htmx:afterSwap", () => {
  if (!field?.value.trim()) {
    showRecent();
  }
  choose(options()[0]);
  if (said) {
    const count = options().length;
    said.textContent = count === 1 ? "1 result" : `${count} results`;
  }
});

// A word typed and Enter pressed at once: the answer to the old words must not be followed.
field?.addEventListener("input", () => choose(undefined));

document.querySelector("form[data-signs-out]")?.addEventListener("submit", forget);
