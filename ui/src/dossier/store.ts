import { computed, reactive, ref, shallowRef } from "vue";

import type {
  Backend, BackendError, Derived, Edit, Edited, Field, Json, Letterhead, Opened, Path, Problem, Row, Table, Undone,
} from "../backend/backend";
import { asBackendError } from "../problems";
import { parsePath } from "./path";

/** A change is stored this long after the last keystroke … */
const PAUSE_MS = 120;
/** … and at the latest this long after the first one that is not stored yet. */
const LATEST_MS = 700;
/** How long to wait before storing again what could not be stored. */
const RETRY_MS = 2000;
/** 正在保存… is only said of what takes longer than this. */
const SLOW_MS = 300;

/**
 * An open document: what is typed shows at once and is stored within a second; what the core knows follows.
 *
 * The only way for a component to change a document.
 */
export class DocumentStore {
  readonly id: string;
  readonly form: Opened["form"];
  readonly head: Opened["head"];
  readonly letterhead: Letterhead;
  /** What was typed, by field id. */
  readonly content: Record<string, Json>;
  readonly unfit: Record<string, string>;
  readonly state;
  /** Whether 正在保存… is to be said. */
  readonly slow = ref(false);
  /** Why the last change could not be stored; it is tried again. */
  readonly failure = shallowRef<BackendError | null>(null);
  /** The field or cell that has the focus. */
  readonly current = ref<Path | null>(null);
  /** A field or cell to scroll to and focus; `turn` tells repeated requests for the same place apart. */
  readonly wanted = shallowRef<{ path: Path; turn: number } | null>(null);
  /** Grows when places get other values than those being typed there: undo, import, rows that move. */
  readonly replaced = ref(0);

