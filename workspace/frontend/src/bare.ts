// Entry of pages that may have no signed-in person: sign-in and errors. Looks, and the islands that they use.
import "./css/bare.css";
import { watchIslands } from "./islands.ts";

watchIslands();
document.documentElement.dataset["ready"] = "";
