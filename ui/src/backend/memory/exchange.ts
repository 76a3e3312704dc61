import type {
  Backend, BackendError, Conflict, DossierDocument, ExchangeStatus, Json, Opened, PackageLook, Received, Sent,
} from "../backend";

type Exchange = Pick<
  Backend,
  | "exchangeBrief" | "exchangeStatus" | "sendPackage" | "takeBack" | "conflicts" | "choose" | "lendNumbers" | "isHandover"
  | "lookIntoPackage" | "receivePackage"
>;

/** What the other half of the memory tells of a document and is told of it. */
interface Shelf {
  opened(document: string): Promise<Opened>;
  put(document: string, opened: Opened): void;
  tell(document: string, what: Partial<DossierDocument>): void;
}

const CODE = "51C0-8E2D-7B19-44FA-0D63-9A2E";
const AT = "2026-03-11 12:31";

function refuse(code: string, message: string, hint: string | null): BackendError {
  return { code, message, hint, issues: [] };
}

/** What a colleague has sent: a draft that went another way than the one here, by field; a table by its cells. */
async function conflictOf(shelf: Shelf, document: string, from: string): Promise<Conflict> {
  const { form, content } = await shelf.opened(document);
  const text = (value: Json | undefined): string => (typeof value === "string" ? value : "");
  const place = (path: string, label: string, here: string, there: string): Conflict["fields"][number]["places"][number] =>
    ({ path, label, here, there, here_shown: here, there_shown: there });
  const contact = form.fields["contact"]?.label ?? "联系方式";
  return {
    document, title: form.title, from, at: AT,
    fields: [
      { field: "contact", label: contact, by_place: false, places: [place("contact", contact, text(content["contact"]), "分机 8099")] },
      {
        field: "changes", label: "变更列表", by_place: true,
        places: [place("changes[0].name", "变更列表 第 1 行 名称", "采集引擎", "采集引擎（含代理）"), place("changes[1].kind", "变更列表 第 2 行 类型", "新增", "优化")],
      },
    ],
  };
}

