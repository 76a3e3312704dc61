import type { Form, Part } from "../backend/backend";

export type FieldPart = Extract<Part, { kind: "field" }>;

/** A part of a text with its own address on the sheet. */
export interface Placed {
  part: Part;
  place: string;
}

/** The lines of a text: it breaks where the template says. */
export function linesOf(parts: Part[], place: string): Placed[][] {
  const lines: Placed[][] = [[]];
  for (const [index, part] of parts.entries()) {
    const address = `${place}/${index}`;
    if (part.kind !== "literal") {
      lines.at(-1)?.push({ part, place: address });
      continue;
    }
    for (const [at, text] of part.text.split("\n").entries()) {
      if (at > 0) lines.push([]);
      if (text !== "") lines.at(-1)?.push({ part: { ...part, text }, place: address });
    }
  }
  return lines;
}

/** The one field that a cell consists of, if there is nothing else in it. */
export function onlyField(parts: Part[]): FieldPart | null {
  const [first] = parts;
  return parts.length === 1 && first?.kind === "field" ? first : null;
}

export function fieldsOf(parts: Part[]): FieldPart[] {
  return parts.filter((part): part is FieldPart => part.kind === "field");
}

/**
 * Where each field of the document is typed, by its id: the first place that stands. Other places repeat it.
 *
 * Blanks within an option belong to the option's choice, wherever that one is typed.
 */
export function placesOf(form: Form, stands: (id: string) => boolean): Map<string, string> {
  const places = new Map<string, string>();
  const named = new Map<string, string>();
  const visit = (parts: Part[], place: string): void => {
    for (const [index, part] of parts.entries()) {
      if (part.kind !== "field") continue;
      const kind = form.fields[part.id]?.kind;
      const address = `${place}/${index}`;
      // A choice whose boxes stand elsewhere only repeats its name here.
      const into = part.only_name && kind?.type === "choice" ? named : places;
      if (into.has(part.id)) continue;
      into.set(part.id, address);
      if (kind?.type !== "choice" || part.only_name) continue;
      for (const [at, option] of kind.options.entries()) visit(option.text, `${address}/${at}`);
    }
  };
  for (const block of form.blocks) {
    if (!stands(block.id)) continue;
    const { what } = block;
    switch (what.kind) {
      case "title":
      case "bar":
      case "heading":
      case "paragraph":
        visit(what.text, block.id);
        break;
      case "lines":
        what.rows.forEach((row, y) => row.forEach((cell, x) => visit(cell, `${block.id}/${y}/${x}`)));
        break;
      case "clauses":
        what.items.forEach((item, y) => visit(item, `${block.id}/${y}`));
        break;
      case "grid":
        for (const row of what.rows) {
          if (!stands(row.id)) continue;
          row.cells.forEach((cell, x) => cell.stack.forEach((parts, y) => visit(parts, `${row.id}/${x}/${y}`)));
        }
        break;
      case "table":
        if (what.table.caption) visit(what.table.caption, `${block.id}/caption`);
        if (what.table.note) visit(what.table.note, `${block.id}/note`);
        break;
    }
  }
  for (const [id, place] of named) if (!places.has(id)) places.set(id, place);
  return places;
}

export function samePlaces(one: Map<string, string>, other: Map<string, string>): boolean {
  return one.size === other.size && [...one].every(([id, place]) => other.get(id) === place);
}
