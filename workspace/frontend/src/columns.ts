// Definitions of columns as they stand in JSON, and what of them is edited in fields. What no field shows is kept.

export interface Choice {
  code: string;
  labels?: Record<string, string>;
}

export interface Column {
  code: string;
  type: string;
  labels?: Record<string, string>;
  unit?: string;
  required?: boolean;
  choices?: Choice[];
  [member: string]: unknown;
}

/** The columns of a text, or null where it is none that fields could show. */
export function read(text: string): Column[] | null {
  try {
    const found: unknown = text.trim() ? JSON.parse(text) : [];
    return Array.isArray(found) && found.every(isColumn) ? found : null;
  } catch {
    return null;
  }
}

function isColumn(one: unknown): one is Column {
  const column = one as Column | null;
  return (
    typeof column === "object" &&
    column !== null &&
    typeof column.code === "string" &&
    typeof column.type === "string" &&
    (column.choices === undefined || (Array.isArray(column.choices) && column.choices.every((choice) => typeof choice?.code === "string")))
  );
}

export const write = (columns: Column[]): string => JSON.stringify(columns, null, 2);

/** A name in one language; an empty one goes. */
export function named(labels: Record<string, string> | undefined, locale: string, name: string): Record<string, string> {
  const others = Object.entries(labels ?? {}).filter(([one]) => one !== locale);
  return Object.fromEntries(name.trim() ? [...others, [locale, name.trim()]] : others);
}

/** One choice a line: its code, or `code = name`. */
export const spellChoices = (choices: Choice[] | undefined, locale: string): string =>
  (choices ?? []).map(({ code, labels }) => (labels?.[locale] ? `${code} = ${labels[locale]}` : code)).join("\n");

export function readChoices(text: string, before: Choice[] | undefined, locale: string): Choice[] {
  const lines = text.split("\n").filter((line) => line.trim());
  return lines.map((line) => {
    const [code = "", ...name] = line.split("=");
    const known = before?.find((one) => one.code === code.trim());
    return { ...known, code: code.trim(), labels: named(known?.labels, locale, name.join("=")) };
  });
}

/** As it is stored: a unit only of a measurement, choices only of a select. */
export function tidied(column: Column): Column {
  const { unit, choices, ...rest } = column;
  if (column.type === "measurement") {
    return { ...rest, unit: unit ?? "" };
  }
  return column.type === "select" ? { ...rest, choices: choices ?? [] } : rest;
}