  private readonly queue: Edit[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private firstUnstored = 0;
  private storing: Promise<void> | null = null;
  private closed = false;

  constructor(private readonly backend: Backend, opened: Opened) {
    this.id = opened.head.id;
    this.form = opened.form;
    this.head = opened.head;
    this.letterhead = opened.letterhead;
    this.content = reactive({ ...opened.content });
    this.unfit = reactive({ ...opened.unfit });
    this.state = shallowRef(opened.state);
  }

  static async open(backend: Backend, document: string): Promise<DocumentStore> {
    return new DocumentStore(backend, await backend.open(document));
  }

  get readOnly(): boolean {
    return this.head.read_only !== null;
  }

  /** Problems by path; several may stand at one place. */
  readonly problemsAt = computed(() => {
    const found = new Map<Path, Problem[]>();
    for (const problem of this.state.value.problems) {
      const list = found.get(problem.path);
      if (list) list.push(problem);
      else found.set(problem.path, [problem]);
    }
    return found;
  });

  private readonly idle = computed(() => new Set(this.state.value.idle));
  private readonly hidden = computed(() => new Set(this.state.value.hidden));

  /** Whether a field or cell concerns the document. */
  concerns(path: Path): boolean {
    return !this.idle.value.has(path);
  }

  /** Whether a block or grid row stands on this paper. */
  stands(id: string): boolean {
    return !this.hidden.value.has(id);
  }

  field(id: string): Field | undefined {
    return this.form.fields[id];
  }

  table(id: string): Table | undefined {
    const kind = this.form.fields[id]?.kind;
    return kind?.type === "table" ? kind.table : undefined;
  }

  /** The rows of a table as they show: typed, else those to start with; at least the fixed ones. */
  rows(table: string): Row[] {
    const typed = this.content[table];
    const rows = Array.isArray(typed) ? (typed as Row[]) : (this.state.value.rows[table] ?? []);
    const fixed = this.table(table)?.fixed.length ?? 0;
    return rows.length >= fixed ? rows : [...rows, ...Array.from({ length: fixed - rows.length }, () => ({}))];
  }

  /** What was typed at a place; null: nothing. */
  typed(path: Path): Json {
    const at = parsePath(path);
    if (at.row === null) return this.content[at.field] ?? null;
    return this.rows(at.field)[at.row]?.[at.column] ?? null;
  }

  /** What stands at a place though nobody typed it here. */
  derived(path: Path): Derived | undefined {
    return this.state.value.derived[path];
  }

  /** Changes one field or cell. A string is taken as typed and read by the core; null empties. */
  set(path: Path, value: Json): void {
    if (this.readOnly) return;
    delete this.unfit[path];
    const at = parsePath(path);
    if (at.row === null) {
      if (value === null) delete this.content[at.field];
      else this.content[at.field] = value;
    } else {
      const row = this.own(at.field)[at.row] ?? this.grow(at.field, at.row);
      if (value === null) delete row[at.column];
      else row[at.column] = value;
    }
    const last = this.queue.at(-1);
    if (last?.kind === "set" && last.path === path) last.value = value;
    else this.queue.push({ kind: "set", path, value });
    this.schedule();
  }

  /** Takes out and puts in rows of a table. */
  splice(table: string, at: number, remove: number, insert: Row[]): void {
    if (this.readOnly) return;
    const rows = this.own(table);
    rows.splice(at, remove, ...insert.map((row) => ({ ...row })));
    this.queue.push({ kind: "rows", table, at, remove, insert });
    this.replaced.value += 1;
    this.schedule();
  }

  moveRow(table: string, from: number, to: number): void {
    if (this.readOnly || from === to) return;
    const rows = this.own(table);
    const [row] = rows.splice(from, 1);
    if (!row) return;
    rows.splice(to, 0, row);
    this.queue.push({ kind: "move_row", table, from, to });
    this.replaced.value += 1;
    this.schedule();
  }

  async undo(): Promise<void> {
    await this.step((id) => this.backend.undo(id));
  }

  async redo(): Promise<void> {
    await this.step((id) => this.backend.redo(id));
  }

  /** Takes over what was written by another call, such as an import. */
  async run(call: () => Promise<Edited>): Promise<void> {
    await this.flush();
    this.take(await call());
    this.replaced.value += 1;
  }

  /** Shows a place and puts the focus there. */
  goTo(path: Path): void {
    this.wanted.value = { path, turn: (this.wanted.value?.turn ?? 0) + 1 };
  }

  /** Stores what is not stored yet. Resolves when it is, or when it is known that it cannot be now. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    while (this.storing) await this.storing;
    if (this.queue.length === 0) return;
    this.storing = this.store();
    await this.storing;
  }

  get unstored(): boolean {
    return this.queue.length > 0 || this.storing !== null;
  }

  /** Stores the rest and stops trying. */
  async close(): Promise<void> {
    await this.flush();
    this.closed = true;
    clearTimeout(this.timer);
  }

  private schedule(): void {
    const now = performance.now();
    if (this.timer === undefined && this.storing === null) this.firstUnstored = now;
    clearTimeout(this.timer);
    const wait = Math.max(0, Math.min(PAUSE_MS, this.firstUnstored + LATEST_MS - now));
    this.timer = setTimeout(() => void this.flush(), wait);
  }

  private async store(): Promise<void> {
    const edits = this.queue.splice(0);
    const slow = setTimeout(() => (this.slow.value = true), SLOW_MS);
    try {
      this.take(await this.backend.edit(this.id, edits));
      this.failure.value = null;
    } catch (reason) {
      this.failure.value = asBackendError(reason);
      // What could not be stored goes first the next time: nothing typed is dropped, nothing changes its order.
      this.queue.unshift(...edits);
      if (!this.closed) this.timer = setTimeout(() => void this.flush(), RETRY_MS);
    } finally {
      clearTimeout(slow);
      this.slow.value = false;
      this.storing = null;
      this.firstUnstored = performance.now();
    }
  }

  private async step(call: (id: string) => Promise<Undone>): Promise<void> {
    await this.flush();
    if (this.failure.value) return;
    try {
      const { edited, focus } = await call(this.id);
      this.take(edited);
      this.replaced.value += 1;
      if (focus !== null) this.goTo(focus);
    } catch (reason) {
      this.failure.value = asBackendError(reason);
    }
  }

  /** Takes over what the core stored, except where the person has typed on. */
  private take(edited: Edited): void {
    for (const [path, value] of Object.entries(edited.values)) {
      if (this.isQueued(path)) continue;
      const at = parsePath(path);
      if (at.row === null) {
        if (value === null) delete this.content[at.field];
        else this.content[at.field] = value;
      } else {
        const row = this.own(at.field)[at.row];
        if (!row) continue;
        if (value === null) delete row[at.column];
        else row[at.column] = value;
      }
    }
    for (const path of Object.keys(this.unfit)) {
      if (!(path in edited.unfit)) delete this.unfit[path];
    }
    for (const [path, text] of Object.entries(edited.unfit)) {
      if (!this.isQueued(path)) this.unfit[path] = text;
    }
    this.state.value = edited.state;
  }

  /** Whether a change that is not stored yet concerns a place, or the table that it lies in. */
  private isQueued(path: Path): boolean {
    const at = parsePath(path);
    return this.queue.some((edit) => {
      if (edit.kind !== "set") return edit.table === at.field;
      return edit.path === path || (at.row === null && parsePath(edit.path).field === at.field);
    });
  }

  /** The document's own rows of a table, taken over from those to start with where there are none. */
  private own(table: string): Row[] {
    if (!Array.isArray(this.content[table])) {
      this.content[table] = this.rows(table).map((row) => ({ ...row }));
    }
    return this.content[table] as Row[];
  }

  private grow(table: string, row: number): Row {
    const rows = this.own(table);
    while (rows.length <= row) rows.push({});
    return rows[row] as Row;
  }
}
