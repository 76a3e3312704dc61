import { parsePath } from "../../dossier/path";
import type { Backend, Edit, Edited, ExportResult, Json, Opened, Row } from "../backend";

type Documents = Pick<
  Backend,
  | "open" | "edit" | "undo" | "redo" | "history" | "completions" | "preview" | "pickWorkbook" | "onFileDropped"
  | "planImport" | "applyImport" | "exportFiles" | "cancelExport" | "print" | "openFile" | "revealFile"
>;

/** `<template>.json` holds the filled sample of a form, `<template>.blank.json` an empty draft; both as the core opens them. */
const fixtures = import.meta.glob<Opened>("./fixtures/*.json", { import: "default" });

export async function fixture(name: string): Promise<Opened> {
  const load = fixtures[`./fixtures/${name}.json`];
  if (!load) throw { code: "not_found", message: `没有文档 \`${name}\``, hint: null, issues: [] };
  return structuredClone(await load());
}

const FOLDER = "文档/发布文档";

interface Stored {
  opened: Opened;
  past: Opened[];
  future: Opened[];
}

/** Documents are named after their fixtures: `release-application`, `release-plan-table.blank`. */
export function documents(): { backend: Documents; opened: (id: string) => Promise<Opened>; put: (id: string, opened: Opened) => void } {
  const stored = new Map<string, Stored>();
  let cancelled = false;

  async function find(id: string): Promise<Stored> {
    const known = stored.get(id);
    if (known) return known;
    const opened = await fixture(id);
    opened.head.id = id;
    const fresh = { opened, past: [], future: [] };
    stored.set(id, fresh);
    return fresh;
  }

  function answer(document: Stored, values: Record<string, Json>): Edited {
    const { opened, past, future } = document;
    opened.state.sequence += 1;
    opened.state.undo = past.length > 0 ? "上一步" : null;
    opened.state.redo = future.length > 0 ? "下一步" : null;
    return structuredClone({ values, unfit: opened.unfit, state: opened.state });
  }

  function step(document: Stored, from: Opened[], to: Opened[]): Edited {
    const other = from.pop();
    if (!other) return answer(document, {});
    to.push(structuredClone(document.opened));
    const gone = Object.keys(document.opened.content).filter((field) => !(field in other.content));
    document.opened = other;
    return answer(document, { ...other.content, ...Object.fromEntries(gone.map((field) => [field, null])) });
  }

  const backend: Documents = {
    open: async (id) => structuredClone((await find(id)).opened),
    edit: async (id, edits) => {
      const document = await find(id);
      document.past.push(structuredClone(document.opened));
      document.future.length = 0;
      for (const edit of edits) apply(document.opened, edit);
      const fields = edits.map((edit) => (edit.kind === "set" ? parsePath(edit.path).field : edit.table));
      return answer(document, Object.fromEntries(fields.map((field) => [field, document.opened.content[field] ?? null])));
    },
    undo: async (id) => {
      const document = await find(id);
      return { edited: step(document, document.past, document.future), focus: null };
    },
    redo: async (id) => {
      const document = await find(id);
      return { edited: step(document, document.future, document.past), focus: null };
    },
    history: async () => [],
    completions: async () => ({
      people: [
        { name: "周敏", department: "产品部", initials: "zm" },
        { name: "林知远", department: "产品部", initials: "lzy" },
        { name: "韩朔", department: "研发部", initials: "hs" },
      ],
      departments: [
        { name: "产品部", initials: "cpb" },
        { name: "研发部", initials: "yfb" },
        { name: "信息安全部", initials: "xxaqb" },
      ],
    }),
    preview: async () => new ArrayBuffer(0),
    pickWorkbook: async () => null,
    onFileDropped: () => () => undefined,
    planImport: async () => {
      throw { code: "not_found", message: "没有选中的文件", hint: null, issues: [] };
    },
    applyImport: async (id) => answer(await find(id), {}),
    exportFiles: async (request, onProgress) => {
      cancelled = false;
      const files: ExportResult["files"] = [];
      const total = request.documents.length * request.formats.length;
      for (const id of request.documents) {
        const { opened } = await find(id);
        for (const format of request.formats) {
          onProgress({ done: files.length, total, what: opened.form.short });
          await new Promise((resolve) => setTimeout(resolve));
          if (cancelled) return { folder: FOLDER, files, warnings: [], cancelled };
          const name = `${opened.form.title}.${format}`;
          files.push({ name, path: `${FOLDER}/${name}` });
        }
      }
      return { folder: FOLDER, files, warnings: [], cancelled };
    },
    cancelExport: async () => {
      cancelled = true;
    },
    print: async (id) => `${FOLDER}/${(await find(id)).opened.form.title}.pdf`,
    openFile: async () => undefined,
    revealFile: async () => undefined,
  };
  return {
    backend,
    opened: async (id) => structuredClone((await find(id)).opened),
    put: (id, opened) => {
      const document = stored.get(id);
      if (document) document.opened = structuredClone(opened);
    },
  };
}

function apply(opened: Opened, edit: Edit): void {
  const { content } = opened;
  const rows = (table: string): Row[] => {
    const own = content[table];
    if (Array.isArray(own)) return own as Row[];
    const taken = structuredClone(opened.state.rows[table] ?? []);
    content[table] = taken;
    return taken;
  };
  if (edit.kind === "rows") {
    rows(edit.table).splice(edit.at, edit.remove, ...structuredClone(edit.insert));
  } else if (edit.kind === "move_row") {
    const list = rows(edit.table);
    list.splice(edit.to, 0, ...list.splice(edit.from, 1));
  } else {
    const at = parsePath(edit.path);
    let target: Record<string, Json> = content;
    let key = at.field;
    if (at.row !== null) {
      const list = rows(at.field);
      while (list.length <= at.row) list.push({});
      target = list[at.row] ?? {};
      key = at.column;
    }
    if (edit.value === null) delete target[key];
    else target[key] = edit.value;
  }
}
