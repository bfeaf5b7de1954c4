// What is chosen of a list, by id: single things, or everything that matches but for some.

export class Selection {
  #everything = false;
  #listed = new Set<string>(); // chosen; where everything is: left out

  get everything(): boolean {
    return this.#everything;
  }

  get listed(): string[] {
    return [...this.#listed];
  }

  has(id: string): boolean {
    return this.#everything !== this.#listed.has(id);
  }

  set(ids: Iterable<string>, chosen: boolean): void {
    for (const id of ids) {
      if (chosen === this.#everything) {
        this.#listed.delete(id);
      } else {
        this.#listed.add(id);
      }
    }
  }

  takeEverything(): void {
    this.#everything = true;
    this.#listed.clear();
  }

  clear(): void {
    this.#everything = false;
    this.#listed.clear();
  }

  count(total: number): number {
    return this.#everything ? Math.max(0, total - this.#listed.size) : this.#listed.size;
  }
}

// From one id to another in the order of the list, either way round, both included.
export function between(order: readonly string[], from: string, to: string): string[] {
  const start = order.indexOf(from);
  const end = order.indexOf(to);
  if (end < 0) {
    return [];
  }
  return start < 0 ? [to] : order.slice(Math.min(start, end), Math.max(start, end) + 1);
}

// Where a key leads in a grid of so many columns; -1 behind the end, the same place before the beginning.
export function step(key: string, at: number, length: number, columns: number): number {
  const moves: Record<string, number> = {
    ArrowLeft: columns > 1 ? -1 : 0,
    ArrowRight: columns > 1 ? 1 : 0,
    ArrowUp: -columns,
    ArrowDown: columns,
  };
  if (key === "Home" || key === "End") {
    return key === "Home" ? 0 : length - 1;
  }
  const to = at + (moves[key] ?? 0);
  if (to < 0) {
    return at;
  }
  if (to < length) {
    return to;
  }
  const isLastRow = Math.floor(at / columns) === Math.floor((length - 1) / columns);
  return isLastRow ? -1 : length - 1;
}
