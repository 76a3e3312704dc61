import type { Completions, FieldKind } from "../../backend/backend";

export interface Suggestion {
  name: string;
  /** What tells it apart: the department of a person, the key of an option. */
  note: string;
}

const MOST = 8;
const SEPARATOR = /[、，,；;]/;

/** Whether a field offers names while it is typed into. */
export function offers(kind: FieldKind): boolean {
  return kind.type === "person" || kind.type === "department" || kind.type === "choice";
}

/** The name that is being typed: all of the text, or what stands after the last 、 where there may be many. */
export function fragmentOf(kind: FieldKind, text: string): string {
  return (isMany(kind) ? (text.split(SEPARATOR).at(-1) ?? "") : text).trim();
}

/** The text with the name being typed replaced. */
export function complete(kind: FieldKind, text: string, name: string): string {
  if (!isMany(kind)) return name;
  const before = text.split(SEPARATOR).slice(0, -1).map((part) => part.trim()).filter((part) => part !== "" && part !== name);
  return [...before, name].join("、");
}

/** Names that fit what is typed, by name or by the initials of their pinyin; all of them when nothing is typed. */
export function suggest(kind: FieldKind, typed: string, completions: Completions): Suggestion[] {
  const wanted = typed.toLowerCase();
  if (kind.type === "choice") {
    return kind.options
      .map((option, index) => ({ name: option.name, note: index < 9 ? String(index + 1) : "" }))
      .filter((option) => wanted === "" || option.name.includes(typed));
  }
  const known = kind.type === "person"
    ? completions.people.map((person) => ({ ...person, note: person.department }))
    : completions.departments.map((department) => ({ ...department, note: "" }));
  const fits = known.filter(({ name, initials }) => name.includes(typed) || initials.toLowerCase().startsWith(wanted));
  // Who is called so comes before who only has these letters.
  fits.sort((one, other) => Number(other.name.startsWith(typed)) - Number(one.name.startsWith(typed)));
  return fits.slice(0, MOST).map(({ name, note }) => ({ name, note }));
}

function isMany(kind: FieldKind): boolean {
  return (kind.type === "person" || kind.type === "department" || kind.type === "choice") && kind.many;
}
