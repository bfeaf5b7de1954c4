// <button data-opens="some-dialog"> opens that dialog, which tells by "opened"; <button data-closes>, a form with
// method="dialog" or Escape closes it, and <form data-closes> once its request went well.

export function openDialog(id: string): boolean {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement)) {
    return false;
  }
  if (!dialog.open) {
    dialog.showModal();
    dialog.dispatchEvent(new CustomEvent("opened", { bubbles: true }));
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
  target.closest("button[data-closes]")?.closest("dialog")?.close();
});

// A click on the veil closes, as people expect. The dialog's own padding is zero, so its box is its content.
document.addEventListener("click", (event) => {
  const target = event.target as Element;
  if (target instanceof HTMLDialogElement && target.matches("dialog.dialog[open]")) {
    target.close();
  }
});

// What the dialog was opened for is done.
document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, xhr } = (event as CustomEvent<{ elt: Element; xhr: XMLHttpRequest }>).detail;
  if (xhr.status < 400 && elt instanceof HTMLFormElement && elt.matches("[data-closes]")) {
    elt.closest("dialog")?.close();
    elt.reset();
    elt.querySelector("[role=alert]")?.replaceChildren();
  }
});

// A dialog that was opened before its content came: the first field gets the focus.
document.addEventListener("htmx:afterSettle", (event) => {
  const dialog = (event.target as Element).closest<HTMLDialogElement>("dialog[open]");
  if (dialog && [dialog, document.body].includes(document.activeElement as HTMLElement)) {
    const fields = "input[type=radio]:checked, select, textarea, input:not([type=hidden], [type=radio])";
    dialog.querySelector<HTMLElement>(fields)?.focus();
  }
});
