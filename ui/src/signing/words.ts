import type { BackendError, PaperCopy, RevisionState, RevisionView, Status, StepView } from "../backend/backend";

/** 03-11; with the year where it is another one than `today`'s. */
export function shortDay(day: string, today: string): string {
  return day.slice(0, 4) === today.slice(0, 4) ? day.slice(5) : day;
}

/** 不早于第 3 步（03-10），不早于打印（03-05）。 */
export function dateRule(step: StepView, revision: RevisionView, today: string): string {
  const rules = [`不早于${step.not_before_why}（${shortDay(step.not_before, today)}）`];
  const printed = revision.printed_on;
  if (printed !== null && step.not_before_why !== "打印") rules.push(`不早于打印（${shortDay(printed, today)}）`);
  return `${rules.join("，")}。`;
}

/** What a chip says of a revision. */
export function statusOf(state: RevisionState): Status | null {
  return state === "returned" ? null : state;
}

/** What the paper of a revision is called on a button. */
export function paperName(state: RevisionState): string {
  switch (state) {
    case "in_review":
    case "approved": return "审批页";
    case "controlled": return "受控原件";
    case "obsolete": return "作废件";
    case "returned": return "退回的版本";
  }
}

export function copyName(copy: PaperCopy, state: RevisionState): string {
  if (copy.kind === "controlled") return "受控副本";
  return copy.kind === "uncontrolled" ? "非受控副本" : paperName(state);
}

/** A core's line with its way out, as a sentence. */
export function sentence(error: BackendError): string {
  return error.hint ? `${error.message}，${error.hint}。` : `${error.message}。`;
}
