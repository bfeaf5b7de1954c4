// The things that were looked at last, kept by this browser for each person apart, and forgotten when they sign out.

export interface Visit {
  url: string;
  label: string;
  note: string;
}

const KEPT = 6;
const THING = /^\/([a-z-]+)\/[0-9a-f]{8}-[0-9a-f-]{27}\/$/;

export function remember(visits: readonly Visit[], visit: Visit): Visit[] {
  return [visit, ...visits.filter((one) => one.url !== visit.url)].slice(0, KEPT);
}

export function read(text: string | null): Visit[] {
  try {
    const found: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(found) ? found.filter((one) => typeof one?.url === "string" && one.url.startsWith("/")) : [];
  } catch {
    return []; // somebody else's data, or a cut one
  }
}

const key = () => `recent:${document.querySelector<HTMLElement>(".top")?.dataset.person ?? ""}`;

export function recent(): Visit[] {
  return read(localStorage.getItem(key())).filter((one) => one.url !== location.pathname);
}

export function forget(): void {
  localStorage.removeItem(key());
}

export function noteVisit(): void {
  const kind = THING.exec(location.pathname)?.[1];
  const heading = document.querySelector("main h1")?.textContent?.trim();
  if (!kind || !heading || document.querySelector(".viewing-bar") || document.querySelector("main .trouble")) {
    return;
  }
  const place = document.querySelector(`.main-nav a[href="/${kind}/"]`)?.textContent?.trim() ?? "";
  const visits = remember(read(localStorage.getItem(key())), { url: location.pathname, label: heading, note: place });
  localStorage.setItem(key(), JSON.stringify(visits));
}
