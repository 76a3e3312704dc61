import type { Approval, ChainView, RevisionView } from "../backend/backend";

/** A line of the list beside the screen: a revision and one of its chains, or a draft that is still to be submitted. */
export interface Entry {
  key: string;
  group: "waiting" | "done" | "later";
  document: string;
  /** Null: the draft. */
  revision: string | null;
  chain: string | null;
  /** 申请表 V1.0; 预发布验证签字 */
  label: string;
  /** 第 4 步, 2/5, 批准后; empty where a tick says it. */
  figure: string;
}

/** What waits for a signature, what is signed, and what will have to be, in the order of the documents. */
export function entriesOf(approvals: readonly Approval[]): Entry[] {
  return approvals.flatMap((approval) => {
    const [latest] = approval.revisions;
    const standing = approval.revisions.filter((own) => own === latest || own.state === "controlled" || own.state === "approved");
    const entries = standing.flatMap((revision) => ofRevision(approval, revision, revision === latest));
    if (approval.draft !== null) {
      const figure = latest?.state === "returned" ? "已退回" : "提交后";
      const label = `${approval.short} ${approval.draft}`;
      entries.unshift({ key: `${approval.document}/draft`, group: "later", document: approval.document, revision: null, chain: null, label, figure });
    }
    return entries;
  });
}

function ofRevision(approval: Approval, revision: RevisionView, isLatest: boolean): Entry[] {
  // Its story is told with the draft that came of it.
  if (revision.state === "returned") return [];
  const own = { document: approval.document, revision: revision.revision };
  const label = `${approval.short} ${revision.revision}`;
  if (revision.state === "obsolete" || revision.chains.length === 0) {
    const figure = revision.state === "obsolete" ? "作废" : "";
    return [{ ...own, key: `${own.document}/${own.revision}`, group: "done", chain: revision.chains[0]?.id ?? null, label, figure }];
  }
  // After-approval signatures go on the latest revision alone.
  return revision.chains.filter((chain) => !chain.after_approval || isLatest).map((chain) => ({
    ...own,
    key: `${own.document}/${own.revision}/${chain.id}`,
    chain: chain.id,
    label: chain.after_approval ? chain.name : label,
    ...stand(chain),
  }));
}

function stand(chain: ChainView): Pick<Entry, "group" | "figure"> {
  if (chain.signed >= chain.steps.length) return { group: "done", figure: "" };
  if (!chain.open) return { group: "later", figure: chain.after_approval ? "批准后" : "" };
  const next = chain.steps.find((step) => step.state === "next");
  const figure = chain.any_order || !next ? `${chain.signed}/${chain.steps.length}` : `第 ${next.index + 1} 步`;
  return { group: "waiting", figure };
}
