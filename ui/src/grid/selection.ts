/** Cells between two corners: the first is the one that is typed into, the other follows the mouse or Shift. */
export interface Range {
  row: number;
  column: number;
  toRow: number;
  toColumn: number;
}

export const top = (range: Range): number => Math.min(range.row, range.toRow);
export const bottom = (range: Range): number => Math.max(range.row, range.toRow);
export const left = (range: Range): number => Math.min(range.column, range.toColumn);
export const right = (range: Range): number => Math.max(range.column, range.toColumn);
export const size = (range: Range): number => (bottom(range) - top(range) + 1) * (right(range) - left(range) + 1);

export function oneCell(row: number, column: number): Range {
  return { row, column, toRow: row, toColumn: column };
}

/** What a key that moves asks for. */
export interface Move {
  rows: number;
  columns: number;
  extend: boolean;
  /** To the edge of what is filled. */
  jump: boolean;
}

const ARROWS: Record<string, [number, number]> = {
  ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
};

export function arrowOf(event: KeyboardEvent): Move | null {
  const arrow = ARROWS[event.key];
  if (!arrow || event.altKey) return null;
  return { rows: arrow[0], columns: arrow[1], extend: event.shiftKey, jump: event.ctrlKey || event.metaKey };
}

/** Where a cell lies after a move, within a table of so many rows and columns. */
export function moved(
  from: { row: number; column: number },
  move: Move,
  rows: number,
  columns: number,
  filled: (row: number, column: number) => boolean,
): { row: number; column: number } {
  const inside = (row: number, column: number): boolean => row >= 0 && row < rows && column >= 0 && column < columns;
  let { row, column } = from;
  const step = (): boolean => {
    if (!inside(row + move.rows, column + move.columns)) return false;
    row += move.rows;
    column += move.columns;
    return true;
  };
  if (!step() || !move.jump) return { row, column };
  // From filled to filled: to the last filled one; else on to the next filled one.
  const within = filled(from.row, from.column) && filled(row, column);
  for (;;) {
    const next = { row: row + move.rows, column: column + move.columns };
    if (!inside(next.row, next.column)) return { row, column };
    if (within ? !filled(next.row, next.column) : filled(row, column)) return { row, column };
    step();
  }
}
