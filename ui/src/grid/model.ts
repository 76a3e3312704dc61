import { computed, ref, shallowRef, toRaw } from "vue";

import type { Json, Path, Row } from "../backend/backend";
import { cellPath } from "../dossier/path";
import type { DocumentStore } from "../dossier/store";
import type { ImportSession } from "../importing/session";
import { gridColumns, type GridColumn, type Widths } from "./columns";
import { bottom, left, right, top, type Range } from "./selection";

/** How many rows of a table are looked at to find out how wide its columns have to be. */
const MEASURED_ROWS = 400;

/** A table field as a grid: its own rows, below them those of an import that is not written yet, below them one to add. */
export class GridModel {
  readonly widths = ref<Widths>("paper");
  /** An import that is being looked at. */
  readonly session = shallowRef<ImportSession | null>(null);
  readonly columns = computed<GridColumn[]>(() =>
    gridColumns(this.store.form, this.table, this.widths.value, (column) => this.columnTexts(column)),
  );

  constructor(readonly store: DocumentStore, readonly table: string) {}

  /** The document's rows, for looking at all of them: what is in them is not followed, their coming and going is. */
  readonly own = computed<Row[]>(() => {
    const rows = this.store.rows(this.table);
    // Touches the array as a whole and none of its rows: following 20,000 rows one by one takes too long.
    rows.some(() => true);
    return toRaw(rows).map((row) => toRaw(row));
  });

  /** Every row that is shown, without the one to add. */
  readonly all = computed<Row[]>(() => {
    const incoming = this.session.value?.rows.value ?? [];
    return incoming.length > 0 ? [...this.own.value, ...incoming.map((row) => toRaw(row.values))] : this.own.value;
  });

  get fixed(): number {
    return this.store.table(this.table)?.fixed.length ?? 0;
  }

  /** Whether rows may come and go. */
  readonly free = computed(() => !this.store.readOnly && (this.store.table(this.table)?.free ?? false));

  /** Whether the line for a new row stands at the end. */
  readonly adds = computed(() => this.free.value && this.session.value === null);

  isIncoming(row: number): boolean {
    return this.session.value !== null && row >= this.own.value.length;
  }

  path(row: number, column: number): Path {
    return cellPath(this.table, row, this.columns.value[column]?.id ?? "");
  }

  /** What was typed into a cell. */
  value(row: number, column: number): Json {
    const id = this.columns.value[column]?.id ?? "";
    if (this.isIncoming(row)) return this.session.value?.rows.value[row - this.own.value.length]?.values[id] ?? null;
    return this.store.rows(this.table)[row]?.[id] ?? null;
  }

  /** A cell as text to be edited, copied and searched: as typed, not as printed. */
  text(row: number, column: number): string {
    const value = this.value(row, column);
    if (value !== null) return plainText(value, () => this.store.state.value.texts[this.path(row, column)]);
    if (this.isIncoming(row)) return "";
    const path = this.path(row, column);
    return this.store.unfit[path] ?? this.store.derived(path)?.text ?? "";
  }

  /** A cell as it shows. */
  shown(row: number, column: number): string {
    const value = this.value(row, column);
    if (value === null || this.isIncoming(row)) return this.text(row, column);
    const printed = this.store.state.value.texts[this.path(row, column)];
    // What was typed a moment ago has no printed form yet.
    const fresh = typeof value === "string" && NUMERIC.has(this.columns.value[column]?.field.kind.type ?? "");
    return printed !== undefined && !fresh ? printed : plainText(value, () => printed);
  }

  /** Whether nobody typed what a cell shows. */
  automatic(row: number, column: number): boolean {
    return !this.isIncoming(row) && this.value(row, column) === null && this.store.derived(this.path(row, column)) !== undefined;
  }

  // ---- changes: each is one step of undo

