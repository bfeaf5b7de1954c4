// Keys for people who cull: <button data-key="c"> is pressed by C, <a data-key="j"> is followed by J.
// U takes the newest Undo. Keys rest while somebody types, holds a modifier, or has a dialog open.

const TYPING = "input, textarea, select, [contenteditable]";

function wanted(event) {
  const held = event.ctrlKey || event.metaKey || event.altKey;
  return !held && !event.repeat && !event.target.closest(TYPING) && !document.querySelector("dialog[open]");
}

document.addEventListener("keydown", (event) => {
  if (!wanted(event)) {
    return;
  }
  const key = event.key.toLowerCase();
  const found =
    key === "u"
      ? [...document.querySelectorAll("#toasts [data-undo]")].at(-1)
      : document.querySelector(`[data-key="${CSS.escape(key)}"]:not(:disabled)`);
  if (found) {
    event.preventDefault();
    found.click();
  }
});
