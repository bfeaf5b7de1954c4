// Entry of every page of the workspace. Runs deferred, when the document has been read.
import "./css/pages.css";
import "./shell.ts";
import "./forms.ts";
import "./anchors.ts";
import "./unsaved.ts";
import "./more.ts";
import "./saved-views.ts";
import "./rows.ts";
import { watchIslands } from "./islands.ts";
import { noteVisit } from "./recent.ts";

watchIslands();
noteVisit();
document.documentElement.dataset.ready = ""; // everything listens
