import { readBlanks } from "../sheet/blanks";

const UNITS = ["year", "month", "day"] as const;

/**
 * A day as people write it from paper: 20260311, 2026-3-11, 2026年3月11日, or without the year 3-11, 0311, 3月11日, which
 * is then that of `today`. Null where it is none.
 */
export function readDay(text: string, today: string): string | null {
  const plain = text.trim().replace(/[０-９]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));
  const short = /^(\d{1,2})[-/.月](\d{1,2})日?$/.exec(plain) ?? /^(\d{2})(\d{2})$/.exec(plain);
  const parts = short ? [today.slice(0, 4), short[1] ?? "", short[2] ?? ""] : readBlanks(UNITS, plain);
  const [year = "", month = "", day = ""] = parts ?? [];
  const written = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  return isDay(written) ? written : null;
}

/** Whether it is written 2026-03-11 and is in the calendar. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}
