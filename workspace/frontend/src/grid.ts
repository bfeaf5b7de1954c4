// Where a key leads in a table of cells; null for keys that lead nowhere, and at its edges.

export interface Place {
  row: number;
  column: number;
}

export function moved(at: Place, key: string, size: { rows: number; columns: number }): Place | null {
  const { row, column } = at;
  const to: Record<string, Place> = {
    ArrowLeft: { row, column: column - 1 },
    ArrowRight: { row, column: column + 1 },
    ArrowUp: { row: row - 1, column },
    ArrowDown: { row: row + 1, column },
    Home: { row, column: 0 },
    End: { row, column: size.columns - 1 },
  };
  const found = to[key];
  const isInside = found && found.row >= 0 && found.row < size.rows && found.column >= 0 && found.column < size.columns;
  return isInside && (found.row !== row || found.column !== column) ? found : null;
}
