import type { Backend, DossierRow, Json, Settings, TemplateInfo } from "../backend";

type Home = Pick<
  Backend,
  | "start" | "dossiers" | "dossier" | "newRelease" | "addDocument" | "removeRelease" | "loadSample" | "saveSettings"
  | "savePreferences" | "pickLogo" | "pickFolder" | "about"
>;

const TEMPLATES: TemplateInfo[] = [
  { id: "release-application", short: "申请表", title: "产品发布申请表" },
  { id: "release-plan", short: "发布计划", title: "发布计划" },
  { id: "release-plan-table", short: "计划表", title: "发布计划表" },
  { id: "release-summary", short: "总结报告", title: "产品发布总结报告" },
];

export function home(): Home {
  const settings: Settings = {
    organisation: { name: "衡川数安科技有限公司", logo: null, copyright_year: "document" },
    user: { name: "林知远", department: "产品部" },
    departments: ["产品部", "研发部", "测试部"],
    people: [{ name: "周敏", department: "产品部", phone: "8021" }],
    documents: { classification: "内部", control_state: "受控", form_numbers: {}, front_matter: {} },
    print: { duplex: false, binding_line: false },
    export_folder: "",
  };
  const rows: DossierRow[] = [];

  function insert(product: string, version: string, type: string, documents: string[], sample: boolean): number {
    const release = rows.length + 1;
    rows.unshift({
      release, product, version, release_type: type, owner: "周敏", planned_at: "2026-03-20 15:00", stage: "upcoming",
      updated_at: "2026-03-11 12:31", updated_by: "林知远",
      documents: TEMPLATES.map(({ id, short, title }) => ({
        template: id, short, title, missing: 9, rows: id === "release-plan-table" ? 6 : null,
        id: documents.includes(id) ? (sample ? id : `${id}.blank`) : null,
        status: documents.includes(id) ? "draft" : null,
      })),
    });
    return release;
  }

  function find(release: number): DossierRow {
    const row = rows.find((row) => row.release === release);
    if (!row) throw { code: "not_found", message: "没有这个卷宗", hint: null, issues: [] };
    return row;
  }

  return {
    start: async () => ({
      version: "0.1.0", data_folder: "文档/发布卷宗", first_start: false, settings: structuredClone(settings),
      preferences: {}, templates: TEMPLATES, today: "2026-03-11",
      release_types: ["重大版本发布", "功能迭代发布", "补丁版本发布", "紧急修复发布"],
    }),
    dossiers: async (query) => {
      const found = rows.filter((row) => `${row.product} ${row.version} ${row.owner}`.includes(query.text));
      return structuredClone({
        rows: found.slice(query.offset, query.offset + query.limit), total: found.length,
        groups: query.group === "stage" && found.length > 0 ? [{ stage: "upcoming" as const, count: found.length }] : [],
        counts: { all: rows.length, draft: rows.length, in_review: 0, approved: 0, controlled: 0, obsolete: 0 },
        products: [...new Set(rows.map((row) => row.product))], years: [2026],
        release_types: [...new Set(rows.map((row) => row.release_type))], documents: rows.length * 4,
      });
    },
    dossier: async (release) => structuredClone(find(release)),
    newRelease: async (request) => insert(request.product, request.version, request.release_type, request.documents, false),
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
      for (const [key, value] of Object.entries(changes)) {
        const old = (settings as unknown as Record<string, Json>)[key];
        const merges = typeof value === "object" && value !== null && !Array.isArray(value) && typeof old === "object";
        (settings as unknown as Record<string, Json>)[key] = merges ? { ...(old as object), ...value } : value;
      }
      return structuredClone(settings);
    },
    savePreferences: async () => undefined,
    pickLogo: async () => null,
    pickFolder: async () => null,
    about: async () => ({
      version: "0.1.0", data_folder: "文档/发布卷宗", data_bytes: 1_240_000, releases: rows.length, documents: rows.length * 4,
      licences: [{ name: "Noto Sans SC", version: "2.004", licence: "OFL-1.1", text: "SIL Open Font License" }],
    }),
  };
}
