import type { LeaseLine, PackageLook, ReceivedAs, Sent } from "../backend/backend";
import type { IconName } from "../parts/icons";

/** What becomes of a document of a package, as a sign and a word. */
export const OUTCOMES: Record<ReceivedAs, { label: string; icon: IconName; tone: "ok" | "warn" | "bad" | "mute" }> = {
  new: { label: "新收到", icon: "plus", tone: "ok" },
  applied: { label: "写入", icon: "pencil", tone: "ok" },
  merged: { label: "合并", icon: "check", tone: "ok" },
  same: { label: "相同", icon: "check", tone: "mute" },
  older: { label: "已有", icon: "check", tone: "mute" },
  beside: { label: "两个版本", icon: "compare", tone: "warn" },
  quarantined: { label: "隔离", icon: "warn", tone: "bad" },
  refused: { label: "不收", icon: "cross", tone: "bad" },
};

/** 韩朔移交草稿 */
export function saidOf({ label, from }: Pick<PackageLook, "label" | "from">): string {
  return `${from}发来：${label}`;
}

/** 借给韩朔 */
export function leaseName({ out, partner }: LeaseLine): string {
  return out ? `借给${partner}` : `向${partner}借入`;
}

export function leaseFigures({ free, used, void: gone }: LeaseLine): string {
  return [`未用 ${free}`, `已用 ${used}`, ...(gone > 0 ? [`作废或交还 ${gone}`] : [])].join("，");
}

/** What the strip says of a package that was written. */
export function sentWords(sent: Sent): string {
  const what = sent.purpose === "submit" ? "已交给" : sent.purpose === "release" ? "已交回" : sent.purpose === "lease" ? "已借给" : "已移交给";
  const numbers = sent.numbers.length > 0 ? `编号 ${sent.numbers[0]} 至 ${sent.numbers.at(-1)}，` : "";
  return `${what}${sent.to}，${numbers}移交校验码 ${sent.code}，可在电话里核对。`;
}
