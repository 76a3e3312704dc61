import type { Part, Path } from "../backend/backend";
import { fieldsOf } from "../sheet/parts";
import { parsePath } from "./path";
import type { DocumentStore } from "./store";

const known = new WeakMap<DocumentStore["form"], Map<string, number>>();

/** The section of the outline that a place belongs to; 0 for what stands before the first one. */
export function sectionOf(store: DocumentStore, path: Path): number {
  const at = parsePath(path);
  if (store.form.style === "table" && at.row !== null) {
    const column = store.form.sections.findIndex(({ id }) => id === `${at.field}.${at.column}`);
    if (column >= 0) return column;
  }
  let sections = known.get(store.form);
  if (!sections) known.set(store.form, (sections = index(store)));
  return sections.get(at.field) ?? 0;
}

/** Where a click on a section of a table form leads: its column at the row in hand, or its first field. */
export function placeOfSection(store: DocumentStore, table: string, section: number): Path | null {
  const id = store.form.sections[section]?.id ?? "";
  if (id.startsWith(`${table}.`)) {
    const at = parsePath(store.current.value ?? "");
    return `${table}[${at.field === table && at.row !== null ? at.row : 0}].${id.slice(table.length + 1)}`;
  }
  return Object.keys(store.form.fields).find((field) => !store.table(field) && sectionOf(store, field) === section) ?? null;
}

function index({ form }: DocumentStore): Map<string, number> {
  const sections = new Map<string, number>();
  const visit = (parts: Part[], section: number): void => {
    for (const { id } of fieldsOf(parts)) {
      if (!sections.has(id)) sections.set(id, section);
      const kind = form.fields[id]?.kind;
      if (kind?.type === "choice") for (const option of kind.options) visit(option.text, section);
    }
  };
  for (const { section, what } of form.blocks) {
    if (section === null) continue;
    if (what.kind === "paragraph") visit(what.text, section);
    else if (what.kind === "clauses") for (const item of what.items) visit(item, section);
    else if (what.kind === "grid") for (const row of what.rows) for (const cell of row.cells) for (const parts of cell.stack) visit(parts, section);
    else if (what.kind === "table") {
      sections.set(what.table.field, section);
      visit([...(what.table.caption ?? []), ...(what.table.note ?? [])], section);
    }
  }
  return sections;
}
