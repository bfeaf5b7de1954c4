// Entry of every page of the workspace. Runs deferred, when the document has been read.
import "./css/pages.css";
import "./htmx.ts";
import "./refusals.ts";
import "./toasts.ts";
import "./keys.ts";
import "./dialogs.ts";
import "./more.ts";
import "./forms.ts";
import "./anchors.ts";
import "./unsaved.ts";
import { watchIslands } from "./islands.ts";

watchIslands();
document.documentElement.dataset.ready = ""; // everything listens
