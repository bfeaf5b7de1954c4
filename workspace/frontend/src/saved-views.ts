// The panel of saved views follows the filters: which view is shown, and whether there is one to save.
import { isSame, filtersOf } from "./filters.ts";

function mark(): void {
  const panel = document.getElementById("saved-views");
  if (!panel) {
    return;
  }
  let isSaved = false;
  for (const link of panel.querySelectorAll<HTMLAnchorElement>("[data-view]")) {
    const isCurrent = isSame(link.search, location.search);
    if (isCurrent) {
      link.setAttribute("aria-current", "true");
    } else {
      link.removeAttribute("aria-current");
    }
    isSaved ||= isCurrent;
  }
  const isFiltered = filtersOf(location.search).length > 0;
  panel.toggleAttribute("hidden", !isFiltered && !panel.hasAttribute("data-any"));
  panel.querySelector("[data-save-view]")?.toggleAttribute("hidden", !isFiltered || isSaved);
}

document.addEventListener("htmx:pushedIntoHistory", mark);
