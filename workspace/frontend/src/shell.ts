// What the header, the dialogs and the toasts need: on every page, the stock admin's too.
import "./htmx.ts";
import "./refusals.ts";
import "./toasts.ts";
import "./busy.ts";
import "./keys.ts";
import "./dialogs.ts";
import "./palette.ts";
import "./places.ts";
import "./tray.ts";
