// A file as a row of the upload tray.
import { bytes, type Item } from "./queue.ts";

export const NOBODY = "00000000-0000-0000-0000-000000000000";
export type Deeds = Record<"pause" | "resume" | "cancel", () => void>;

const part = (row: HTMLElement, kind: string, name: string) =>
  row.querySelector<HTMLElement>(`[data-${kind}=${name}]`) as HTMLElement;

export function makeRow(template: HTMLTemplateElement, item: Item, deeds: Deeds): HTMLElement {
  const row = template.content.firstElementChild?.cloneNode(true) as HTMLElement;
  const name = part(row, "cell", "name");
  [name.textContent, name.title] = [item.path, item.path];
  for (const [what, deed] of Object.entries(deeds)) {
    const button = part(row, "row", what);
    button.setAttribute("aria-label", `${what[0]?.toUpperCase()}${what.slice(1)} ${item.path}`);
    button.addEventListener("click", deed);
  }
  part(row, "cell", "bar").setAttribute("aria-label", item.path);
  return row;
}

// `assetPage` is the address of an asset's page with NOBODY in the place of its uid.
export function paintRow(row: HTMLElement, item: Item, filling: boolean, assetPage: string): void {
  const key = [item.state, item.sent, item.note, item.outcome?.state, filling].join();
  if (row.dataset.key === key) {
    return;
  }
  row.dataset.key = key;
  row.dataset.state = item.outcome?.state ?? item.state;
  const whole = item.state === "up" || item.state === "refused";
  part(row, "cell", "size").textContent = whole ? bytes(item.size) : `${bytes(item.sent)} / ${bytes(item.size)}`;
  const bar = part(row, "cell", "bar") as HTMLProgressElement;
  bar.hidden = whole;
  [bar.max, bar.value] = [item.size || 1, item.sent];
  part(row, "row", "pause").hidden = !filling || (item.state !== "sending" && item.state !== "waiting");
  part(row, "row", "resume").hidden = !filling || (item.state !== "paused" && item.state !== "failed");
  part(row, "row", "cancel").hidden = !filling;
  part(row, "cell", "note").replaceChildren(...note(item, assetPage));
}

function note(item: Item, assetPage: string): (string | HTMLElement)[] {
  const { outcome } = item;
  if (!outcome) {
    const plain: Partial<Record<Item["state"], string>> = { up: "Up", paused: "Paused", waiting: "Waits its turn" };
    return [item.note || plain[item.state] || ""];
  }
  const labels = {
    ingested: "New asset",
    duplicate: outcome.reason,
    refused: `Refused: ${outcome.reason}. Its bytes are in quarantine.`,
    waiting: "Not looked at",
  };
  if (!outcome.asset) {
    return [labels[outcome.state]];
  }
  const link = document.createElement("a");
  link.href = assetPage.replace(NOBODY, outcome.asset);
  link.textContent = labels[outcome.state];
  return [link];
}