/** Packages without files: whatever is picked brings a second version of the application and a borrowed block. */
export function exchange(shelf: Shelf): Exchange {
  const status: ExchangeStatus = {
    code: "7F3A-90C1-22DE", name: "林知远", packages: 2, out: [], waiting: [],
    quarantine: [{
      document: null, title: "发布计划", number: "REL-PLN-2026-007", revision: "V1.0", why: "编号和版本相同，内容不同。", from: "王喆", at: AT,
      changes: [{ place: "一 基本信息 › 计划发布时间", path: "planned_at", kind: "changed", before: "2026-03-20 15:00", after: "2026-03-27 15:00" }],
    }],
    leases: [{ out: true, partner: "韩朔", first: "REL-APP-2026-041", last: "REL-APP-2026-050", free: 7, used: 2, void: 1, at: AT }],
  };
  const waiting = new Map<string, Conflict[]>();

  const sent = (to: string, purpose: string, label: string, drafts: string[], documents: string[], numbers: string[]): Sent =>
    ({ path: `文档/发布文档/移交包_${to}_2026-03-11.zip`, uid: "0".repeat(32), to, purpose, label, drafts, documents, numbers, digest: "0".repeat(64), code: CODE });

  async function head(document: string, what: Partial<Opened["head"]>): Promise<void> {
    const opened = await shelf.opened(document);
    Object.assign(opened.head, what);
    shelf.put(document, opened);
  }

  const LOOK: PackageLook = {
    purpose: "draft", label: "移交草稿", from: "韩朔", from_code: "90C1-22DE-7F3A", to: "林知远", on: "2026-03-11", code: CODE, anchor: null, again: false,
    parts: [{ id: "release-application", title: "产品发布申请表", release: "衡川网络安全审计系统 V4.2.0", what: "草稿", outcome: "beside", message: "两边都改过，收下后放在旁边，由您逐项选定。" }],
    blocks: [{ first: "REL-SUM-2026-011", last: "REL-SUM-2026-015", count: 5, is_for_here: true }], settled: 0,
  };

  function checked(anchor: string | null): boolean | null {
    if (anchor === null) return null;
    if (!/^[0-9A-Fa-f\s-]{16,}$/.test(anchor)) throw refuse("bad_request", `“${anchor}”不是移交校验码`, "移交校验码是六组四位的数字和 A 到 F");
    if (anchor.replaceAll(/\s/g, "").toUpperCase() !== CODE) {
      throw refuse("invalid_content", "没有接收：移交包被改动过：有 1 处互相矛盾，不能作为凭据", "请向发出的人重新要一份");
    }
    return true;
  }

  return {
    exchangeBrief: async () => structuredClone({ out: status.out, waiting: status.waiting.length, alarms: status.quarantine.length }),
    exchangeStatus: async () => structuredClone(status),
    sendPackage: async ({ documents, to, submit, return_numbers }) => {
      if (to.trim() === "") throw refuse("bad_request", "没有说明移交给谁", "请写明姓名，如“韩朔”");
      const drafts: string[] = [];
      for (const document of documents) {
        const { head: own, form } = await shelf.opened(document);
        if (own.status !== "draft") continue;
        if (own.handed_over) throw refuse("illegal_move", `文档 \`${document}\` 已移交给${own.handed_over}，在这里不能改`, "等移交包回来，或先收回");
        await head(document, { handed_over: to, read_only: `已移交给${to}，收回后才能改` });
        status.out.push({ document, title: form.title, to, submit, at: AT });
        drafts.push(document);
      }
      const [purpose, label] = submit ? ["submit", "提交文控"] : drafts.length > 0 ? ["draft", "移交草稿"] : ["release", "交回文件"];
      return sent(to, purpose ?? "", label ?? "", drafts, documents.filter((own) => !drafts.includes(own)), return_numbers ? ["REL-SUM-2026-011"] : []);
    },
    takeBack: async (document) => {
      const line = status.out.find((own) => own.document === document);
      if (!line) throw refuse("illegal_move", `文档 \`${document}\` 没有移交出去，不用收回`, "它在这里就能改");
      status.out.splice(status.out.indexOf(line), 1);
      await head(document, { handed_over: null, read_only: null });
      return line.to;
    },
    conflicts: async (document) => structuredClone(waiting.get(document) ?? []),
    choose: async (document, { take, keep }) => {
      const [first, ...rest] = waiting.get(document) ?? [];
      if (!first) throw refuse("not_found", `文档 \`${document}\` 没有另一版本，不用选定`, "可能已经选定，或被后来的移交包取代");
      const opened = await shelf.opened(document);
      for (const place of first.fields.flatMap(({ places }) => places)) {
        if (take.includes(place.path) && !place.path.includes("[")) opened.content[place.path] = place.there;
      }
      opened.head.second_from = rest[0]?.from ?? null;
      shelf.put(document, opened);
      waiting.set(document, rest);
      status.waiting = status.waiting.filter((line) => line.document !== document || rest.length > 0);
      return { document, taken: take, kept: keep, waiting: rest.length };
    },
    lendNumbers: async (_template, count, to, code) => {
      if (code === null && to !== "韩朔") throw refuse("not_found", `不知道“${to}”的电脑是哪一台：从那里还没有收到过移交包`, "请写明那台电脑的代码，代码写在它的“移交”页上");
      const number = (seq: number): string => `REL-APP-2026-${String(seq).padStart(3, "0")}`;
      const numbers = Array.from({ length: count }, (_, index) => number(51 + index));
      status.leases.push({ out: true, partner: to, first: numbers[0] ?? "", last: numbers.at(-1) ?? "", free: count, used: 0, void: 0, at: AT });
      return sent(to, "lease", "借出编号", [], [], numbers);
    },
    isHandover: async (file) => !file.includes("archive"),
    lookIntoPackage: async (_file, anchor) => structuredClone({ ...LOOK, anchor: checked(anchor) }),
    receivePackage: async (_file, anchor, onProgress): Promise<Received> => {
      checked(anchor);
      const document = "release-application";
      onProgress({ done: 0, total: 1, what: "草稿" });
      const conflict = await conflictOf(shelf, document, LOOK.from);
      waiting.set(document, [...(waiting.get(document) ?? []), conflict]);
      status.waiting.push({ document, title: conflict.title, from: LOOK.from, at: AT });
      await head(document, { second_from: LOOK.from });
      onProgress({ done: 1, total: 1, what: "" });
      return {
        uid: "0".repeat(32), purpose: LOOK.purpose, label: LOOK.label, from: LOOK.from, again: false,
        documents: [{ id: document, title: conflict.title, outcome: "beside", message: "两边都改过：韩朔 的内容作为另一版本放在旁边，请逐项选定。", submitted: null, issues: [] }],
        borrowed: ["REL-SUM-2026-011", "REL-SUM-2026-012", "REL-SUM-2026-013", "REL-SUM-2026-014", "REL-SUM-2026-015"], settled: [], issues: [],
      };
    },
  };
}
