// Keys for people who cull: <button data-key="c"> is pressed by C, <a data-key="j"> is followed by J, a field is focused.
// U takes the newest Undo. Keys rest while somebody types, holds a modifier, or has a dialog open, and for a
// moment after G, which begins the way to a place (places.ts).

const TYPING = "input, textarea, select, [contenteditable]";
const AFTER_G = 1000; // as long as tinykeys waits for the second key
let pressedG = -AFTER_G;

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
  if (!isFree(event)) {
    return;
  }
  const key = event.key.toLowerCase();
  const isOnTheWay = event.timeStamp - pressedG < AFTER_G;
  pressedG = key === "g" && !isOnTheWay ? event.timeStamp : -AFTER_G;
  const found = isOnTheWay ? null : control(key);
  if (found) {
    event.preventDefault();
    if (found.matches(TYPING)) {
      found.focus();
    } else {
      found.click();
    }
  }
});
