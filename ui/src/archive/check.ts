import type { ArchiveCheck, ArchiveLook, ArchiveRequest, CheckLine, CheckOutcome, CheckPlace, CheckProperty } from "../backend/backend";

/** Reasons by line, and who confirms which item of 4.4.2 by line. */
export interface Taken {
  exceptions: Record<string, string>;
  confirmed: Record<string, string>;
  /** Why a dossier is not archived this time, by its release. */
  leftOut: Record<number, string>;
}

/** A line as it stands with what somebody has taken the responsibility for. */
export interface Judged {
  line: CheckLine;
  outcome: CheckOutcome;
  message: string;
  /** Why it is archived all the same, or who confirms it. */
  reason: string | null;
  place: CheckPlace | null;
}

/** The lines of one dossier; `release` null: those of the whole package. */
export interface Group {
  release: number | null;
  name: string;
  lines: Judged[];
  /** Why it is not archived this time. */
  leftOut: string | null;
}

export const PROPERTIES: { property: CheckProperty; label: string }[] = [
  { property: "complete", label: "齐全" },
  { property: "authentic", label: "真实性" },
  { property: "whole", label: "完整性" },
  { property: "usable", label: "可用性" },
  { property: "safe", label: "安全性" },
];

/** Whether somebody has to confirm it, because it is done outside this program. */
export function isConfirmation(line: CheckLine): boolean {
  return /^4\.4\.2\.\d$/.test(line.id);
}

/** Which appendix a line asks for that is handed in as a file; the first one is the application itself. */
export function appendixOf(line: CheckLine): number | null {
  const number = /^附录([2-4])\//.exec(line.id)?.[1];
  return number === undefined ? null : Number(number);
}

export function count(lines: Judged[], outcome: CheckOutcome): number {
  return lines.filter((own) => own.outcome === outcome).length;
}

function judge(line: CheckLine, taken: Taken): Pick<Judged, "outcome" | "message" | "reason"> {
  if (line.outcome === "blocking") {
    const by = isConfirmation(line) ? taken.confirmed[line.id] : undefined;
    if (by !== undefined) return { outcome: "passed", message: line.message.replace(/^还没有人确认：(.*)。$/, (_, what: string) => `${what}：已由${by}确认。`), reason: by };
    const reason = line.excusable ? taken.exceptions[line.id] : undefined;
    if (reason !== undefined) return { outcome: "excused", message: line.message, reason };
  }
  return { outcome: line.outcome, message: line.message, reason: line.reason ?? null };
}

/** The lines by dossier, those with something in the way first; what is excused meanwhile stays in its place. */
export function grouped(look: ArchiveLook, taken: Taken): Group[] {
  const places = new Map(look.places.map((place) => [place.about, place]));
  const groups = new Map<number | null, Group>();
  for (const line of look.check.lines) {
    const place = places.get(line.about) ?? null;
    const key = place?.release ?? null;
    const group = groups.get(key) ?? { release: key, name: place?.name ?? "整个归档包", lines: [], leftOut: key === null ? null : (taken.leftOut[key] ?? null) };
    group.lines.push({ line, place, ...judge(line, taken) });
    groups.set(key, group);
  }
  const has = ({ lines }: Group, outcome: CheckOutcome): boolean => lines.some(({ line }) => line.outcome === outcome);
  const rank = (group: Group): number => (group.leftOut !== null ? 3 : has(group, "blocking") ? 0 : has(group, "warning") ? 1 : 2);
  return [...groups.values()].sort((one, other) => rank(one) - rank(other));
}

/** 2 项未通过，1 项例外 */
export function summary(lines: Judged[]): string {
  const parts = ([["blocking", "未通过"], ["warning", "提醒"], ["excused", "例外"]] as const)
    .map(([outcome, label]) => ({ label, n: count(lines, outcome) }))
    .filter(({ n }) => n > 0)
    .map(({ label, n }) => `${n} 项${label}`);
  return parts.length > 0 ? parts.join("，") : `${lines.length} 项都通过`;
}

/** How much is archived. Every revision has a line that says its content is sound; what is left out does not count. */
export function contents({ check, places }: ArchiveLook, { leftOut }: Taken): Pick<ArchiveCheck, "releases" | "documents" | "revisions"> {
  const left = places.filter(({ release }) => leftOut[release] !== undefined);
  const revisions = left.filter(({ document }) => document !== null);
  return {
    releases: check.releases - new Set(left.map(({ release }) => release)).size,
    documents: check.documents - new Set(revisions.map(({ document }) => document)).size,
    revisions: check.revisions - revisions.length,
  };
}

/** What of it still fits the check: a reason for what is there by now would be refused. */
export function remaining(look: ArchiveLook, taken: Taken): Taken {
  const open = new Set(look.check.lines.filter(({ outcome }) => outcome === "blocking").map(({ id }) => id));
  const kept = (of: Record<string, string>): Record<string, string> => Object.fromEntries(Object.entries(of).filter(([id]) => open.has(id)));
  const releases = new Set(look.places.map(({ release }) => String(release)));
  const leftOut = Object.fromEntries(Object.entries(taken.leftOut).filter(([release]) => releases.has(release)));
  return { exceptions: kept(taken.exceptions), confirmed: kept(taken.confirmed), leftOut };
}

/** As the core is asked: what is left out needs neither exceptions nor confirmations. */
export function asked(groups: Group[], { exceptions, confirmed, leftOut }: Taken): Pick<ArchiveRequest, "exceptions" | "confirmed" | "left_out"> {
  const needless = new Set(groups.filter((group) => group.leftOut !== null).flatMap(({ lines }) => lines.map(({ line }) => line.id)));
  const needed = (of: Record<string, string>): [string, string][] => Object.entries(of).filter(([id]) => !needless.has(id));
  const left = Object.entries(leftOut).map(([release, reason]): [string, string] => [`R${release.padStart(4, "0")}`, reason]);
  return { exceptions: needed(exceptions), confirmed: needed(confirmed), ...(left.length > 0 ? { left_out: left } : {}) };
}
