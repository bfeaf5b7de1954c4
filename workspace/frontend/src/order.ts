// Moving one thing in a list, as keys do it.

export const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

// The list with what stands at `from` moved by `by`; the same list where it would leave it.
export function moved<T>(list: readonly T[], from: number, by: number): readonly T[] {
  const to = from + by;
  if (from < 0 || from >= list.length || to < 0 || to >= list.length) {
    return list;
  }
  const others = list.toSpliced(from, 1);
  return others.toSpliced(to, 0, list[from] as T);
}

export function same<T>(one: readonly T[], other: readonly T[]): boolean {
  return one.length === other.length && one.every((item, at) => item === other[at]);
}
