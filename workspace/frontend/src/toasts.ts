// Toasts. A response asks for one by the header HX-Trigger:
//   {"toast": {"text": "Confirmed", "tone": "ok" | "bad", "undo": {"url": "/…/undo/", "target": "#desk"}}}
// "link" instead of "undo" leads to what it is about. All but "text" may be left out; without "target" the undo answers with out-of-band parts or HX-Refresh.
// A page reached by a redirect carries the same toast in its HTML (parts/toasts.html).
import { htmx } from "./htmx.ts";

export interface Toast {
  text: string;
  tone?: "ok" | "bad";
  undo?: { url: string; target?: string } | null;
  link?: string;
  stays?: boolean;
}

const SHORT = 5000;
const WITH_UNDO = 12000;
const MOST = 4; // a form that saves field by field would pile them up

function button(className: string, label: string): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = className;
  made.textContent = label;
  return made;
}

// The clock stands still while the pointer or the focus is on the toast.
function expire(toast: Element, delay: number): void {
  let timer = 0;
  const start = () => {
    timer = window.setTimeout(() => toast.remove(), delay);
  };
  const stop = () => window.clearTimeout(timer);
  for (const name of ["pointerenter", "focusin"]) {
    toast.addEventListener(name, stop);
  }
  for (const name of ["pointerleave", "focusout"]) {
    toast.addEventListener(name, start);
  }
  start();
}

function undoButton(toast: Element, undo: NonNullable<Toast["undo"]>): HTMLButtonElement {
  const action = button("toast-action", "Undo");
  action.dataset.undo = "";
  action.addEventListener("click", () => {
    const swap = undo.target ? "outerHTML" : "none";
    void htmx.ajax("post", undo.url, { target: undo.target ?? "body", swap });
    toast.remove();
  });
  return action;
}

function linkTo(url: string): HTMLAnchorElement {
  const made = document.createElement("a");
  made.className = "toast-action";
  made.href = url;
  made.textContent = "Look";
  return made;
}

// What is said already is not said twice: something that asks each second would fill the page.
function twin(text: string): HTMLElement | undefined {
  const shown = document.querySelectorAll<HTMLElement>("#toasts .toast");
  return [...shown].find((one) => one.firstElementChild?.textContent === text && !one.querySelector("[data-undo]"));
}

// A modal dialog makes everything else inert, so the toasts go into it while it is open.
function shelf(): HTMLElement | null {
  const toasts = document.getElementById("toasts");
  const dialog = [...document.querySelectorAll<HTMLDialogElement>("dialog:modal")].at(-1);
  if (toasts && dialog && !dialog.contains(toasts)) {
    dialog.append(toasts);
    dialog.addEventListener("close", () => document.body.append(toasts), { once: true });
  }
  return toasts;
}

export function showToast({ text, tone = "ok", undo = null, link = "", stays = false }: Toast): HTMLElement {
  if (!undo) {
    twin(text)?.remove();
  }
  const toast = document.createElement("div");
  toast.className = `toast toast-${tone}`;
  const words = document.createElement("span");
  words.textContent = text;
  toast.append(words);
  if (undo) {
    toast.append(undoButton(toast, undo));
  }
  if (link) {
    toast.append(linkTo(link));
  }
  const close = button("toast-close", "×");
  close.setAttribute("aria-label", "Dismiss");
  close.addEventListener("click", () => toast.remove());
  toast.append(close);
  const pile = shelf();
  pile?.append(toast);
  while (pile && pile.children.length > MOST) {
    pile.firstElementChild?.remove();
  }
  if (!stays) {
    expire(toast, undo || link ? WITH_UNDO : SHORT);
  }
  return toast;
}

document.addEventListener("toast", (event) => showToast((event as CustomEvent<Toast>).detail));

for (const toast of document.querySelectorAll("#toasts .toast")) {
  toast.querySelector(".toast-close")?.addEventListener("click", () => toast.remove());
  expire(toast, toast.querySelector("[data-undo]") ? WITH_UNDO : SHORT);
}
