import type { ArchiveLook, ArchiveRequest, Backend, BackendError, CheckLine, CheckOutcome, CheckProperty } from "../backend";

type Archive = Pick<Backend, "checkArchive" | "makeArchive" | "attachAppendix" | "pickPackage" | "verifyPackage" | "restorePackage">;

const FIRST = "衡川网络安全审计系统 V4.2.0";
const SECOND = "衡川日志分析平台 V2.8.1";
const APPLICATION = "REL-APP-2026-001 V1.0";
const REPORT = "REL-SUM-2026-001 V1.0";
const CODE = "3F7A-0C91-B2D4-77A0-19BC-04E1";

function line(property: CheckProperty, outcome: CheckOutcome, id: string, about: string, message: string): CheckLine {
  return { id, property, outcome, about, message, excusable: outcome === "blocking" };
}

/** Two dossiers: of one an appendix and 4.4.2 are missing, of the other everything is there. */
function lines(attached: Set<number>): CheckLine[] {
  const appendix = (number: number, label: string): CheckLine => attached.has(number)
    ? line("complete", "passed", `附录${number}/R0001`, FIRST, `附录 ${number} ${label}：附录${number}.pdf。`)
    : line("complete", "blocking", `附录${number}/R0001`, FIRST, `缺附录 ${number} ${label}。`);
  return [
    line("complete", "passed", "报告/R0002", SECOND, "《产品发布总结报告》：REL-SUM-2026-002 V1.0。"),
    line("complete", "passed", "报告/R0001", FIRST, `《产品发布总结报告》：${REPORT}。`),
    appendix(2, "发布过程关键节点记录及截图"),
    appendix(4, "发布总结会议纪要"),
    line("complete", "warning", `签署件/${APPLICATION}`, APPLICATION, "签署件缺第 3 页。"),
    line("complete", "blocking", "4.4.2.1", "2026 年", "还没有人确认：产品部更新产品手册、帮助文档等用户侧文档。"),
    line("authentic", "passed", "审计", "审计记录", "审计记录 1842 条首尾相接。"),
    line("whole", "passed", `内容/${APPLICATION}`, APPLICATION, "内容与提交时的校验值一致。"),
    line("usable", "passed", `PDF/${APPLICATION}`, APPLICATION, "PDF/A-2u，字体内嵌，可长期阅读。"),
  ];
}

function refuse(code: string, message: string, hint: string): BackendError {
  return { code, message, hint, issues: [] };
}

/** Packages without files: the check stands as it is but for what is added, and a package is sound. */
export function archive(): Archive {
  const attached = new Set<number>();
  const settled = ({ exceptions, confirmed }: Omit<ArchiveRequest, "scope">): CheckLine[] => lines(attached).map((own) => {
    const reason = [...exceptions, ...confirmed].find(([id]) => id === own.id)?.[1];
    if (reason === undefined || own.outcome !== "blocking") return own;
    return { ...own, reason, outcome: own.id.startsWith("4.4.2") ? "passed" : "excused" };
  });
  const checked = (request: ArchiveRequest): ArchiveLook["check"] => {
    const { scope } = request;
    const all = settled(request);
    const count = (outcome: CheckOutcome): number => all.filter((own) => own.outcome === outcome).length;
    return {
      scope: scope.year ? `${scope.year} 年` : (scope.release ?? `含“${scope.query ?? ""}”`), releases: 2, documents: 4, revisions: 5,
      blocking: count("blocking"), warnings: count("warning"), lines: all,
    };
  };
  return {
    checkArchive: async (scope, onProgress) => {
      onProgress({ done: 0, total: 5, what: APPLICATION });
      if (scope.year == null && !scope.release && !scope.query?.trim()) throw refuse("bad_request", "没有说明归档哪些文件", "请给出年度、发布或查找的词");
      return {
        check: checked({ scope, exceptions: [], confirmed: [] }),
        places: [
          { about: FIRST, release: 1, name: FIRST, document: null, report: "D0004" },
          { about: APPLICATION, release: 1, name: FIRST, document: "D0001", report: "D0004" },
          { about: SECOND, release: 2, name: SECOND, document: null, report: "D0008" },
        ],
      };
    },
    makeArchive: async (request, onProgress) => {
      const check = checked(request);
      if (check.blocking > 0) throw refuse("invalid_content", `还不能归档：有 ${check.blocking} 项不通过`, "逐项补齐后再归档");
      const to = "文档/发布文档/归档包_2026年_2026-03-11.zip";
      onProgress({ step: "files", done: 0, total: 5, what: APPLICATION, bytes: 0, to });
      onProgress({ step: "verify", done: 38, total: 38, what: "", bytes: 12_400_000, to });
      return {
        path: to, documents: 4, revisions: 5, files: 38, bytes: 12_400_000,
        digest: "3f7a0c91b2d477a019bc04e1".padEnd(64, "0"), code: CODE, audit_head: "1842-9C41D2E07A55", check,
      };
    },
    attachAppendix: async (_document, appendix) => {
      attached.add(appendix);
      return REPORT;
    },
    pickPackage: async () => ({ token: "file-1", name: "归档包_2026年_2026-03-11.zip" }),
    verifyPackage: async (_file, anchor) => {
      const fits = anchor === null ? null : anchor.replaceAll(/\s/g, "").toUpperCase() === CODE;
      return {
        is_handover: false,
        verdict: fits === false ? "altered" : "sound",
        message: fits === false ? "被改动过：有 1 处互相矛盾，不能作为凭据" : fits === null ? "完好：内容、清单和审计记录相符；要确认没有连清单一起改过，请用移交校验码再核对一次" : "完好：与移交时一致",
        documents: 4, revisions: 5, files: 38, bytes: 12_400_000, digest: "3f7a0c91b2d477a019bc04e1".padEnd(64, "0"), code: CODE,
        audit_head: "1842-9C41D2E07A55", anchor: fits,
        issues: fits === false ? [{ path: "manifest-sha256.txt", code: "anchor_differs", message: "移交校验码与签过字的移交清单上的不同。" }] : [],
      };
    },
    restorePackage: async () => ({ documents: 3, revisions: 4, known: 1, issues: [], cancelled: false }),
  };
}