  /** Writes texts into cells; rows beyond the end are added. */
  write(cells: { row: number; column: number; text: string }[]): void {
    const first = cells[0];
    if (!first || this.store.readOnly) return;
    if (this.isIncoming(first.row)) {
      for (const { row, column, text } of cells) {
        this.session.value?.correct(row - this.own.value.length, this.columns.value[column]?.id ?? "", text);
      }
      return;
    }
    const count = this.own.value.length;
    const from = Math.min(...cells.map(({ row }) => row));
    const to = Math.max(...cells.map(({ row }) => row));
    this.step(() => {
      if (to < count && (cells.length === 1 || from < this.fixed)) {
        for (const { row, column, text } of cells) this.store.set(this.path(row, column), text === "" ? null : text);
        return;
      }
      if (!this.free.value && to >= count) return;
      const rows: Row[] = [];
      for (let row = Math.min(from, count); row <= to; row += 1) rows.push(row < count ? this.copyOfRow(row) : {});
      for (const { row, column, text } of cells) {
        const target = rows[row - Math.min(from, count)];
        const id = this.columns.value[column]?.id;
        if (!target || id === undefined) continue;
        if (text === "") delete target[id];
        else target[id] = text;
      }
      const at = Math.min(from, count);
      this.store.splice(this.table, at, Math.min(to + 1, count) - at, rows);
    });
  }

  /** Stores what is being typed without making a step of its own of every pause. */
  draft(row: number, column: number, value: Json): void {
    if (row < this.own.value.length) this.store.set(this.path(row, column), value);
    else if (this.free.value && value !== null) this.store.splice(this.table, row, 0, [{ [this.columns.value[column]?.id ?? ""]: value }]);
  }

  insertRows(at: number, count: number): boolean {
    if (!this.free.value || at < this.fixed) return false;
    this.step(() => this.store.splice(this.table, Math.min(at, this.own.value.length), 0, Array.from({ length: count }, () => ({}))));
    return true;
  }

  removeRows(first: number, last: number): boolean {
    const end = Math.min(last, this.own.value.length - 1);
    if (!this.free.value || first < this.fixed || end < first) return false;
    this.step(() => this.store.splice(this.table, first, end - first + 1, []));
    return true;
  }

  /** Moves rows up (-1) or down (1) by one: the neighbour goes to their other side. */
  moveRows(first: number, last: number, by: -1 | 1): boolean {
    const neighbour = by < 0 ? first - 1 : last + 1;
    if (!this.free.value || Math.min(first, neighbour) < this.fixed || neighbour >= this.own.value.length) return false;
    this.step(() => this.store.moveRow(this.table, neighbour, by < 0 ? last : first));
    return true;
  }

  /** Puts a block into the cells from one on. One single cell fills the whole range. Returns the cells it covers. */
  paste(block: string[][], range: Range): Range {
    const cells: { row: number; column: number; text: string }[] = [];
    const single = block.length === 1 && block[0]?.length === 1;
    const limit = this.isIncoming(top(range)) ? this.all.value.length : this.free.value ? Infinity : this.own.value.length;
    const height = single ? bottom(range) - top(range) + 1 : block.length;
    const width = single ? right(range) - left(range) + 1 : Math.max(...block.map((row) => row.length));
    const end = Math.min(top(range) + height, limit);
    const columns = Math.min(left(range) + width, this.columns.value.length);
    for (let row = top(range); row < end; row += 1) {
      for (let column = left(range); column < columns; column += 1) {
        const text = single ? block[0]?.[0] : block[row - top(range)]?.[column - left(range)];
        if (text !== undefined) cells.push({ row, column, text: this.tidy(text, column) });
      }
    }
    this.write(cells);
    return { row: top(range), column: left(range), toRow: Math.max(end - 1, top(range)), toColumn: Math.max(columns - 1, left(range)) };
  }

  clear(range: Range): void {
    const last = this.all.value.length - 1;
    const cells = [...cellsOf(range)].filter(({ row, column }) => row <= last && (this.value(row, column) !== null || this.text(row, column) !== ""));
    this.write(cells.map((cell) => ({ ...cell, text: "" })));
  }

  /** Copies the first row of a range into its other rows; of one row alone, the row above into it. */
  fillDown(range: Range): void {
    const one = top(range) === bottom(range);
    const from = one ? top(range) - 1 : top(range);
    if (from < 0) return;
    const cells: { row: number; column: number; text: string }[] = [];
    for (let row = from + 1; row <= bottom(range); row += 1) {
      for (let column = left(range); column <= right(range); column += 1) cells.push({ row, column, text: this.text(from, column) });
    }
    this.write(cells);
  }

