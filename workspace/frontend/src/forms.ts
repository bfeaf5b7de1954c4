// Filters apply themselves by htmx; their button is for pages without scripts.

function hideApply(root: ParentNode): void {
  for (const button of root.querySelectorAll<HTMLButtonElement>("[data-without-scripts]")) {
    button.hidden = true;
  }
}

hideApply(document);
document.addEventListener("htmx:load", (event) => hideApply(event.target as Element));
