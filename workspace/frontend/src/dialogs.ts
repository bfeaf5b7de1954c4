// <button data-opens="some-dialog"> opens that dialog; data-closes, a form with method="dialog" or Escape closes it.
// A form with data-closes-when-done closes its dialog once the server has taken it. An opened dialog tells by "opens".

export function openDialog(id: string): boolean {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement)) {
    return false;
  }
  if (!dialog.open) {
    dialog.showModal();
    dialog.dispatchEvent(new CustomEvent("opens", { bubbles: true }));
  }
  return true;
}

document.addEventListener("click", (event) => {
  const target = event.target as Element;
  const opener = target.closest<HTMLElement>("[data-opens]");
  const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (opener && isPlain && openDialog(opener.dataset.opens ?? "")) {
    event.preventDefault(); // a link leads to the same without scripts
  }
  target.closest("[data-closes]")?.closest("dialog")?.close();
});

// A click on the veil closes, as people expect. The dialog's own padding is zero, so its box is its content.
document.addEventListener("click", (event) => {
  const target = event.target as Element;
  if (target instanceof HTMLDialogElement && target.matches("dialog.dialog[open]")) {
    target.close();
  }
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = (event.target as Element).closest<HTMLFormElement>("form[data-closes-when-done]");
  if (form && (event as CustomEvent<{ successful: boolean }>).detail.successful) {
    form.closest("dialog")?.close();
    form.reset();
    form.querySelector("[role=alert]")?.replaceChildren();
  }
});
