// The only place that imports htmx and sets it up. Settings live here and not in a meta tag, so that no page can miss them.
import htmx from "htmx.org";

Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  historyCacheSize: 0,
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "412|422", swap: true },
    { code: "...", swap: false, error: true },
  ],
});

export { htmx };
