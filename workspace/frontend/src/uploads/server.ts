// The API as the upload tray uses it.

export interface KnownUpload {
  uid: string;
  url: string;
  path: string;
  fingerprint: string;
  length: number;
  offset: number;
  state: "receiving" | "received" | "expired";
}

export interface KnownIngest {
  uid: string;
  state: "open" | "queued" | "running" | "done" | "failed" | "cancelled" | "forgotten";
  done: number | null;
  total: number | null;
}

export interface KnownFile {
  state: "ingested" | "duplicate" | "refused" | "waiting";
  reason: string;
  asset: string | null;
  upload: string | null;
}

export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }
}

export function token(): string {
  const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}") as Record<string, string>;
  return headers["X-CSRFToken"] ?? "";
}

export async function call<T>(method: string, address: string, body?: unknown, headers?: HeadersInit): Promise<T> {
  const response = await fetch(address, {
    method,
    headers: { "X-CSRFToken": token(), "Content-Type": "application/json", ...headers },
    body: body === undefined ? null : JSON.stringify(body),
  });
  if (!response.ok) {
    const problem = (await response.json().catch(() => ({}))) as { detail?: string };
    throw new Refusal(response.status, problem.detail ?? "The server could not do that.");
  }
  return response.status === 204 ? (undefined as T) : ((await response.json()) as T);
}

// Every page of a listing.
export async function all<T>(address: string): Promise<T[]> {
  const found: T[] = [];
  let next: string | null = address;
  while (next) {
    const page: { next: string | null; results: T[] } = await call("GET", next);
    found.push(...page.results);
    next = page.next && `${new URL(page.next).pathname}${new URL(page.next).search}`;
  }
  return found;
}
