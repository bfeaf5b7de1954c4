// Entry of the stock admin's pages: the header and the toasts, without htmx.
import "./toasts.js";
