import type { Path } from "../backend/backend";

/** A place in a document: a field, or a cell of a table field. */
export type At = { field: string; row: null } | { field: string; row: number; column: string };

const CELL = /^([^[]+)\[(\d+)\](?:\.(.+))?$/;

/** `planned_at`, `plan[3].version`, `plan[3]` (a whole row). */
export function parsePath(path: Path): At {
  const match = CELL.exec(path);
  if (!match) return { field: path, row: null };
  return { field: match[1] ?? "", row: Number(match[2]), column: match[3] ?? "" };
}

export function cellPath(table: string, row: number, column: string): Path {
  return `${table}[${row}].${column}`;
}
