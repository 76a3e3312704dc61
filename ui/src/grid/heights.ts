import { computed, ref, type ComputedRef } from "vue";

import type { Row } from "../backend/backend";
import { textWidth, type GridColumn } from "./columns";

const LEAST = 30;
const LINE = 18;
/** Padding and line of a cell, px. */
const EDGE = 11;

/**
 * Heights of rows of which only those in sight were ever drawn: measured where they were, else worked out from their
 * texts.
 */
export class Heights {
  private measured = new WeakMap<Row, number>();
  private guessed = new WeakMap<Row, number>();
  private readonly turn = ref(0);
  /** Where each row begins; one more than there are rows. */
  readonly offsets: ComputedRef<Float64Array>;

  constructor(private readonly rows: () => Row[], private readonly columns: () => GridColumn[]) {
    this.offsets = computed(() => {
      void this.turn.value;
      const list = this.rows();
      const widths = this.columns();
      const offsets = new Float64Array(list.length + 1);
      let y = 0;
      list.forEach((row, index) => {
        y += this.of(row, widths);
        offsets[index + 1] = y;
      });
      return offsets;
    });
  }

  /** Takes over how high a row was drawn. Returns by how much that differs from what was thought. */
  measure(row: Row, height: number): number {
    const before = this.of(row, this.columns());
    if (height <= 0 || Math.abs(before - height) < 0.5) return 0;
    this.measured.set(row, height);
    this.turn.value += 1;
    return height - before;
  }

  /** The row that stands at a height. */
  at(y: number): number {
    const offsets = this.offsets.value;
    let low = 0;
    let high = offsets.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((offsets[middle] ?? 0) <= y) low = middle;
      else high = middle - 1;
    }
    return Math.max(0, Math.min(low, offsets.length - 2));
  }

  /** Columns have other widths now. */
  forget(): void {
    this.measured = new WeakMap();
    this.guessed = new WeakMap();
    this.turn.value += 1;
  }

  private of(row: Row, columns: GridColumn[]): number {
    return this.measured.get(row) ?? this.guess(row, columns);
  }

  private guess(row: Row, columns: GridColumn[]): number {
    const known = this.guessed.get(row);
    if (known !== undefined) return known;
    let lines = 1;
    for (const { id, width } of columns) {
      const value = row[id];
      if (value === undefined || value === null) continue;
      const text = typeof value === "string" ? value : Array.isArray(value) ? value.join("、") : "";
      let own = 0;
      for (const line of text.split("\n")) own += Math.max(1, Math.ceil(textWidth(line) / (width - 15)));
      lines = Math.max(lines, own);
    }
    const height = Math.max(LEAST, lines * LINE + EDGE);
    this.guessed.set(row, height);
    return height;
  }
}
