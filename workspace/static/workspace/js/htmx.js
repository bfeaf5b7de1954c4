// The only place that sets up htmx. Settings live here and not in a meta tag, so that no page can miss them.
import { showToast } from "./toasts.js";

const htmx = window.htmx;

Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  historyCacheSize: 0,
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "422", swap: true },
    { code: "...", swap: false, error: true },
  ],
});

const WORDS = {
  401: "You are signed out. Sign in again to go on.",
  403: "You may not do that. Ask the person who gave you access.",
  404: "This is no longer here. Reload the page.",
  409: "Somebody changed this meanwhile. Reload to see it.",
};

// A refusal that brings its own toast needs no second one.
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.getResponseHeader("HX-Trigger")) {
    return;
  }
  const text = WORDS[event.detail.xhr.status] ?? "That did not work. Nothing was changed; try again.";
  showToast({ text, tone: "bad" });
});

document.addEventListener("htmx:sendError", () => {
  showToast({ text: "The server does not answer. Check your connection and try again.", tone: "bad" });
});
