// What a trend chart draws, from the cells of the table beside it: no page, no canvas.

export interface Trend {
  days: number[]; // seconds, midnight UTC
  filled: number[];
  complete: number[];
}

export const DAY = 86_400;

export function read(rows: Iterable<readonly string[]>): Trend {
  const found: Trend = { days: [], filled: [], complete: [] };
  for (const [day, filled, complete] of rows) {
    found.days.push(Date.parse(`${day}T00:00:00Z`) / 1000);
    found.filled.push(Number(filled));
    found.complete.push(Number(complete));
  }
  return found;
}

// From the first day to the last; a single day stands in the middle of a week.
export function width(days: readonly number[]): [number, number] {
  const first = days[0] ?? 0;
  const last = days.at(-1) ?? first;
  return first === last ? [first - 3 * DAY, first + 3 * DAY] : [first, last];
}

// Up to 100, from the next ten below the lowest; never so close that noise looks like news.
export function height(...series: readonly (readonly number[])[]): [number, number] {
  const lowest = Math.min(100, ...series.flat());
  return [Math.max(0, Math.min(80, Math.floor((lowest - 2) / 10) * 10)), 100];
}

export function words(trend: Trend, at: number): string {
  const day = new Date((trend.days[at] ?? 0) * 1000);
  const when = day.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  return `${when}: ${trend.filled[at]}% of values filled, ${trend.complete[at]}% of products complete`;
}
