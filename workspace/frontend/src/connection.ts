// One toast says that the connection is gone, however often something asked in vain; another that it is back.
import { showToast } from "./toasts.ts";

let lost: HTMLElement | null = null;

function lose(): void {
  if (!lost?.isConnected) {
    lost = showToast({ text: "You are offline. What you see may be old, and nothing can be saved.", tone: "bad", stays: true });
  }
}

export function tellUnreachable(): void {
  if (navigator.onLine) {
    showToast({ text: "The server does not answer. Check your connection and try again.", tone: "bad" });
  } else {
    lose();
  }
}

window.addEventListener("offline", lose);
window.addEventListener("online", () => {
  lost?.remove();
  lost = null;
  showToast({ text: "You are online again." });
});
