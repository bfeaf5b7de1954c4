// What has ended while somebody went from one page to the next gets its toast too: this tab remembers what ran.
import { htmx } from "./htmx.ts";

const KEY = "jobs:running";
const body = () => document.getElementById("job-tray-body");
const running = () => (body()?.dataset.running ?? "").split(",").filter(Boolean);

function keep(): void {
  sessionStorage.setItem(KEY, running().join(","));
}

function ask(): void {
  const before = (sessionStorage.getItem(KEY) ?? "").split(",").filter(Boolean);
  const now = new Set(running());
  keep();
  const gone = before.filter((uid) => !now.has(uid));
  const address = body()?.getAttribute("hx-get")?.split("?")[0];
  if (gone.length && address) {
    void htmx.ajax("get", `${address}?was=${[...now, ...gone].join(",")}`, { target: "#job-tray-body", swap: "outerHTML" });
  }
}

if (body()) {
  ask();
  document.getElementById("job-tray")?.addEventListener("htmx:afterSettle", keep);
}
