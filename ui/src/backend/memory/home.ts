import type { Backend, DossierDocument, DossierQuery, DossierRow, Json, Settings, Stage, Status, TemplateInfo } from "../backend";

type Home = Pick<
  Backend,
  | "start" | "dossiers" | "dossier" | "newRelease" | "addDocument" | "removeRelease" | "loadSample" | "saveSettings"
  | "savePreferences" | "onClosing" | "pickLogo" | "pickFolder" | "about"
>;

const TEMPLATES: TemplateInfo[] = [
  { id: "release-application", short: "申请表", title: "产品发布申请表" },
  { id: "release-plan", short: "发布计划", title: "发布计划" },
  { id: "release-plan-table", short: "计划表", title: "发布计划表" },
  { id: "release-summary", short: "总结报告", title: "产品发布总结报告" },
];

const STAGES: Stage[] = ["upcoming", "released", "closed"];
const TYPES = ["重大版本发布", "功能迭代发布", "补丁版本发布", "紧急修复发布"];
const PRODUCTS = ["计费结算系统", "数据安全网关", "统一认证中心", "终端安全管理平台", "资产拓扑平台", "日志分析平台", "消息总线", "数据中台"];
const OWNERS = ["周敏", "刘堃", "陈珺", "韩朔", "王喆", "林知远"];

/** Objects are merged, lists replaced; null takes out, as far as a default is nothing. */
function merge(target: Record<string, Json>, changes: Record<string, Json>): void {
  for (const [key, value] of Object.entries(changes)) {
    const old = target[key];
    const both = [old, value].every((side) => typeof side === "object" && side !== null && !Array.isArray(side));
    if (both) merge(old as Record<string, Json>, value as Record<string, Json>);
    else if (value !== null) target[key] = structuredClone(value);
    else if (key === "logo") target[key] = null;
    else if (key === "export_folder" || key === "second_folder") target[key] = "";
    else delete target[key];
  }
}

/** What a release is searched by. */
function searchable(row: DossierRow): string {
  return `${row.product} ${row.version} ${row.owner} ${row.release_type}`.toLowerCase();
}

function fits(row: DossierRow, query: DossierQuery): boolean {
  const has = (status: Status): boolean => row.documents.some((document) => document.status === status);
  return (
    query.text.toLowerCase().split(/\s+/).every((word) => searchable(row).includes(word)) &&
    (query.scope === "all" || has(query.scope)) &&
    (query.state === null || has(query.state)) &&
    (query.product === null || row.product === query.product) &&
    (query.release_type === null || row.release_type === query.release_type) &&
    (query.year === null || Number(row.planned_at?.slice(0, 4)) === query.year)
  );
}

/** A past of many releases, to see how the list bears it. */
function past(index: number): DossierRow {
  const stage: Stage = index < 5 ? "upcoming" : index < 8 ? "released" : "closed";
  const status: Status = stage === "upcoming" ? (["draft", "approved", "in_review"] as const)[index % 3] ?? "draft" : index % 29 === 9 ? "obsolete" : "controlled";
  const pad = (value: number): string => String(value).padStart(2, "0");
  const day = `${stage === "closed" ? 2025 - (index % 3) : 2026}-${pad(stage === "upcoming" ? 3 : (index % 2) + 1)}-${pad((index % 17) + 11)}`;
  return {
    release: 0, product: PRODUCTS[index % PRODUCTS.length] ?? "", version: `V${(index % 7) + 1}.${index % 11}.${Math.floor(index / 8) % 40}`,
    release_type: TYPES[index % 4] ?? "", owner: OWNERS[index % 6] ?? "", stage,
    planned_at: index % 13 === 4 ? null : `${day} ${pad(10 + (index % 5))}:00`,
    updated_at: stage === "upcoming" ? `2026-03-${index < 2 ? 11 : 10} ${pad(9 + (index % 8))}:${pad(index * 7 % 60)}` : `${day} 16:30`,
    updated_by: OWNERS[(index + 2) % 6] ?? "",
    documents: TEMPLATES.map(({ id, short, title }, place) => {
      const made = place < 3 || stage === "closed";
      const own: Status = stage === "released" && place === 3 ? "draft" : status;
      const exists = made || stage === "released";
      return {
        template: id, short, title, id: exists ? `${id}.blank` : null, status: exists ? own : null,
        missing: (index * 5 + place * 3) % 17, rows: place === 2 ? 6 + (index % 9) : null,
        steps_signed: exists && own === "in_review" ? index % 5 : null, steps_all: exists && own === "in_review" ? 5 : null,
        in_force: exists && own === "controlled" ? "V1.0" : null, revision: exists && own !== "draft" ? "V1.0" : null,
      };
    }),
  };
}

/** The list alone, for tests that open no document. */
export function home(many?: number): Home {
  return homeOf(many).home;
}

/**
 * `many`: how many releases there are to begin with; in a browser `?dossiers=10000` asks for them. `tell` says what became
 * of a document.
 */
