// Entry of every page. Runs deferred, after htmx has loaded and before it starts.
import "./htmx.js";
import "./toasts.js";
import "./keys.js";
import "./dialogs.js";
import "./more.js";
import "./forms.js";
