// <button data-opens="some-dialog"> opens that dialog, which hears "opened"; <button data-closes>, a form with
// method="dialog" or Escape closes it.

document.addEventListener("click", (event) => {
  const opener = (event.target as Element).closest<HTMLElement>("[data-opens]");
  const dialog = opener && document.getElementById(opener.dataset.opens ?? "");
  if (dialog instanceof HTMLDialogElement) {
    dialog.showModal();
    dialog.dispatchEvent(new Event("opened"));
  }
  (event.target as Element).closest("[data-closes]")?.closest("dialog")?.close();
});

// A click on the veil closes, as people expect. The dialog's own padding is zero, so its box is its content.
document.addEventListener("click", (event) => {
  const target = event.target as Element;
  if (target instanceof HTMLDialogElement && target.matches("dialog.dialog[open]")) {
    target.close();
  }
});

// What the dialog was opened for is done: a form with data-closes closes it once its request went well.
document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, successful } = (event as CustomEvent<{ elt: Element; successful: boolean }>).detail;
  if (successful && elt.matches("[data-closes]")) {
    elt.closest("dialog")?.close();
  }
});
