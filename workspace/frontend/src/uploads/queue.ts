// What the upload tray knows of its files, and the words for it. No page and no network in here.

// missing: begun before the page was left, and not chosen again yet; refused: never sent.
export type State = "waiting" | "sending" | "paused" | "failed" | "missing" | "up" | "refused";

export interface Outcome {
  state: "ingested" | "duplicate" | "refused" | "waiting";
  reason: string;
  asset: string | null;
}

export interface Item {
  path: string;
  size: number;
  fingerprint: string;
  file: File | null;
  state: State;
  sent: number;
  note: string;
  url: string;
  outcome: Outcome | null;
}

export interface Sum {
  files: number;
  up: number;
  sent: number;
  size: number;
  busy: number;
  stopped: number;
}

const JUNK = /^(\..*|thumbs\.db|desktop\.ini)$/i;

export function isJunk(path: string): boolean {
  return path.split("/").some((step) => JUNK.test(step));
}

// The same file chosen again has the same one, whatever window it is chosen in.
export function fingerprint(path: string, file: { size: number; lastModified: number }): string {
  return `${path}|${file.size}|${file.lastModified}`;
}

export function sum(items: Iterable<Item>): Sum {
  const total: Sum = { files: 0, up: 0, sent: 0, size: 0, busy: 0, stopped: 0 };
  for (const item of items) {
    if (item.state === "refused") {
      continue;
    }
    total.files += 1;
    total.sent += item.sent;
    total.size += item.size;
    if (item.state === "up") {
      total.up += 1;
    } else if (item.state === "waiting" || item.state === "sending") {
      total.busy += 1;
    } else {
      total.stopped += 1;
    }
  }
  return total;
}

// Those to start now, so that no more than `parallel` are on their way.
export function due(items: Iterable<Item>, parallel: number): Item[] {
  const all = [...items];
  const room = parallel - all.filter((item) => item.state === "sending").length;
  return all.filter((item) => item.state === "waiting").slice(0, Math.max(0, room));
}

export function bytes(size: number): string {
  if (size < 1000) {
    return `${size} B`;
  }
  const unit = size < 1e6 ? "kB" : size < 1e9 ? "MB" : "GB";
  return `${(size / { kB: 1e3, MB: 1e6, GB: 1e9 }[unit]).toFixed(1)} ${unit}`;
}

export function files(number: number): string {
  return `${number.toLocaleString("en-GB")} file${number === 1 ? "" : "s"}`;
}

export function outcomes(items: Iterable<Item>): string {
  const counts = { ingested: 0, duplicate: 0, refused: 0, waiting: 0 };
  for (const { outcome } of items) {
    if (outcome) {
      counts[outcome.state] += 1;
    }
  }
  const parts = [`${counts.ingested} new`];
  if (counts.duplicate) {
    parts.push(`${counts.duplicate} duplicate${counts.duplicate === 1 ? "" : "s"}`);
  }
  if (counts.refused) {
    parts.push(`${counts.refused} refused`);
  }
  return parts.join(", ");
}

// Why an upload stopped, and what to do about it; 0 is no answer at all.
export function words(status: number): string {
  const known: Record<number, string> = {
    0: "No connection. It goes on when you resume.",
    401: "You are signed out. Sign in again and choose the file once more.",
    403: "You may not upload, or you are signed out.",
    404: "This upload was thrown away.",
    409: "This ingest has begun already. Reload the page and choose the file again.",
    413: "The file is too large.",
    423: "Another window is sending this file.",
    507: "The store is full. What has arrived is kept: resume when there is room.",
  };
  return known[status] ?? "The server could not take it. Resume to try again.";
}
