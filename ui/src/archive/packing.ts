import type { Packing, PackingStep } from "../backend/backend";
import { counted } from "../parts/counted";

/** The steps of packing as people call them, with what is counted in each, in the order in which they are done. */
export const STEPS: { step: PackingStep; label: string; unit: string }[] = [
  { step: "check", label: "核对内容", unit: "份" },
  { step: "files", label: "生成并写入文件", unit: "个版本" },
  { step: "volumes", label: "装订合订本", unit: "册" },
  { step: "lists", label: "写清单和移交清单", unit: "份" },
  { step: "verify", label: "从头校验一遍", unit: "个文件" },
];

/** How far packing is, and what was heard of it before. */
export interface PackingSoFar {
  at: Packing;
  /** How much each step had to do that was begun. */
  totals: Partial<Record<PackingStep, number>>;
  /** When this step began, in ms. */
  since: number;
  /** How long this step still takes; none while nobody can say. */
  left: string | null;
}

/** Before the first word: somebody still chooses where to. */
export const NOTHING_PACKED: PackingSoFar = { at: { step: "check", done: 0, total: 0, what: "", bytes: 0, to: "" }, totals: {}, since: 0, left: null };

/** Less than this says nothing yet of how long the rest takes, in ms. */
const ENOUGH = 2_000;

/** What is known when `at` was heard at the time `now`. */
export function heard(before: PackingSoFar, at: Packing, now: number): PackingSoFar {
  const since = at.step === before.at.step && before.since > 0 ? before.since : now;
  return { at, totals: { ...before.totals, [at.step]: at.total }, since, left: timeLeft(now - since, at) };
}

function timeLeft(passed: number, { done, total }: Packing): string | null {
  if (done === 0 || passed < ENOUGH) return null;
  const seconds = ((passed / done) * (total - done)) / 1_000;
  if (seconds <= 10) return "不到 10 秒";
  if (seconds < 90) return `约 ${Math.ceil(seconds / 10) * 10} 秒`;
  return `约 ${Math.round(seconds / 60)} 分钟`;
}

/** What stands beside a step: how far it is, or how much it was; nothing of what is still to come. */
export function figure({ at, totals }: PackingSoFar, step: PackingStep, unit: string): string {
  const total = totals[step] ?? 0;
  if (total === 0) return "";
  return step === at.step ? `${counted(at.done)} / ${counted(total)}` : `${counted(total)} ${unit}`;
}

/** The step that is done now, by its place. */
export function current({ at }: PackingSoFar): number {
  return STEPS.findIndex(({ step }) => step === at.step);
}