export function homeOf(
  many = Number(new URLSearchParams(window.location.search).get("dossiers")),
): { home: Home; tell: (document: string, what: Partial<DossierDocument>) => void } {
  const settings: Settings = {
    organisation: { name: "衡川数安科技有限公司", logo: null, copyright_year: "document" },
    user: { name: "林知远", department: "产品部" },
    departments: ["产品部", "研发部", "测试部"],
    people: [{ name: "周敏", department: "产品部", phone: "8021" }],
    documents: { classification: "内部", control_state: "受控", form_numbers: {}, front_matter: {}, policy: "release-rules", number_patterns: {}, retention: {} },
    print: { duplex: false, binding_line: false },
    export_folder: "",
    backup: { second_folder: "" },
  };
  const rows: DossierRow[] = Array.from({ length: many }, (_, index) => ({ ...past(index), release: index + 1 }));
  let last = many;

  function insert(product: string, version: string, type: string, documents: string[], sample: boolean): number {
    last += 1;
    const release = last;
    rows.unshift({
      release, product, version, release_type: type, owner: "周敏", planned_at: "2026-03-20 15:00", stage: "upcoming",
      updated_at: "2026-03-11 12:31", updated_by: "林知远",
      documents: TEMPLATES.map(({ id, short, title }) => ({
        template: id, short, title, missing: 9, rows: id === "release-plan-table" ? 6 : null,
        id: documents.includes(id) ? (sample ? id : `${id}.blank`) : null,
        status: documents.includes(id) ? "draft" : null, steps_signed: null, steps_all: null, in_force: null, revision: null,
      })),
    });
    return release;
  }

  function find(release: number): DossierRow {
    const row = rows.find((row) => row.release === release);
    if (!row) throw { code: "not_found", message: "没有这个卷宗", hint: null, issues: [] };
    return row;
  }

  const tell = (id: string, what: Partial<DossierDocument>): void => {
    for (const document of rows.flatMap((row) => row.documents)) if (document.id === id) Object.assign(document, what);
  };
  const all: Home = {
    start: async () => ({
      version: "0.1.0", data_folder: "文档/发布卷宗", first_start: window.location.search.includes("first"), settings: structuredClone(settings),
      preferences: {}, templates: TEMPLATES, today: "2026-03-11",
      release_types: TYPES,
    }),
    dossiers: async (query) => {
      const found = rows.filter((row) => fits(row, query));
      const grouped = query.group === "stage";
      const list = grouped ? STAGES.flatMap((stage) => found.filter((row) => row.stage === stage)) : found;
      const count = (status: Status): number => rows.filter((row) => row.documents.some((document) => document.status === status)).length;
      return structuredClone({
        rows: list.slice(query.offset, query.offset + query.limit), total: list.length,
        groups: grouped ? STAGES.map((stage) => ({ stage, count: list.filter((row) => row.stage === stage).length })).filter(({ count }) => count > 0) : [],
        counts: {
          all: rows.length, draft: count("draft"), in_review: count("in_review"), approved: count("approved"),
          controlled: count("controlled"), obsolete: count("obsolete"),
        },
        products: [...new Set(rows.map((row) => row.product))],
        years: [...new Set(rows.flatMap((row) => (row.planned_at ? [Number(row.planned_at.slice(0, 4))] : [])))].sort((a, b) => b - a),
        release_types: [...new Set(rows.map((row) => row.release_type))],
        documents: rows.flatMap((row) => row.documents).filter((document) => document.id !== null).length,
      });
    },
    dossier: async (release) => structuredClone(find(release)),
    newRelease: async (request) => {
      const issues = [];
      if (request.product.trim() === "") issues.push({ path: "product", code: "required", message: "产品名称没有填。" });
      if (!/^V\d+\.\d+\.\d+$/.test(request.version)) {
        const message = request.version === "" ? "发布版本没有填。" : `发布版本要写成 V4.2.0 这样的三段数字，现在是“${request.version}”。`;
        issues.push({ path: "version", code: "not_a_version", message });
      }
      if (request.release_type === "") issues.push({ path: "release_type", code: "required", message: "发布类型没有选。" });
      if (rows.some((row) => row.product === request.product && row.version === request.version)) {
        issues.push({ path: "version", code: "exists", message: `${request.product} ${request.version} 已经有卷宗。` });
      }
      if (issues.length > 0) throw { code: "invalid_content", message: "没有新建", hint: null, issues };
      return insert(request.product, request.version, request.release_type, request.documents, false);
    },
    addDocument: async (release, template) => {
      const document = find(release).documents.find((document) => document.template === template);
      if (!document) throw { code: "not_found", message: "没有这个模板", hint: null, issues: [] };
      document.id = `${template}.blank`;
      document.status = "draft";
      return document.id;
    },
    removeRelease: async (release) => void rows.splice(rows.indexOf(find(release)), 1),
    loadSample: async () => insert("衡川网络安全审计系统", "V4.2.0", "功能迭代发布", TEMPLATES.map(({ id }) => id), true),
    saveSettings: async (changes) => {
      const year = (changes["organisation"] as { copyright_year?: Json } | undefined)?.copyright_year;
      if (year !== undefined && year !== "document" && !/^[12]\d{3}-?$/.test(String(year))) {
        throw { code: "invalid_content", message: "设置有 1 处问题", hint: null, issues: [{ path: "organisation.copyright_year", code: "not_a_year", message: "应是年份" }] };
      }
      merge(settings as unknown as Record<string, Json>, changes);
      return structuredClone(settings);
    },
    onClosing: () => undefined,
    savePreferences: async () => undefined,
    pickLogo: async () => null,
    pickFolder: async () => null,
    about: async () => ({
      version: "0.1.0", data_folder: "文档/发布卷宗", data_bytes: 1_240_000, releases: rows.length, documents: rows.length * 4,
      licences: [{ name: "Noto Sans SC", version: "2.004", licence: "OFL-1.1", text: "SIL Open Font License" }],
    }),
  };
  return { home: all, tell };
}
