// Filters apply themselves by htmx; their button is for pages without scripts.

function hideApply(root: ParentNode): void {
  for (const button of root.querySelectorAll<HTMLButtonElement>("[data-without-scripts]")) {
    button.hidden = true;
  }
}

hideApply(document);
document.addEventListener("htmx:load", (event) => hideApply(event.target as Element));

// Escape leaves such a field, which saves it, so that keys like "next" are at hand again.
document.addEventListener("keydown", (event) => {
  const field = event.target as HTMLElement;
  if (event.key === "Escape" && !event.defaultPrevented && field.closest("[data-saves-itself]")) {
    field.blur();
  }
});

// Its fields are saved one by one; Enter in one of them must not send them all.
document.addEventListener("submit", (event) => {
  if ((event.target as Element).matches("[data-saves-itself]")) {
    event.preventDefault();
  }
});
