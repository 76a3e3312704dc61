import type { FieldKind } from "../backend/backend";

/** A date or time as printed blanks: `____年__月__日 __时__分`. */
export type Unit = "year" | "month" | "day" | "hour" | "minute";

/** What stands in each blank: digits as typed, fewer than its width while it is being typed, none when empty. */
export type Blanks = readonly string[];

const WIDTH: Record<Unit, number> = { year: 4, month: 2, day: 2, hour: 2, minute: 2 };
const SUFFIX: Record<Unit, string> = { year: "年", month: "月", day: "日", hour: "时", minute: "分" };
const LEAST: Record<Unit, number> = { year: 1900, month: 1, day: 1, hour: 0, minute: 0 };
const MOST: Record<Unit, number> = { year: 2199, month: 12, day: 31, hour: 23, minute: 59 };

export function unitsOf(kind: FieldKind): readonly Unit[] {
  switch (kind.type) {
    case "date": return ["year", "month", "day"];
    case "datetime": return ["year", "month", "day", "hour", "minute"];
    case "time": return ["hour", "minute"];
    default: return [];
  }
}

export function emptyBlanks(units: readonly Unit[]): Blanks {
  return units.map(() => "");
}

/** `2026年03月__日 __时__分`, with a space between day and time of day. */
export function showBlanks(units: readonly Unit[], blanks: Blanks): string {
  return units.map((unit, index) => gap(units, index) + (blanks[index] ?? "").padEnd(WIDTH[unit], "_") + SUFFIX[unit]).join("");
}

/** Where a blank stands within what `showBlanks` shows. */
export function blankRange(units: readonly Unit[], index: number): [start: number, end: number] {
  let start = 0;
  for (const [at, unit] of units.entries()) {
    start += gap(units, at).length;
    if (at === index) return [start, start + WIDTH[unit]];
    start += WIDTH[unit] + 1;
  }
  return [start, start];
}

/** The blank that a position within the text belongs to. */
export function blankAt(units: readonly Unit[], position: number): number {
  const found = units.findIndex((_, index) => position <= blankRange(units, index)[1]);
  return found < 0 ? units.length - 1 : found;
}

/** What is stored: `2026-03-20 10:00` when all are filled, nothing when none is, else the blanks as they show. */
export function valueOf(units: readonly Unit[], blanks: Blanks): string | null {
  if (blanks.every((digits) => digits === "")) return null;
  if (units.some((unit, index) => (blanks[index] ?? "").length < WIDTH[unit])) return showBlanks(units, blanks);
  const of = (unit: Unit): string => blanks[units.indexOf(unit)] ?? "";
  const day = units.includes("day") ? `${of("year")}-${of("month")}-${of("day")}` : "";
  const time = units.includes("hour") ? `${of("hour")}:${of("minute")}` : "";
  return [day, time].filter((part) => part !== "").join(" ");
}

const DAY = /^(\d{4})\s*(?:[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})|年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号])/;
const CLOCK = /^(\d{1,2})\s*(?::(\d{2})(?::\d{2}(?:\.0*)?)?|[时点]\s*(\d{1,2})\s*分)$/;

/** Reads what people and workbooks write, and what `showBlanks` shows; null: it is no such moment. */
export function readBlanks(units: readonly Unit[], text: string): Blanks | null {
  const plain = narrow(text).trim();
  if (plain === "") return emptyBlanks(units);
  return readShown(units, plain) ?? readDigits(units, plain) ?? readMoment(units, plain);
}

function readShown(units: readonly Unit[], text: string): Blanks | null {
  const pattern = units.map((unit, index) => `${gap(units, index) && "\\s*"}([0-9_]{0,${WIDTH[unit]}})${SUFFIX[unit]}`).join("");
  const match = new RegExp(`^${pattern}$`).exec(text);
  if (!match) return null;
  return units.map((unit, index) => {
    const digits = (match[index + 1] ?? "").replace(/_/g, "");
    return text.includes("_") || digits === "" ? digits : complete(unit, digits);
  });
}

/** 20260320, 202603201000, 1000: digits that run through the blanks. */
function readDigits(units: readonly Unit[], text: string): Blanks | null {
  const digits = text.replace(/\s+/g, "");
  if (!/^\d+$/.test(digits)) return null;
  const widths = units.map((unit) => WIDTH[unit]);
  const all = widths.reduce((sum, width) => sum + width, 0);
  const dayOnly = units.length === 5 && digits.length === 8;
  if (digits.length !== all && !dayOnly) return null;
  let at = 0;
  return widths.map((width) => digits.slice(at, (at += width)));
}

