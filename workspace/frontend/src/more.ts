// "Show more" replaces itself by the next rows. The focus goes to the first of them instead of getting lost.

let before: Element | null = null;

document.addEventListener("click", (event) => {
  const more = (event.target as Element).closest("[data-more]");
  before = more?.closest("li, tr")?.previousElementSibling ?? null;
});

document.addEventListener("htmx:afterSettle", () => {
  before?.nextElementSibling?.querySelector<HTMLElement>("a, button")?.focus();
  before = null;
});
