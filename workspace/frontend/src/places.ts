// Keys that hold on every page: the search, the sheet of keys, and G and a letter to go to a place.
import { tinykeys } from "tinykeys";
import { openDialog } from "./dialogs.ts";
import { isFree } from "./keys.ts";
import { openPalette } from "./palette.ts";

const words = (element: Element) => element.textContent?.trim().replace(/\s+/g, " ") ?? "";

if (/Mac|iPhone|iPad/.test(navigator.platform)) {
  for (const key of document.querySelectorAll("[data-mod]")) {
    key.textContent = "⌘";
  }
}

const places = new Map<string, HTMLAnchorElement>();
for (const link of document.querySelectorAll<HTMLAnchorElement>(".main-nav [data-go]")) {
  places.set(link.dataset.go ?? "", link);
}

// Without modifiers a key is free only where nobody types; then the page is kept from doing something else with it.
const whenFree = (act: () => void) => (event: KeyboardEvent) => {
  if (isFree(event)) {
    event.preventDefault();
    act();
  }
};

function focusSearch(): void {
  const fields = [...document.querySelectorAll<HTMLInputElement>("main input[type=search], #content input[type=text]#searchbar")];
  const field = fields.find((one) => one.checkVisibility());
  if (field) {
    field.focus();
    field.select();
  } else {
    openPalette();
  }
}

// What a control does, in its own words: its label without the key that is named in it.
function labelOf(control: HTMLElement): string {
  const copy = control.cloneNode(true) as HTMLElement;
  for (const key of copy.querySelectorAll("kbd, svg")) {
    key.remove();
  }
  return control.dataset.keyLabel || control.getAttribute("aria-label") || words(copy) || control.title;
}

function row(label: string, keys: string[]): HTMLElement {
  const made = document.createElement("div");
  const term = document.createElement("dt");
  const pressed = document.createElement("dd");
  term.textContent = label;
  for (const key of keys) {
    const cap = document.createElement("kbd");
    cap.textContent = key;
    pressed.append(cap, " ");
  }
  made.append(term, pressed);
  return made;
}

const NAMES: Record<string, string> = {
  " ": "Space", arrowleft: "←", arrowright: "→", arrowup: "↑", arrowdown: "↓", enter: "Enter", delete: "Del", escape: "Esc",
};

function fillSheet(): void {
  const capital = (key: string) => NAMES[key] ?? key.toUpperCase();
  const goes = [...places].map(([key, link]) => row(words(link), ["G", capital(key)]));
  document.getElementById("keys-of-places")?.replaceChildren(...goes);
  const own = new Map<string, HTMLElement>();
  for (const control of document.querySelectorAll<HTMLElement>("[data-key], [data-press], [data-row-key]")) {
    const key = control.dataset.key ?? control.dataset.press ?? control.dataset.rowKey ?? "";
    if (key && !own.has(key)) {
      own.set(key, row(labelOf(control) || "Not named", [capital(key)]));
    }
  }
  if (document.querySelector("[data-rows] [data-row]")) {
    own.set("j", row("Next and previous", ["J", "K"]));
  }
  document.getElementById("keys-of-page")?.replaceChildren(...own.values());
  document.getElementById("keys-here")?.toggleAttribute("hidden", own.size === 0);
}

document.addEventListener("opened", (event) => {
  if ((event.target as Element).id === "key-sheet") {
    fillSheet();
  }
});

tinykeys(
  window,
  {
    "$mod+k": (event) => {
      event.preventDefault();
      openPalette();
    },
    "[Shift]+?": whenFree(() => openDialog("key-sheet")),
    "[Shift]+/": whenFree(focusSearch),
    ...Object.fromEntries([...places].map(([key, link]) => [`g ${key}`, whenFree(() => link.click())])),
  },
  { ignore: (event) => event.repeat || event.isComposing },
);
