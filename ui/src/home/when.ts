const WEEKDAYS = ["周日", "周一", "周二", "周三", "周四", "周五", "周六"];
const DAY_MS = 86_400_000;

/** A calendar day as a number, so that days can be subtracted without summer times in between. */
function day(text: string): number {
  const [year = 0, month = 1, date = 1] = text.slice(0, 10).split("-").map(Number);
  return Math.round(Date.UTC(year, month - 1, date) / DAY_MS);
}

function localDay(now: Date): number {
  return Math.round(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()) / DAY_MS);
}

const opened = localDay(new Date());

/** Today: the program's day at the start, and the midnights that passed since the window opened. */
export function today(atStart: string): string {
  const passed = localDay(new Date()) - opened;
  if (passed === 0) return atStart;
  return new Date((day(atStart) + passed) * DAY_MS).toISOString().slice(0, 10);
}

/** 03-20 周五 15:00; with the year where it is another than today's. */
export function planned(at: string, today: string): string {
  const weekday = WEEKDAYS[new Date(day(at) * DAY_MS).getUTCDay()] ?? "";
  const time = at.slice(11, 16);
  return [date(at, today), weekday, time].filter((part) => part !== "").join(" ");
}

/** 9 天后, 今天, 7 天前; from two months on the days are no longer counted: 5 个月前, 3 年前 */
export function distance(at: string, today: string): string {
  const days = day(at) - day(today);
  if (days === 0) return "今天";
  if (days === 1) return "明天";
  if (days === -1) return "昨天";
  const far = Math.abs(days);
  const count = far <= 60 ? `${far} 天` : far <= 700 ? `${Math.round(far / 30.4)} 个月` : `${Math.round(far / 365)} 年`;
  return count + (days > 0 ? "后" : "前");
}

/** 今天 12:31, 昨天 17:40, 03-09 15:20, 2025-12-01 10:00 */
export function changed(at: string, today: string): string {
  const days = day(at) - day(today);
  const time = at.slice(11, 16);
  if (days === 0) return `今天 ${time}`;
  if (days === -1) return `昨天 ${time}`;
  return `${date(at, today)} ${time}`.trim();
}

function date(at: string, today: string): string {
  return at.slice(0, 4) === today.slice(0, 4) ? at.slice(5, 10) : at.slice(0, 10);
}
