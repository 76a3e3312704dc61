import type { Field, Form, TableColumn, TableLayout } from "../backend/backend";

/** Width of the row numbers, px. */
export const NUMBERS = 34;
/** How many columns stand still while the others are scrolled sideways. */
const FROZEN = 3;

/** A column of the grid. */
export interface GridColumn {
  id: string;
  field: Field;
  head: string;
  /** px */
  width: number;
  /** Distance of its left edge from that of the row numbers, px. */
  left: number;
  align: "left" | "center" | "right";
  frozen: boolean;
}

export type Widths = "paper" | "fitted";

/** The columns of a table in the order of its layout, the lead first, the tiers one after the other. */
export function gridColumns(form: Form, table: string, widths: Widths, texts: (column: string) => Iterable<string>): GridColumn[] {
  const kind = form.fields[table]?.kind;
  if (kind?.type !== "table") return [];
  const layout = layoutOf(form, table);
  const drawn = layout ? [...(layout.lead ? [layout.lead] : []), ...layout.tiers.flat()] : [];
  const placed = new Map<string, TableColumn>();
  for (const column of drawn) {
    for (const part of column.cell) {
      if (part.kind === "field" && !placed.has(part.id)) placed.set(part.id, column);
    }
  }
  const order = [...placed.keys()];
  const fields = kind.table.columns
    .filter((field) => field.kind.type !== "signature")
    .sort((a, b) => rank(order, a.id) - rank(order, b.id));
  let left = NUMBERS;
  return fields.map((field, index) => {
    const column = placed.get(field.id);
    // A cell of the paper that holds two values is two columns here: each is headed by its own label.
    const shared = column ? column.cell.filter((part) => part.kind === "field").length > 1 : false;
    const head = column && !shared && column.head !== "" ? column.head : field.label;
    const paper = paperWidth(field, shared ? (column?.width ?? 0) / 2 : (column?.width ?? 20));
    const width = widths === "paper" ? paper : fittedWidth(head, texts(field.id));
    const grid: GridColumn = { id: field.id, field, head: broken(head, width), width, left, align: column?.align ?? "left", frozen: index < FROZEN };
    left += width;
    return grid;
  });
}

/** Roughly how wide a text is in the font of the grid, px. */
export function textWidth(text: string): number {
  let width = 0;
  for (let at = 0; at < text.length; at += 1) width += text.charCodeAt(at) > 0x2e7f ? 13 : 7.2;
  return width;
}

/** The first table of the layout that shows a field. */
export function layoutOf(form: Form, table: string): TableLayout | null {
  for (const { what } of form.blocks) {
    if (what.kind === "table" && what.table.field === table) return what.table;
  }
  return null;
}

/** A head that does not fit in one line, in lines of about the same length: 发布 / 顺序. */
function broken(head: string, width: number): string {
  const lines = Math.ceil((textWidth(head) * 12) / 13 / (width - 9));
  if (lines < 2 || !/^[\u3000-\u9fff]+$/.test(head)) return head;
  const each = Math.ceil(head.length / lines);
  return Array.from({ length: lines }, (_, at) => head.slice(at * each, (at + 1) * each)).join("\n");
}

function rank(order: string[], id: string): number {
  const at = order.indexOf(id);
  return at < 0 ? order.length : at;
}

/** As on paper, but wide enough to be read and typed in on a screen. */
function paperWidth(field: Field, mm: number): number {
  const least = field.kind.type === "long_text" ? 118 : field.kind.type === "person" ? 76 : field.kind.type === "version" ? 80 : 50;
  return Math.max(least, Math.round(mm * 5.6));
}

function fittedWidth(head: string, texts: Iterable<string>): number {
  let widest = Math.max(...head.split("\n").map(textWidth), 30);
  for (const text of texts) {
    for (const line of text.split("\n")) widest = Math.max(widest, Math.min(330, textWidth(line)));
  }
  return Math.round(widest) + 18;
}
