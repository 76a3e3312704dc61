import type { Completions, FieldKind } from "../backend/backend";

const SEPARATOR = /[、，,；;\n]/;

/** One line of the list below a cell. */
export interface Suggestion {
  name: string;
  /** What else is known: the department of a person. */
  more: string;
}

/** Whether a column has names or options to choose from. */
export function suggests(kind: FieldKind): boolean {
  return kind.type === "choice" || kind.type === "person" || kind.type === "department";
}

/** What could be meant by what is typed so far; all there is where nothing is typed. */
export function suggestions(kind: FieldKind, completions: Completions | null, text: string): Suggestion[] {
  const wanted = token(kind, text).toLowerCase();
  const taken = new Set(isMany(kind) ? names(text).slice(0, -1) : []);
  if (kind.type === "choice") {
    return kind.options
      .filter(({ name }, at) => !taken.has(name) && (name.toLowerCase().includes(wanted) || String(at + 1) === wanted))
      .map(({ name }) => ({ name, more: "" }));
  }
  const all = kind.type === "person"
    ? (completions?.people ?? []).map(({ name, department, initials }) => ({ name, more: department, initials }))
    : kind.type === "department" ? (completions?.departments ?? []).map(({ name, initials }) => ({ name, more: "", initials })) : [];
  return all.filter(({ name, initials }) => !taken.has(name) && (name.toLowerCase().includes(wanted) || initials.startsWith(wanted)));
}

/** The text after a suggestion was taken: in a list of names only the last one is replaced. */
export function completed(kind: FieldKind, text: string, name: string): string {
  return isMany(kind) ? [...names(text).slice(0, -1), name].join("、") : name;
}

/** What stands for a typed text: 2 is the second option, zm the one person with these initials stays what it is. */
export function meant(kind: FieldKind, text: string): string {
  if (kind.type !== "choice" || kind.options.some(({ name }) => name === text)) return text;
  return /^[1-9]$/.test(text) ? (kind.options[Number(text) - 1]?.name ?? text) : text;
}

function isMany(kind: FieldKind): boolean {
  return "many" in kind && kind.many;
}

function token(kind: FieldKind, text: string): string {
  return (isMany(kind) ? (names(text).at(-1) ?? "") : text).trim();
}

function names(text: string): string[] {
  return text.split(SEPARATOR).map((name) => name.trim());
}
