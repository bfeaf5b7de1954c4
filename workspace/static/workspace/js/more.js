// "Show more" replaces itself by the next rows. The focus goes to the first of them instead of getting lost.

let before = null;

document.addEventListener("click", (event) => {
  const more = event.target.closest("[data-more]");
  before = more ? more.closest("li, tr").previousElementSibling : null;
});

document.addEventListener("htmx:afterSettle", () => {
  before?.nextElementSibling?.querySelector("a, button")?.focus();
  before = null;
});
