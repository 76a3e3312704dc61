import type { FieldKind, Json } from "../backend/backend";
import { readBlanks, showBlanks, unitsOf } from "./blanks";

export function isEmpty(value: Json | undefined): boolean {
  return value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}

/** A value as the paper prints it, as far as its own kind tells. The core says the rest. */
export function show(kind: FieldKind, value: Json): string {
  const text = plain(value);
  switch (kind.type) {
    case "integer":
    case "decimal": return grouped(text);
    case "date":
    case "datetime": {
      const units = unitsOf(kind);
      const blanks = readBlanks(units, text);
      return blanks ? showBlanks(units, blanks) : text;
    }
    case "rating": {
      const full = Number(text);
      return Number.isInteger(full) && full >= 0 && full <= 5 ? "★".repeat(full) + "☆".repeat(5 - full) : text;
    }
    default: return text;
  }
}

/** A value as it is typed. */
export function plain(value: Json | undefined): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(plain).join("、");
  return typeof value === "object" ? "" : String(value);
}

export function names(value: Json | undefined): string[] {
  if (Array.isArray(value)) return value.map(plain);
  return isEmpty(value) ? [] : [plain(value)];
}

function grouped(number: string): string {
  const match = /^(-?)(\d+)(\.\d+)?$/.exec(number);
  if (!match) return number;
  return `${match[1]}${(match[2] ?? "").replace(/\B(?=(\d{3})+$)/g, ",")}${match[3] ?? ""}`;
}
