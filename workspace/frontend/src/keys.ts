// Keys for people who cull: <button data-key="c"> is pressed by C, <a data-key="j"> is followed by J, a field is focused.
// U takes the newest Undo. Keys rest while somebody types, holds a modifier, or has a dialog open.

const TYPING = "input, textarea, select, [contenteditable]";

export function isFree(event: KeyboardEvent): boolean {
  const held = event.ctrlKey || event.metaKey || event.altKey;
  const typing = (event.target as Element).closest(TYPING);
  return !held && !event.repeat && !typing && !document.querySelector("dialog[open]");
}

function control(key: string): HTMLElement | null | undefined {
  if (key === "u") {
    return [...document.querySelectorAll<HTMLElement>("#toasts [data-undo]")].at(-1);
  }
  return document.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]:not(:disabled)`);
}

document.addEventListener("keydown", (event) => {
  const found = isFree(event) && control(event.key.toLowerCase());
  if (found) {
    event.preventDefault();
    if (found.matches(TYPING)) {
      found.focus();
    } else {
      found.click();
    }
  }
});
