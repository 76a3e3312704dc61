import { computed, ref, shallowRef } from "vue";

import type { Backend, BackendError, ImportMode, ImportPreview, ImportRequest, ImportedRow, PickedFile } from "../backend/backend";
import type { DocumentStore } from "../dossier/store";
import { asBackendError } from "../problems";

/** A workbook that is being looked at before its rows are written. */
export class ImportSession {
  readonly request: ImportRequest;
  readonly preview = shallowRef<ImportPreview | null>(null);
  /** The rows to come, corrected. */
  readonly rows = shallowRef<ImportedRow[]>([]);
  /** Why the file cannot be read, or its rows not be written. */
  readonly failure = shallowRef<BackendError | null>(null);
  readonly busy = ref<"reading" | "writing" | null>(null);
  /** The cell of the rows to come that is to be shown; `edit` begins to type in it. */
  readonly wanted = shallowRef<{ row: number; column: string; edit: boolean } | null>(null);
  /** What was put right by hand: it stays when the file is read in another way. */
  private readonly corrections = shallowRef(new Map<string, string>());
  private turn = 0;

  constructor(private readonly backend: Backend, readonly store: DocumentStore, table: string | null, readonly file: PickedFile) {
    this.request = { file: file.token, table, sheet: null, head_row: null, mapping: {}, mode: "append" };
  }

  readonly mode = ref<ImportMode>("append");
  readonly count = computed(() => this.rows.value.length);

  /** Reads the file, differently from before where something is asked for. */
  async read(changes: Partial<Pick<ImportRequest, "sheet" | "head_row" | "mode">> & { mapping?: Record<string, string | null> } = {}): Promise<void> {
    const { mapping, ...rest } = changes;
    // On another sheet or below other heads, columns mean something else.
    if ("sheet" in rest || "head_row" in rest) {
      this.request.mapping = {};
      this.corrections.value = new Map();
    }
    if ("sheet" in rest) this.request.head_row = null;
    Object.assign(this.request, rest);
    this.request.mapping = { ...this.request.mapping, ...mapping };
    this.mode.value = this.request.mode;
    const turn = (this.turn += 1);
    this.busy.value = "reading";
    try {
      await this.store.flush();
      const preview = await this.backend.planImport(this.store.id, structuredClone(this.request));
      if (turn !== this.turn) return;
      this.preview.value = preview;
      this.rows.value = preview.rows.map((row) => this.corrected(row));
      this.failure.value = null;
    } catch (reason) {
      if (turn !== this.turn) return;
      this.failure.value = asBackendError(reason);
      this.rows.value = [];
    } finally {
      if (turn === this.turn) this.busy.value = null;
    }
  }

  /** Puts a cell of the rows to come right. */
  correct(index: number, column: string, text: string): void {
    const row = this.rows.value[index];
    if (!row) return;
    this.corrections.value = new Map(this.corrections.value).set(`${row.row}.${column}`, text);
    this.rows.value = this.rows.value.map((other, at) => (at === index ? this.corrected(row) : other));
  }

  /** Whether somebody has put a cell right. */
  isCorrected(index: number, column: string): boolean {
    return this.corrections.value.has(`${this.rows.value[index]?.row}.${column}`);
  }

  /** Writes the rows. Returns whether they are written. */
  async apply(): Promise<boolean> {
    const preview = this.preview.value;
    if (!preview || this.busy.value) return false;
    this.busy.value = "writing";
    try {
      // What the file was read as is what is written, also where nobody chose it.
      const request = { ...this.request, table: preview.table, sheet: preview.sheet, head_row: preview.head_row };
      const rows = this.rows.value;
      await this.store.run(() => this.backend.applyImport(this.store.id, structuredClone(request), structuredClone(rows)));
      return true;
    } catch (reason) {
      this.failure.value = asBackendError(reason);
      return false;
    } finally {
      this.busy.value = null;
    }
  }

  private corrected(row: ImportedRow): ImportedRow {
    const values = { ...row.values };
    for (const column of new Set([...Object.keys(values), ...this.columns()])) {
      const text = this.corrections.value.get(`${row.row}.${column}`);
      if (text === "") delete values[column];
      else if (text !== undefined) values[column] = text;
    }
    return { row: row.row, values };
  }

  private columns(): string[] {
    return this.preview.value?.columns.map(({ id }) => id) ?? [];
  }
}
