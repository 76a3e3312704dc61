import { computed, ref, shallowRef, type ComputedRef, type Ref } from "vue";

import type { Completions, Field, Json } from "../backend/backend";
import { completed, meant, suggestions, suggests, type Suggestion } from "./completion";
import type { GridModel } from "./model";

/** What is being typed is stored after this pause, so that a power cut costs no more than it. */
const PAUSE_MS = 400;

/** Typing replaced the cell: arrows leave it. Editing went into its text: arrows move in it. */
export type Manner = "typing" | "editing";

/** The cell that is being typed into. There is one text box; it stands over the cell that is selected. */
export class CellEditor {
  readonly manner = ref<Manner | null>(null);
  readonly text = ref("");
  /** Which line of the list is marked; -1: none. */
  readonly marked = ref(-1);
  private readonly listed = ref(false);
  private readonly place = shallowRef({ row: 0, column: 0 });
  private before: { value: Json; text: string; existed: boolean } = { value: null, text: "", existed: true };
  private stored = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  readonly suggestions: ComputedRef<Suggestion[]>;

  constructor(private readonly model: GridModel, private readonly completions: Ref<Completions | null>) {
    this.suggestions = computed(() => {
      const kind = this.field?.kind;
      if (!kind || !this.listed.value || this.manner.value === null) return [];
      return suggestions(kind, this.completions.value, this.text.value).slice(0, 50);
    });
  }

  get open(): boolean {
    return this.manner.value !== null;
  }

  private get field(): Field | undefined {
    return this.model.columns.value[this.place.value.column]?.field;
  }

  begin(row: number, column: number, manner: Manner, text: string): void {
    this.place.value = { row, column };
    const existed = row < this.model.all.value.length;
    this.before = { value: existed ? this.model.value(row, column) : null, text: existed ? this.model.text(row, column) : "", existed };
    this.stored = false;
    this.manner.value = manner;
    this.text.value = text;
    this.listed.value = manner === "typing" && this.field !== undefined && suggests(this.field.kind);
    this.marked.value = -1;
  }

  type(text: string, composing: boolean): void {
    this.text.value = text;
    this.listed.value = this.field !== undefined && suggests(this.field.kind);
    this.marked.value = text !== "" && this.suggestions.value.length > 0 ? 0 : -1;
    clearTimeout(this.timer);
    if (!composing) this.timer = setTimeout(() => this.save(), PAUSE_MS);
  }

  /** Opens the list, of everything if what stands in the cell is one of it. */
  list(): void {
    this.listed.value = true;
    this.marked.value = this.suggestions.value.length > 0 ? 0 : -1;
  }

  mark(by: number): boolean {
    const count = this.suggestions.value.length;
    if (count === 0) return false;
    this.marked.value = (this.marked.value + by + count) % count;
    return true;
  }

  /** Takes a line of the list. */
  take(at: number): void {
    const suggestion = this.suggestions.value[at];
    if (!suggestion || !this.field) return;
    this.text.value = completed(this.field.kind, this.text.value, suggestion.name);
    this.listed.value = false;
    this.marked.value = -1;
  }

  /** Ends with what was typed. */
  commit(): void {
    if (!this.open) return;
    clearTimeout(this.timer);
    if (this.marked.value >= 0) this.take(this.marked.value);
    const { row, column } = this.place.value;
    const text = this.field ? meant(this.field.kind, this.text.value) : this.text.value;
    this.close();
    if (this.stored ? text !== this.model.text(row, column) : text !== this.before.text) this.model.write([{ row, column, text }]);
    else if (this.stored) void this.model.store.flush();
  }

  /** Ends with what stood there before. */
  cancel(): void {
    if (!this.open) return;
    clearTimeout(this.timer);
    const { row, column } = this.place.value;
    this.close();
    if (!this.stored) return;
    if (!this.before.existed) this.model.removeRows(row, row);
    else this.model.draft(row, column, this.before.value ?? (this.before.text === "" ? null : this.before.text));
  }

  private close(): void {
    this.manner.value = null;
    this.listed.value = false;
    this.marked.value = -1;
    this.text.value = "";
  }

  private save(): void {
    const { row, column } = this.place.value;
    if (!this.open || this.model.isIncoming(row) || this.text.value === this.before.text) return;
    this.stored = true;
    this.model.draft(row, column, this.text.value === "" ? null : this.text.value);
  }
}
