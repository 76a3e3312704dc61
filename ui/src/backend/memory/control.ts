import { seatOf } from "../../signing/seat";
import type {
  Approval, Backend, BackendError, ChainView, CopyLine, DossierDocument, Json, NumberRule, Opened, OpinionView, Path,
  RevisionState, RevisionView, Row, Signing, Status, StepView,
} from "../backend";
import { parsePath } from "../../dossier/path";

type Control = Pick<
  Backend,
  | "approval" | "openRevision" | "submit" | "withdraw" | "sign" | "checkSigning" | "correctSignature" | "bringIntoForce"
  | "voidRevision" | "revise" | "discardDraft" | "compare" | "revisionPaper" | "printRevision" | "exportRevision"
  | "printComparison" | "issueCopy" | "receiveCopy" | "returnCopy" | "copiesToTakeBack" | "policies" | "numberRules"
  | "nextNumber" | "voidNextNumber" | "startNumbersAfter" | "verifyPrint" | "verifyAudit" | "register" | "exportRegister"
>;

/** What the other half of the memory tells of a document and is told of it. */
export interface Shelf {
  opened(document: string): Promise<Opened>;
  put(document: string, opened: Opened): void;
  tell(document: string, what: Partial<DossierDocument>): void;
}

const TODAY = "2026-03-11";
const FOLDER = "文档/发布文档";
const NUMBERS: Record<string, string> = {
  "release-application": "REL-APP", "release-plan": "REL-PLN", "release-plan-table": "REL-TAB", "release-summary": "REL-SUM",
};
const FIVE = [["产品管理部", "初审"], ["测试部", "确认测试通过"], ["信息安全部", "安全审核"], ["运维部", "评估执行可行性"], ["管理层", "批准"]];
const VERIFIED = [["测试部", "最终回归测试"], ["产品部", "需求验证"], ["运维部", "发布及回滚流程的可行性"], ["信息安全部", "二次安全扫描"], ["研发部", "部署问题已解决"]];
const OPINIONS: OpinionView[] = [{ opinion: "agree", label: "同意" }, { opinion: "refuse", label: "不同意" }, { opinion: "supplement", label: "需补充说明" }];

interface Kept {
  approval: Approval;
  /** Content as it was frozen, by revision. */
  frozen: Map<string, Opened>;
}

function refuse(code: string, message: string, path?: string): BackendError {
  return { code, message, hint: null, issues: path === undefined ? [] : [{ path, code, message: `${message}。` }] };
}

function chain(id: string, name: string, steps: string[][], place: (index: number) => string, more: Partial<ChainView> = {}): ChainView {
  return {
    id, name, clause: null, after_approval: false, any_order: false, afterwards: null, signed: 0, open: false, ...more,
    steps: steps.map(([role = "", verb = ""], index): StepView => ({
      index, role, verb, state: "waiting", signature: null, opinions: OPINIONS, not_before: TODAY, not_before_why: "提交", place: place(index),
    })),
  };
}

function chainsOf(template: string): ChainView[] {
  switch (template) {
    case "release-application": return [
      chain("approval", "五部门审批", FIVE, (index) => `approval[${index}].name`, { clause: "产品发布管理规范 4.1.2" }),
      chain("verification", "预发布验证签字", VERIFIED, (index) => `verification[${index}].name`, { after_approval: true, any_order: true }),
    ];
    case "release-summary": return [
      chain("filing", "审批与备案", [["产品部负责人", "签字"], ["产品发布管理委员会", "备案意见"]], (index) => (index === 0 ? "product_signature[0].name" : "committee_opinion[0].name")),
    ];
    default: return [
      chain("plan", "编制、审核、批准", [["编制人", "编制"], ["审核人", "审核"], ["批准人", "批准"]], (index) => ["sign_author", "sign_reviewer", "sign_approver"][index] ?? ""),
    ];
  }
}

