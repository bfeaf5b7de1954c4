// Lists without end: "Show more" replaces itself by the next rows when it comes into view, or when it is pressed.
// Whoever stood on it goes on at the first new row; what came is said aloud; Back finds the place again.
import { htmx } from "./htmx.ts";

const MOST = 20; // pages that Back brings again
const key = `place:${location.pathname}${location.search}`;
let pages = 0;
let before: Element | null = null;

const rowOf = (element: Element | null) => element?.closest("li, tr") ?? null;

function say(text: string): void {
  const said = document.getElementById("said");
  if (said) {
    said.textContent = text;
  }
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const asker = (event as CustomEvent<{ requestConfig?: { elt?: Element } }>).detail.requestConfig?.elt;
  if (asker?.matches("[data-more]")) {
    pages += 1;
    before = document.activeElement === asker ? (rowOf(asker)?.previousElementSibling ?? null) : null;
    say("More rows are shown");
  }
});

document.addEventListener("htmx:afterSettle", () => {
  before?.nextElementSibling?.querySelector<HTMLElement>("a, button")?.focus();
  before = null;
  if (pages && !document.querySelector("[data-more]") && document.querySelector("[data-all-shown]")) {
    say("All rows are shown");
  }
});

// A filter is another list, at its beginning.
document.addEventListener("htmx:pushedIntoHistory", () => {
  pages = 0;
});

window.addEventListener("pagehide", () => {
  sessionStorage.setItem(key, JSON.stringify([pages, window.scrollY]));
});

// One page after the other, then to where the window was. Every new row tells that it has settled.
function restore(left: number, top: number): void {
  const more = document.querySelector<HTMLAnchorElement>("[data-more]");
  if (!left || !more) {
    requestAnimationFrame(() => window.scrollTo({ top, behavior: "instant" }));
    return;
  }
  const goOn = () => {
    if (!more.isConnected) {
      document.removeEventListener("htmx:afterSettle", goOn);
      restore(left - 1, top);
    }
  };
  document.addEventListener("htmx:afterSettle", goOn);
  htmx.trigger(more, "click", {});
}

const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
if (navigation?.type === "back_forward") {
  const [loaded, top] = JSON.parse(sessionStorage.getItem(key) ?? "[0, 0]") as [number, number];
  if (loaded) {
    window.addEventListener("load", () => restore(Math.min(loaded, MOST), top));
  }
}
