import type { Path } from "../backend/backend";
import { cellPath, parsePath } from "../dossier/path";
import type { DocumentStore } from "../dossier/store";

/** How many rows of a table cannot be moved or taken out. */
function fixedRows(store: DocumentStore, table: string): number {
  return store.table(table)?.fixed.length ?? 0;
}

function mayChange(store: DocumentStore, table: string, row: number): boolean {
  return store.table(table)?.free === true && !store.readOnly && row >= fixedRows(store, table);
}

/** What is typed until now and what comes next are two steps of undo. */
function begin(store: DocumentStore): void {
  void store.flush();
}

/** Puts an empty row above a row, keeping the column for the focus. */
export function insertRow(store: DocumentStore, table: string, row: number, column?: string): void {
  if (!mayChange(store, table, row)) return;
  begin(store);
  const missing = Math.max(0, row - store.rows(table).length);
  store.splice(table, row - missing, 0, Array.from({ length: missing + 1 }, () => ({})));
  store.goTo(column === undefined ? `${table}[${row}]` : cellPath(table, row, column));
}

export function deleteRow(store: DocumentStore, table: string, row: number, column?: string): void {
  const count = store.rows(table).length;
  if (!mayChange(store, table, row) || row >= count) return;
  begin(store);
  store.splice(table, row, 1, []);
  const next = Math.max(0, Math.min(row, count - 2));
  store.goTo(column === undefined ? `${table}[${next}]` : cellPath(table, next, column));
}

export function moveRow(store: DocumentStore, table: string, row: number, by: 1 | -1, column?: string): void {
  const to = row + by;
  const count = store.rows(table).length;
  if (!mayChange(store, table, row) || !mayChange(store, table, to) || row >= count || to < 0 || to >= count) return;
  begin(store);
  store.moveRow(table, row, to);
  store.goTo(column === undefined ? `${table}[${to}]` : cellPath(table, to, column));
}

/** The cell of the same column, so many rows on; null where there is none. */
export function below(path: Path, by: number): Path | null {
  const at = parsePath(path);
  if (at.row === null) return null;
  const row = at.row + by;
  return row < 0 ? null : cellPath(at.field, row, at.column);
}

/** Spreads a block from another table over the cells right of and below a cell, in the order of the printed columns. */
export function pasteBlock(store: DocumentStore, path: Path, columns: string[], block: string[][]): void {
  const at = parsePath(path);
  if (at.row === null || store.readOnly) return;
  const table = store.table(at.field);
  const first = columns.indexOf(at.column);
  if (!table || first < 0) return;
  begin(store);
  for (const [y, line] of block.entries()) {
    const row = at.row + y;
    if (!table.free && row >= table.fixed.length) break;
    for (const [x, text] of line.entries()) {
      const column = columns[first + x];
      if (column === undefined || table.fixed[row]?.values[column] !== undefined) continue;
      store.set(cellPath(at.field, row, column), text === "" ? null : text);
    }
  }
  store.replaced.value += 1;
}