  /** Continues a range to another row: 1, 2, 3 … goes on, everything else repeats. */
  fill(range: Range, toRow: number): void {
    const height = bottom(range) - top(range) + 1;
    const cells: { row: number; column: number; text: string }[] = [];
    const rows: number[] = [];
    for (let row = bottom(range) + 1; row <= toRow; row += 1) rows.push(row);
    for (let row = top(range) - 1; row >= toRow; row -= 1) rows.push(row);
    for (let column = left(range); column <= right(range); column += 1) {
      const source = Array.from({ length: height }, (_, at) => this.text(top(range) + at, column));
      const step = stepOf(source);
      for (const row of rows) {
        const away = row - top(range);
        const text = step === null ? source[((away % height) + height) % height] : String(Number(source[0]) + away * step);
        cells.push({ row, column, text: text ?? "" });
      }
    }
    this.write(cells);
  }

  texts(range: Range): string[][] {
    const block: string[][] = [];
    for (let row = top(range); row <= Math.min(bottom(range), this.all.value.length - 1); row += 1) {
      const line: string[] = [];
      for (let column = left(range); column <= right(range); column += 1) line.push(this.text(row, column));
      block.push(line);
    }
    return block;
  }

  /** Cells that hold a text, row by row. */
  find(text: string): { row: number; column: number }[] {
    const wanted = text.trim().toLowerCase();
    if (wanted === "") return [];
    const found: { row: number; column: number }[] = [];
    this.all.value.forEach((row, index) => {
      this.columns.value.forEach(({ id }, column) => {
        const value = row[id];
        const shown = value === undefined || value === null ? this.text(index, column) : plainText(value, () => this.shown(index, column));
        if (shown.toLowerCase().includes(wanted)) found.push({ row: index, column });
      });
    });
    return found;
  }

  /** Does one thing as a step of its own, apart from what was typed before and after. */
  private step(change: () => void): void {
    void this.store.flush();
    change();
    void this.store.flush();
  }

  private copyOfRow(index: number): Row {
    const row: Row = {};
    for (const [id, value] of Object.entries(toRaw(this.store.rows(this.table)[index] ?? {}))) row[id] = structuredClone(toRaw(value));
    for (const { id } of this.store.table(this.table)?.columns ?? []) {
      // What could not be read is kept beside the row and would stay behind.
      const unfit = this.store.unfit[cellPath(this.table, index, id)];
      if (unfit !== undefined && row[id] === undefined) row[id] = unfit;
    }
    return row;
  }

  /** Text from elsewhere: a line break belongs only where people write texts. */
  private tidy(text: string, column: number): string {
    const type = this.columns.value[column]?.field.kind.type;
    return type === "long_text" || type === "text" ? text : text.replace(/\s*\n\s*/g, type === "person" || type === "department" ? "、" : " ").trim();
  }

  private *columnTexts(column: string): Iterable<string> {
    for (const row of this.own.value.slice(0, MEASURED_ROWS)) {
      const value = row[column];
      if (value !== undefined && value !== null) yield plainText(value, () => undefined);
    }
  }
}

const NUMERIC = new Set(["integer", "decimal", "duration"]);

/** A stored value as people would type it. */
function plainText(value: Json, printed: () => string | undefined): string {
  if (value === null) return "";
  if (Array.isArray(value)) return value.map((item) => plainText(item, () => undefined)).join("、");
  if (typeof value === "object") return printed() ?? "";
  return String(value);
}

function* cellsOf(range: Range): Iterable<{ row: number; column: number }> {
  for (let row = top(range); row <= bottom(range); row += 1) {
    for (let column = left(range); column <= right(range); column += 1) yield { row, column };
  }
}

/** By how much whole numbers grow from row to row; null where they do not, or where there is only one. */
function stepOf(texts: string[]): number | null {
  if (texts.length < 2 || !texts.every((text) => /^-?\d{1,9}$/.test(text))) return null;
  const numbers = texts.map(Number);
  const step = (numbers[1] ?? 0) - (numbers[0] ?? 0);
  return numbers.every((number, at) => at === 0 || number - (numbers[at - 1] ?? 0) === step) ? step : null;
}
