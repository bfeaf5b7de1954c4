// What people read when a request is refused or gets no answer.
import { tellUnreachable } from "./connection.ts";
import { showToast } from "./toasts.ts";

const WORDS: Record<number, string> = {
  401: "You are signed out. Sign in again to go on.",
  403: "You may not do that. Ask the person who gave you access.",
  404: "This is no longer here. Reload the page.",
  409: "Somebody changed this meanwhile. Reload to see it.",
};

interface Answered {
  xhr: XMLHttpRequest;
}

// A refusal that brings its own toast needs no second one.
document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = (event as CustomEvent<Answered>).detail;
  if (xhr.getResponseHeader("HX-Trigger")) {
    return;
  }
  showToast({ text: WORDS[xhr.status] ?? "That did not work. Nothing was changed; try again.", tone: "bad" });
});

document.addEventListener("htmx:sendError", tellUnreachable);