/** Says of every step whether it can be signed now. */
function settle(revision: RevisionView): void {
  for (const own of revision.chains) {
    const signatures = own.steps.flatMap(({ signature }) => (signature ? [signature] : []));
    const open = own.after_approval ? revision.state === "approved" || revision.state === "controlled" : revision.state === "in_review";
    const next = own.steps.find(({ signature }) => signature === null);
    own.signed = signatures.length;
    own.open = open && next !== undefined;
    for (const step of own.steps) {
      if (step.signature) step.state = "signed";
      else if (open && (own.any_order || step === next)) step.state = "next";
      else step.state = open || revision.state === "in_review" ? "waiting" : "closed";
      const before = own.steps.slice(0, step.index).flatMap(({ signature }) => (signature ? [signature.signed_on] : [])).at(-1);
      if (before !== undefined) Object.assign(step, { not_before: before, not_before_why: `第 ${step.index} 步` });
    }
  }
}

function after(revision: string, major = false): string {
  const [whole = 1, part = 0] = revision.slice(1).split(".").map(Number);
  return major ? `V${whole + 1}.0` : `V${whole}.${part + 1}`;
}

/** Approval without its rules beyond order: what the core refuses, tests have refused. */
export function control(shelf: Shelf): Control {
  const kept = new Map<string, Kept>();
  let last = 0;
  let copies = 0;

  async function find(document: string): Promise<Kept> {
    const known = kept.get(document);
    if (known) return known;
    const { form, head, state } = await shelf.opened(document);
    const [first] = chainsOf(head.template);
    const fresh: Kept = {
      frozen: new Map(),
      approval: {
        document, release: head.release, template: head.template, title: form.title, short: form.short, status: "draft", number: state.number,
        draft: "V1.0", change_note: "", next: null, revisions: [],
        offers: first ? [{ id: first.id, name: first.name, clause: first.clause, afterwards: null, steps: first.steps.map(({ role, verb }) => role + verb) }] : [],
      },
    };
    kept.set(document, fresh);
    return fresh;
  }

  function latest({ approval }: Kept, name: string | null = null): RevisionView {
    const found = name === null ? approval.revisions[0] : approval.revisions.find(({ revision }) => revision === name);
    if (!found) throw refuse("not_found", "没有这个版本");
    return found;
  }

  /** What the document is now, in its approval, in its form and in its dossier. */
  async function stand(own: Kept, status: Status, draft: string | null): Promise<void> {
    const { approval } = own;
    approval.status = status;
    approval.draft = draft;
    approval.revisions.forEach(settle);
    const [newest] = approval.revisions;
    approval.next = status === "draft" || !newest || newest.state === "in_review" ? null : { minor: after(newest.revision), major: after(newest.revision, true) };
    const opened = await shelf.opened(approval.document);
    const shown = approval.revisions.find(({ state }) => state === status);
    opened.head.status = opened.state.status = status;
    opened.head.read_only = status === "draft" || !shown ? null : status === "in_review" ? `已提交 ${shown.revision}，内容不再改动` : `${shown.revision} 已是“${status}”，内容不再改动`;
    opened.state.number = approval.number;
    shelf.put(approval.document, opened);
    const steps = newest?.state === "in_review" ? newest.chains[0] : undefined;
    shelf.tell(approval.document, {
      status, revision: shown?.revision ?? draft, steps_signed: steps?.signed ?? null, steps_all: steps?.steps.length ?? null,
      in_force: approval.revisions.find(({ state }) => state === "controlled")?.revision ?? null,
    });
  }

  function signedNow(own: Kept, signing: Signing): { step: StepView; chain: ChainView; revision: RevisionView } {
    const revision = latest(own);
    const of = revision.chains.find(({ id }) => id === (signing.chain ?? revision.chains[0]?.id));
    const step = of?.steps[signing.step];
    if (!of || !step || step.state !== "next") throw refuse("illegal_signature", `第 ${signing.step + 1} 步现在不能签`);
    if (signing.name === "") throw refuse("required", "签字人还没填", "name");
    if (signing.opinion === "supplement" && !signing.supplement) throw refuse("required", "需补充说明时，要写明补充什么", "supplement");
    if (signing.how === "ink" && revision.printed_on === null) throw refuse("not_printed", "这个版本还没有打印过，纸上不会有签字", "how");
    if (signing.signed_on < step.not_before) throw refuse("date_out_of_order", `第 ${step.index + 1} 步写的是 ${signing.signed_on}，早于${step.not_before_why}的 ${step.not_before}`, "signed_on");
    return { step, chain: of, revision };
  }

  async function reopen(own: Kept, reason: string): Promise<string> {
    const revision = latest(own);
    Object.assign(revision, { state: "returned" satisfies RevisionState, reason });
    const draft = after(revision.revision);
    await stand(own, "draft", draft);
    return draft;
  }

  return {
    approval: async (document) => structuredClone((await find(document)).approval),
    openRevision: async (document, name) => {
      const own = await find(document);
      const revision = latest(own, name);
      const opened = structuredClone(own.frozen.get(revision.revision) ?? (await shelf.opened(document)));
      for (const { place, signature } of revision.chains.flatMap(({ steps }) => steps)) {
        if (place === null || !signature) continue;
        const seat = seatOf(opened.form, place);
        put(opened.content, seat.name, signature.name);
        if (seat.date) put(opened.content, seat.date, signature.signed_on);
        if (seat.opinion) put(opened.content, seat.opinion, signature.opinion_label);
      }
      opened.head.read_only ??= `已提交 ${revision.revision}，内容不再改动`;
      return opened;
    },
    submit: async (document, submission) => {
      const own = await find(document);
      const { approval } = own;
      if (approval.draft === null) throw refuse("bad_request", "这份文档已经提交");
      const revision = approval.draft;
      if (approval.revisions.length === 0) approval.number = `${NUMBERS[approval.template] ?? "REL"}-2026-${String((last += 1)).padStart(3, "0")}`;
      const sha256 = [...approval.document + revision].reduce((hash, ch) => (hash * 33 + (ch.codePointAt(0) ?? 0)) >>> 0, 5381).toString(16).padStart(8, "0").repeat(8);
      const digits = sha256.slice(0, 12).toUpperCase();
      const code = `${digits.slice(0, 4)}-${digits.slice(4, 8)}-${digits.slice(8)}`;
      approval.revisions.unshift({
        revision, state: "in_review", code, payload: `${approval.number}/${revision}/${digits}`, square: ["1110111", "1010101", "1110111", "0001000", "1110101"],
        sha256, anchor: "12-9C41D2E07A55", pages: 3, submitted_at: `${TODAY} 12:40`, submitted_by: "林知远", change_note: submission.change ?? "首次提交",
        reason: "", printed_on: null, effective_on: null, obsolete_on: null, successor: null, chains: chainsOf(approval.template), scans: [], copies: [],
      });
      const opened = await shelf.opened(document);
      // The samples of the forms are signed; a draft is not.
      for (const { place } of approval.revisions[0]?.chains.flatMap(({ steps }) => steps) ?? []) {
        const seat = place === null ? null : seatOf(opened.form, place);
        for (const path of [seat?.name, seat?.date, seat?.opinion, seat?.supplement]) if (path) put(opened.content, path, null);
      }
      own.frozen.set(revision, opened);
      await stand(own, "in_review", null);
      return { number: approval.number, revision, code, pages: 3, afterwards: null };
    },
    withdraw: async (document, reason) => reopen(await find(document), `撤回：${reason}`),
    checkSigning: async (document, signing) => {
      const own = await find(document);
      signedNow(own, signing);
      return signing.name === latest(own).submitted_by ? [{ code: "own_document", message: `${signing.name}是这份文档的编写或提交人，正在审批自己的文档` }] : [];
    },
    sign: async (document, signing) => {
      const own = await find(document);
      const { step, chain: of, revision } = signedNow(own, signing);
      step.signature = {
        name: signing.name, signed_on: signing.signed_on, opinion: signing.opinion, supplement: signing.supplement ?? "", how: signing.how, ink: signing.ink ?? null,
        opinion_label: OPINIONS.find(({ opinion }) => opinion === signing.opinion)?.label ?? "", reason: signing.reason ?? "",
        recorded_at: `${TODAY} 12:45`, recorded_by: "林知远", corrections: [], scans: signing.scan ? [signing.scan] : [],
      };
      if (!of.after_approval && signing.opinion !== "agree") {
        const draft = await reopen(own, `第 ${step.index + 1} 步不同意（${signing.name}）`);
        return { notices: [], state: "returned", draft };
      }
      const isLast = !of.after_approval && of.steps.every(({ signature }) => signature !== null);
      if (isLast) revision.state = "approved";
      await stand(own, isLast ? "approved" : own.approval.status, null);
      return { notices: [], state: revision.state, draft: null };
    },
    correctSignature: async (document, id, step, text) => {
      const of = latest(await find(document)).chains.find((own) => own.id === id);
      of?.steps[step]?.signature?.corrections.push({ text, at: `${TODAY} 12:50`, by: "林知远" });
    },
    bringIntoForce: async (document, on) => {
      const own = await find(document);
      const revision = latest(own);
      for (const other of own.approval.revisions.filter(({ state }) => state === "controlled")) {
        Object.assign(other, { state: "obsolete", obsolete_on: on ?? TODAY, successor: revision.revision, copies: other.copies.map((copy) => ({ ...copy, to_take_back: copy.returned_on === null })) });
      }
      Object.assign(revision, { state: "controlled", effective_on: on ?? TODAY });
      await stand(own, "controlled", null);
      return revision.revision;
    },
    voidRevision: async (document, name, reason) => {
      const own = await find(document);
      Object.assign(latest(own, name), { state: "obsolete", obsolete_on: TODAY, reason });
      const standing = own.approval.revisions.some(({ state }) => state === "controlled");
      await stand(own, standing ? "controlled" : "obsolete", null);
    },
    revise: async (document, major, change) => {
      const own = await find(document);
      const draft = after(latest(own).revision, major);
      own.approval.change_note = change;
      await stand(own, "draft", draft);
      return draft;
    },
    discardDraft: async (document) => {
      const own = await find(document);
      await stand(own, latest(own).state as Status, null);
    },
    compare: async (document, from, to) => {
      const { approval } = await find(document);
      const at = approval.revisions.findIndex(({ revision }) => to === null || revision === to);
      const newer = approval.revisions[at];
      const older = from ?? approval.revisions[at + 1]?.revision;
      if (!newer || older === undefined) throw refuse("not_found", "这是第一版，没有可以对照的版本");
      return {
        number: approval.number, title: approval.title, from: older, to: newer.revision, change_note: newer.change_note,
        changes: [{ place: "三 发布窗口 › 计划发布时长", path: "planned_minutes", kind: "changed", before: "120", after: "180" }],
      };
    },
    revisionPaper: async () => new ArrayBuffer(0),
    printRevision: async (document, name) => {
      const own = await find(document);
      const revision = latest(own, name);
      revision.printed_on ??= TODAY;
      settle(revision);
      return `${FOLDER}/${own.approval.number}_${revision.revision}_${own.approval.short}.pdf`;
    },
    exportRevision: async (document, name) => {
      const own = await find(document);
      const file = `${own.approval.number}_${latest(own, name).revision}_${own.approval.short}.pdf`;
      return { folder: FOLDER, files: [{ name: file, path: `${FOLDER}/${file}` }], warnings: [], cancelled: false };
    },
    printComparison: async (document) => `${FOLDER}/${(await find(document)).approval.number}_修订对照.pdf`,
    issueCopy: async (document, department, holder) => {
      const revision = (await find(document)).approval.revisions.find(({ state }) => state === "controlled");
      if (!revision) throw refuse("illegal_move", "没有受控的版本，不能分发");
      if (department === "") throw refuse("invalid_content", "没有分发：还没写分发给哪个部门");
      const copy: CopyLine = {
        id: (copies += 1), copy_number: copies, department, holder, issued_on: TODAY, issued_by: "林知远", received_on: null, received_by: null,
        returned_on: null, returned_note: null, to_take_back: false,
      };
      revision.copies.push(copy);
      return structuredClone(copy);
    },
    receiveCopy: async (id, by, on) => void Object.assign(held(id), { received_on: on ?? TODAY, received_by: by }),
    returnCopy: async (id, note, on) => void Object.assign(held(id), { returned_on: on ?? TODAY, returned_note: note, to_take_back: false }),
    copiesToTakeBack: async () => [...kept.values()].flatMap(({ approval }) => approval.revisions.flatMap((revision) =>
      revision.copies.filter(({ to_take_back: due }) => due).map((copy) => ({ document: approval.document, number: approval.number, revision: revision.revision, reason: revision.reason, copy })))),
    policies: async () => [{ id: "release-rules", name: "产品发布管理规范" }, { id: "release-system", name: "发布管理制度" }, { id: "deployment-rules", name: "生产环境部署管理规范" }],
    numberRules: async () => Object.entries(NUMBERS).map(([template, code]): NumberRule => ({
      template, title: template, own: `${code}-{year}-{seq:03}`, pattern: `${code}-{year}-{seq:03}`, next: `${code}-2026-${String(last + 1).padStart(3, "0")}`,
    })),
    nextNumber: async (template) => `${NUMBERS[template.replace(".blank", "")] ?? "REL"}-2026-${String(last + 1).padStart(3, "0")}`,
    voidNextNumber: async (template) => `${NUMBERS[template] ?? "REL"}-2026-${String((last += 1)).padStart(3, "0")}`,
    startNumbersAfter: async (template, used) => {
      const seq = Number(/-(\d+)$/.exec(used)?.[1]);
      if (!(seq > last)) throw refuse("illegal_move", `${used} 不能登记：编号已经给到 ${last}`);
      last = seq;
      return `${NUMBERS[template] ?? "REL"}-2026-${String(last + 1).padStart(3, "0")}`;
    },
    verifyPrint: async (code) => {
      const digits = code.replace(/[-\s]/g, "").toUpperCase();
      if (!/^[0-9A-F]{12}$/.test(digits)) throw { ...refuse("bad_request", `“${code}”不是校验码`), hint: "校验码在每页右下角，是三组四位的数字和 A 到 F" };
      for (const { approval } of kept.values()) {
        const revision = approval.revisions.find((own) => own.code.replaceAll("-", "") === digits);
        if (revision) {
          return {
            kind: "same", message: `${approval.number} ${revision.revision} 与打印时一致`, document: approval.document, title: approval.title,
            number: approval.number, revision: revision.revision, state: revision.state, field: null, notes: [],
          };
        }
      }
      const message = `这里没有提交过校验码为 ${code} 的版本`;
      return { kind: "unknown", message, document: null, title: null, number: null, revision: null, state: null, field: null, notes: ["请先核对输入"] };
    },
    register: async (register, query) => {
      const rows = [...kept.values()].flatMap(({ approval }) => approval.revisions
        .filter(({ state }) => state === "controlled")
        .map((revision, index) => ({ document: approval.document, cells: [String(index + 1), approval.number, approval.title, revision.revision] })));
      const columns = ["序号", "文件编号", "文件名称", "版本"].map((label) => ({ label, width: 40 }));
      const shown = register === "controlled" || (register === "due" && (query.on ?? TODAY) > "2036-12-31") ? rows : [];
      return { register, title: "受控文件清单", lines: [["截至日期", query.on ?? TODAY]], columns, rows: shown, notes: [], years: [2026] };
    },
    exportRegister: async (_register, _query, format) => {
      const file = `受控文件清单_${TODAY}.${format}`;
      return { folder: FOLDER, files: [{ name: file, path: `${FOLDER}/${file}` }], warnings: [], cancelled: false };
    },
    verifyAudit: async () => ({ entries: 12, head: "12-9C41D2E07A55", revisions: kept.size, signatures: 0, scans: 0, faults: [] }),
  };

  function held(id: number): CopyLine {
    const all = [...kept.values()].flatMap(({ approval }) => approval.revisions.flatMap((revision) => revision.copies));
    const copy = all.find((own) => own.id === id);
    if (!copy) throw refuse("not_found", "没有这份副本");
    return copy;
  }
}

function put(content: Record<string, Json>, path: Path, value: Json): void {
  const at = parsePath(path);
  if (at.row === null) {
    content[at.field] = value;
    return;
  }
  const rows = (Array.isArray(content[at.field]) ? content[at.field] : []) as Row[];
  while (rows.length <= at.row) rows.push({});
  const row = rows[at.row];
  if (row) row[at.column] = value;
  content[at.field] = rows;
}
