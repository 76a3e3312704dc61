import type { Form, Part, Path } from "../backend/backend";
import { parsePath } from "../dossier/path";
import { fieldsOf } from "../sheet/parts";

/** Where one step stands on the paper. */
export interface Seat {
  /** What is framed: the row of a sign-off table, or the field of a signature. */
  frame: Path;
  name: Path;
  date: Path | null;
  opinion: Path | null;
  supplement: Path | null;
}

/** The places around the signature at `place` (`approval[3].name`, `sign_author`). */
export function seatOf(form: Form, place: Path): Seat {
  const at = parsePath(place);
  if (at.row === null) {
    const date = `${at.field}_date`;
    return { frame: place, name: place, date: date in form.fields ? date : null, opinion: null, supplement: null };
  }
  const kind = form.fields[at.field]?.kind;
  const columns = kind?.type === "table" ? kind.table.columns : [];
  const cell = (fits: (column: (typeof columns)[number]) => boolean): Path | null => {
    const column = columns.find(fits);
    return column ? `${at.field}[${at.row}].${column.id}` : null;
  };
  return {
    frame: `${at.field}[${at.row}]`,
    name: place,
    date: cell((column) => column.kind.type === "date"),
    opinion: cell((column) => column.kind.type === "choice"),
    supplement: cell((column) => column.id === "supplement"),
  };
}

/** The blocks of the form in which these places stand, under the headings of their sections. */
export function blocksOf(form: Form, places: readonly Path[]): Form["blocks"] {
  const fields = new Set(places.map((place) => parsePath(place).field));
  const holds = (parts: Part[]): boolean => fieldsOf(parts).some(({ id }) => fields.has(id));
  const seats = form.blocks.filter(({ what }) => {
    if (what.kind === "table") return fields.has(what.table.field);
    return what.kind === "grid" && what.rows.some((row) => row.cells.some((cell) => cell.stack.some(holds)));
  });
  const sections = new Set(seats.map(({ section }) => section));
  // A section that is for signatures stands there whole; of others only its heading and what is signed.
  const whole = new Set([...sections].filter((section) => {
    const tables = form.blocks.filter((block) => block.section === section && (block.what.kind === "table" || block.what.kind === "grid"));
    return section !== null && tables.every((block) => seats.includes(block) || (block.what.kind === "table" && block.what.table.signoff));
  }));
  return form.blocks.filter((block) => {
    if (seats.includes(block) || whole.has(block.section)) return true;
    return block.section !== null && sections.has(block.section) && (block.what.kind === "bar" || (block.what.kind === "heading" && block.what.level === 1));
  });
}
