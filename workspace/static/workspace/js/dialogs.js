// <button data-opens="some-dialog"> opens that dialog; a form with method="dialog" or Escape closes it.

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    document.getElementById(opener.dataset.opens).showModal();
  }
});

// A click on the veil closes, as people expect. The dialog's own padding is zero, so its box is its content.
document.addEventListener("click", (event) => {
  if (event.target.matches("dialog.dialog[open]")) {
    event.target.close();
  }
});
