// A bar below the header while the server thinks for longer than a moment. What is asked for each second stays quiet.

const MOMENT = 120;
let waiting = 0;
let timer = 0;

const isQuiet = (event: Event) => {
  const asker = (event as CustomEvent<{ elt?: Element }>).detail.elt;
  return Boolean(asker?.matches("[hx-trigger*='every']"));
};

function show(): void {
  document.documentElement.dataset.busy = "";
}

document.addEventListener("htmx:beforeSend", (event) => {
  if (!isQuiet(event) && ++waiting === 1) {
    timer = window.setTimeout(show, MOMENT);
  }
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (!isQuiet(event)) {
    waiting = Math.max(0, waiting - 1);
  }
  if (!waiting) {
    window.clearTimeout(timer);
    delete document.documentElement.dataset.busy;
  }
});
