// The filters of an address: where in the list somebody is, and fields left empty, are none.

const PASSING = new Set(["cursor", "view"]);

export function filtersOf(search: string): string[] {
  const pairs = [...new URLSearchParams(search)].filter(([name, value]) => value && !PASSING.has(name));
  return [...new Set(pairs.map((pair) => JSON.stringify(pair)))].sort();
}

export function isSame(one: string, other: string): boolean {
  return filtersOf(one).join() === filtersOf(other).join();
}