function readMoment(units: readonly Unit[], text: string): Blanks | null {
  let rest = text;
  const found: Partial<Record<Unit, string>> = {};
  const day = DAY.exec(rest);
  if (day) {
    found.year = day[1] ?? "";
    found.month = complete("month", day[2] ?? day[4] ?? "");
    found.day = complete("day", day[3] ?? day[5] ?? "");
    rest = rest.slice(day[0].length).replace(/^[\sTt]+/, "");
  }
  if (rest !== "") {
    const clock = CLOCK.exec(rest);
    if (!clock) return null;
    found.hour = complete("hour", clock[1] ?? "");
    found.minute = complete("minute", clock[2] ?? clock[3] ?? "");
  }
  // Midnight beside a day is how workbooks write a day alone.
  const midnight = Number(found.hour) === 0 && Number(found.minute) === 0;
  if (found.hour !== undefined && !units.includes("hour") && !midnight) return null;
  if (found.year === undefined && units.includes("year")) return null;
  return units.map((unit) => found[unit] ?? "");
}

/** Where typing stands: the blank, and whether the next digit starts it anew. */
export interface Typing {
  blanks: Blanks;
  at: number;
  fresh: boolean;
}

/** A digit goes into the blank; when the blank is full, or could take no second digit, the next one is next. */
export function typeDigit(units: readonly Unit[], typing: Typing, digit: string): Typing {
  const unit = units[typing.at];
  if (!unit) return typing;
  const before = typing.blanks[typing.at] ?? "";
  let digits = typing.fresh || before.length >= WIDTH[unit] ? digit : before + digit;
  // A first digit that can only be the second one: 3 in the month is 03.
  if (unit !== "year" && digits.length === 1 && Number(digits) * 10 > MOST[unit]) digits = `0${digits}`;
  const blanks = put(typing.blanks, typing.at, digits);
  const full = digits.length >= WIDTH[unit];
  const last = typing.at === units.length - 1;
  return full ? { blanks, at: last ? typing.at : typing.at + 1, fresh: true } : { blanks, at: typing.at, fresh: false };
}

/** What was half typed into a blank is made whole on leaving it: 3 → 03, 26 → 2026. */
export function settle(units: readonly Unit[], blanks: Blanks, at: number): Blanks {
  const unit = units[at];
  const digits = blanks[at] ?? "";
  return unit && digits !== "" ? put(blanks, at, complete(unit, digits)) : blanks;
}

/** Empties one blank. */
export function clearBlank(blanks: Blanks, at: number): Blanks {
  return put(blanks, at, "");
}

/** One more or one less: over the end of a month, day or hour where the whole moment is known, else round within the blank. */
export function step(units: readonly Unit[], blanks: Blanks, at: number, by: 1 | -1, today: string): Blanks {
  const unit = units[at];
  if (!unit) return blanks;
  if ((blanks[at] ?? "") === "") {
    const start = units.includes("day") ? readBlanks(["year", "month", "day"], today)?.[at] : undefined;
    return put(blanks, at, start ?? "00");
  }
  const settled = units.reduce<Blanks>((all, _, index) => settle(units, all, index), blanks);
  const number = (of: Unit, otherwise: number): number => {
    const digits = settled[units.indexOf(of)] ?? "";
    return digits === "" ? otherwise : Number(digits);
  };
  if (settled.every((digits) => digits !== "")) {
    const move = (of: Unit): number => (of === unit ? by : 0);
    const moved = new Date(Date.UTC(
      number("year", 2000) + move("year"), number("month", 1) - 1 + move("month"), 1,
      number("hour", 0) + move("hour"), number("minute", 0) + move("minute"),
    ));
    // The 31st of January and one month more is the last of February.
    const length = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate();
    const day = number("day", 1);
    moved.setUTCDate(moved.getUTCDate() - 1 + (unit === "day" ? day + by : Math.min(day, length)));
    const parts: Record<Unit, number> = {
      year: moved.getUTCFullYear(), month: moved.getUTCMonth() + 1, day: moved.getUTCDate(),
      hour: moved.getUTCHours(), minute: moved.getUTCMinutes(),
    };
    return units.map((of) => String(parts[of]).padStart(WIDTH[of], "0"));
  }
  const least = LEAST[unit];
  const span = MOST[unit] - least + 1;
  const next = least + ((number(unit, least) - least + by + span) % span);
  return put(settled, at, String(next).padStart(WIDTH[unit], "0"));
}

function gap(units: readonly Unit[], index: number): string {
  return units[index] === "hour" && index > 0 ? " " : "";
}

function complete(unit: Unit, digits: string): string {
  if (unit === "year" && digits.length === 2) return `20${digits}`;
  return unit === "year" ? digits : digits.padStart(WIDTH[unit], "0");
}

function put(blanks: Blanks, at: number, digits: string): Blanks {
  return blanks.map((before, index) => (index === at ? digits : before));
}

/** Full-width digits and signs as input methods type them. */
function narrow(text: string): string {
  return text.replace(/[！-～]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0)).replace(/\u3000/g, " ");
}
