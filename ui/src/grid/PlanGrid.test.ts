import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { backendKey } from "../backend";
import type { Backend, ImportPreview, PickedFile, Row } from "../backend/backend";
import { memoryBackend } from "../backend/memory";
import { DocumentStore } from "../dossier/store";
import PlanGrid from "./PlanGrid.vue";

let backend: Backend;
let store: DocumentStore;
let grid: VueWrapper;

beforeEach(async () => {
  backend = memoryBackend();
  await begin();
});
afterEach(() => grid.unmount());

async function begin(): Promise<void> {
  store = await DocumentStore.open(backend, "release-plan-table");
  grid = mount(PlanGrid, { props: { store, table: "systems" }, global: { provide: { [backendKey as symbol]: backend } }, attachTo: document.body });
  await flushPromises();
}

const box = (): HTMLTextAreaElement => grid.get<HTMLTextAreaElement>("[data-box]").element;
const rows = (): Row[] => store.rows("systems");
const active = (): string | undefined => grid.find<HTMLElement>(".cell.active").element.dataset["path"];
const shown = (path: string): string => grid.get(`[data-path="${path}"]`).text();

async function click(path: string, options: MouseEventInit = {}): Promise<void> {
  await grid.get(`[data-path="${path}"]`).trigger("mousedown", { button: 0, ...options });
  await grid.get(`[data-path="${path}"]`).trigger("mouseup");
  window.dispatchEvent(new MouseEvent("mouseup"));
}

/** Presses a key as it is named in key maps: Ctrl+D, Shift+ArrowDown. */
async function press(name: string, options: KeyboardEventInit = {}): Promise<void> {
  const parts = name.split("+");
  const key = parts.pop() ?? "";
  box().dispatchEvent(new KeyboardEvent("keydown", {
    key, bubbles: true, cancelable: true,
    ctrlKey: parts.includes("Ctrl"), shiftKey: parts.includes("Shift"), altKey: parts.includes("Alt"), ...options,
  }));
  await flushPromises();
}

/** Types a text on top of what stands in the box. */
async function type(text: string): Promise<void> {
  box().value += text;
  box().dispatchEvent(new InputEvent("input", { bubbles: true }));
  await flushPromises();
}

async function paste(text: string): Promise<void> {
  const event = new Event("paste", { bubbles: true, cancelable: true });
  Object.assign(event, { clipboardData: { getData: () => text } });
  box().dispatchEvent(event);
  await flushPromises();
}

/** How many steps of undo lead back to the beginning. */
async function undo(): Promise<void> {
  await store.undo();
  await flushPromises();
}

describe("typing", () => {
  it("replaces what stands in a cell, and Enter goes down", async () => {
    await click("systems[0].system");
    await type("网关");
    await press("Enter");
    expect(rows()[0]?.["system"]).toBe("网关");
    expect(active()).toBe("systems[1].system");
  });

  it("is given up with Esc, also after a pause has stored it", async () => {
    const before = rows()[0]?.["system"];
    await click("systems[0].system");
    await type("错");
    await new Promise((resolve) => setTimeout(resolve, 450));
    expect(rows()[0]?.["system"], "a power cut costs no more than the pause").toBe("错");
    await press("Escape");
    expect(rows()[0]?.["system"]).toBe(before);
    expect(active()).toBe("systems[0].system");
  });

  it("goes into the text after F2, and Alt+Enter breaks the line", async () => {
    const before = String(rows()[0]?.["change"]);
    await click("systems[0].change");
    await press("F2");
    await press("Alt+Enter");
    await type("第二行");
    await press("Enter");
    expect(rows()[0]?.["change"]).toBe(`${before}\n第二行`);
  });

  it("with Tab goes right, and Enter comes back below where it began", async () => {
    await click("systems[0].system");
    await type("甲");
    await press("Tab");
    await type("V1.0.0");
    await press("Tab");
    await type("乙");
    await press("Enter");
    expect(rows()[0]).toMatchObject({ system: "甲", version: "V1.0.0", change: "乙" });
    expect(active()).toBe("systems[1].system");
  });

  it("begins with the first key of an input method, whose Enter moves nothing", async () => {
    await click("systems[0].system");
    box().dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
    await flushPromises();
    expect(box().classList.contains("open"), "the text composes where it will stand").toBe(true);
    box().value = "wangguan";
    box().dispatchEvent(new InputEvent("input", { bubbles: true, isComposing: true }));
    await press("Enter", { isComposing: true });
    expect(active()).toBe("systems[0].system");
    box().value = "网关";
    box().dispatchEvent(new InputEvent("input", { bubbles: true }));
    await press("Enter", { keyCode: 229 });
    expect(active(), "some engines send the Enter after the composition").toBe("systems[0].system");
    await press("Enter");
    expect(rows()[0]?.["system"]).toBe("网关");
    expect(active()).toBe("systems[1].system");
  });

  it("takes an option by its figure, and a name by its initials", async () => {
    await click("systems[0].risk");
    await type("1");
    await press("Enter");
    expect(rows()[0]?.["risk"]).toBe("高");
    await click("systems[0].developer");
    await type("z");
    await type("m");
    await press("Enter");
    expect(rows()[0]?.["developer"]).toBe("周敏");
  });

  it("in the line at the end adds a row", async () => {
    const count = rows().length;
    await press("Ctrl+End");
    await press("ArrowDown");
    await press("Home");
    await type(String(count + 1));
    await press("Tab");
    expect(rows().length).toBe(count + 1);
    expect(active()).toBe(`systems[${count}].system`);
  });
});

describe("ranges", () => {
  it("fill down in one step", async () => {
    const before = rows().slice(0, 3).map((row) => row["risk_control"]);
    await click("systems[0].risk_control");
    await press("Shift+ArrowDown");
    await press("Shift+ArrowDown");
    await press("Ctrl+d");
    expect(rows().slice(0, 3).map((row) => row["risk_control"])).toEqual([before[0], before[0], before[0]]);
    await undo();
    expect(rows().slice(0, 3).map((row) => row["risk_control"])).toEqual(before);
  });

  it("are emptied with Delete, and nothing beside them", async () => {
    const kept = rows()[0]?.["system"];
    await click("systems[0].version");
    await click("systems[1].change", { shiftKey: true });
    await press("Delete");
    expect(rows().slice(0, 2).map(({ version, change }) => [version, change])).toEqual([[undefined, undefined], [undefined, undefined]]);
    expect(rows()[0]?.["system"]).toBe(kept);
  });

  it("go to a spreadsheet as a block", async () => {
    await click("systems[0].order");
    await click("systems[1].version", { shiftKey: true });
    let copied = "";
    const event = new Event("copy", { bubbles: true, cancelable: true });
    Object.assign(event, { clipboardData: { setData: (_: string, text: string) => (copied = text) } });
    box().dispatchEvent(event);
    const [first, second] = rows();
    expect(copied).toBe([first, second].map((row) => [row?.["order"], row?.["system"], row?.["version"]].join("\t")).join("\r\n"));
  });

  it("say how much is selected", async () => {
    await click("systems[3].risk_control");
    await press("Shift+ArrowDown");
    await press("Shift+ArrowDown");
    expect(grid.emitted("strip")?.at(-1)).toEqual(["第 4—6 行　Ctrl D 把第 4 行的内容填到选中的行", `${rows().length} 行，14 列，选中 3 格`]);
  });
});

describe("a block from Excel", () => {
  it("goes into the cells from the selected one on, and more rows come as needed, in one step", async () => {
    const count = rows().length;
    await click("systems[0].order");
    await press("Ctrl+End");
    await press("Home");
    await paste('7\t消息总线\tV3.2.2\t"升级\n修复"\r\n8\t日志存储\tV2.9.0\t冷数据\r\n');
    expect(rows().length).toBe(count + 1);
    expect(rows().slice(-2)).toMatchObject([{ system: "消息总线", change: "升级\n修复" }, { order: "8", system: "日志存储" }]);
    expect(rows()[count - 1]?.["tester"], "columns beside the block stay").toBeDefined();
    await undo();
    expect(rows().length).toBe(count);
    expect(rows()[count - 1]?.["system"]).not.toBe("消息总线");
  });

  it("of one cell fills the whole range", async () => {
    await click("systems[0].depends");
    await click("systems[2].depends", { shiftKey: true });
    await paste("无\r\n");
    expect(rows().slice(0, 3).map((row) => row["depends"])).toEqual(["无", "无", "无"]);
  });

  it("keeps what could not be read in other cells of its rows", async () => {
    store.unfit["systems[0].order"] = "第一";
    delete rows()[0]?.["order"];
    await click("systems[0].system");
    await paste("甲\tV1.0.0");
    expect(rows()[0]).toMatchObject({ order: "第一", system: "甲", version: "V1.0.0" });
  });
});

describe("rows", () => {
  it("come, go and change places by key", async () => {
    const [first, second] = rows().map((row) => row["system"]);
    await click("systems[0].system");
    await press("Ctrl+Shift+=", { code: "Equal" });
    expect(rows()[0]).toEqual({});
    expect(rows()[1]?.["system"]).toBe(first);
    await press("Alt+Shift+ArrowDown");
    expect(rows().slice(0, 3).map((row) => row["system"])).toEqual([first, undefined, second]);
    expect(active()).toBe("systems[1].system");
    await press("Ctrl+-", { code: "Minus" });
    expect(rows().slice(0, 2).map((row) => row["system"])).toEqual([first, second]);
  });

  it("are drawn only where they are seen", async () => {
    const many = Array.from({ length: 5000 }, (_, at) => ({ order: at + 1, system: `系统 ${at + 1}` }));
    store.splice("systems", 0, rows().length, many);
    await flushPromises();
    expect(grid.findAll(".row").length).toBeLessThan(80);
    await press("Ctrl+End");
    expect(shown("systems[4999].system")).toBe("系统 5000");
  });
});

describe("problems and places", () => {
  it("mark their cells, and the strip says what is the matter", async () => {
    const problem = { path: "systems[2].depends", kind: "wrong" as const, code: "x", place: "", label: "发布依赖", message: "发布依赖晚于本行。", section: 7 };
    store.state.value = { ...store.state.value, problems: [problem] };
    store.goTo("systems[2].depends");
    await flushPromises();
    expect(grid.get('[data-path="systems[2].depends"]').classes()).toContain("wrong");
    expect(active()).toBe("systems[2].depends");
    expect(document.activeElement).toBe(box());
    expect(grid.emitted("strip")?.at(-1)?.[0]).toBe("第 3 行　发布依赖晚于本行。");
  });

  it("are found by their text", async () => {
    await grid.get('[data-action="find"]').trigger("click");
    await grid.get("[data-search]").setValue(String(rows()[3]?.["system"]));
    await flushPromises();
    expect(active()).toBe("systems[3].system");
  });

  it("of a document that cannot be changed stay as they are", async () => {
    grid.unmount();
    const opened = await backend.open("release-plan-table");
    opened.head.read_only = "已提交 V1.0，内容不再改动";
    store = new DocumentStore(backend, opened);
    grid = mount(PlanGrid, { props: { store, table: "systems" }, global: { provide: { [backendKey as symbol]: backend } }, attachTo: document.body });
    const before = structuredClone(opened.content["systems"]);
    await click("systems[0].system");
    await type("x");
    await press("Enter");
    await press("Delete");
    await paste("a\tb");
    await press("Ctrl+Shift+=", { code: "Equal" });
    expect(JSON.parse(JSON.stringify(store.content["systems"]))).toEqual(before);
  });
});

describe("import", () => {
  const file: PickedFile = { token: "t1", name: "上线计划_0320.xlsx" };
  const preview: ImportPreview = {
    file: file.name, sheets: ["发布计划", "备份"], sheet: "发布计划", head_row: 4, table: "systems", own: false,
    columns: [
      { id: "system", label: "系统名称", letters: "B", head: "系统名称", how: "同名" },
      { id: "version", label: "版本号", letters: "C", head: "版本", how: "近义" },
      { id: "dml", label: "DML", letters: null, head: null, how: "" },
    ],
    unused: [{ letters: "N", head: "备注" }],
    rows: [{ row: 5, values: { system: "消息总线", version: "3.2" } }, { row: 6, values: { system: "日志存储", version: "V2.9.0" } }],
    warnings: [{ code: "number", cell: "C5", message: "是数字 3.2，看不出原来写的是 3.2 还是 3.20，请核对。", row: 0, column: "version" }],
  };

  beforeEach(() => {
    backend.pickWorkbook = async () => file;
    backend.planImport = async () => structuredClone(preview);
    backend.applyImport = (id, _, imported) =>
      backend.edit(id, [{ kind: "rows", table: "systems", at: rows().length, remove: 0, insert: imported.map(({ values }) => values) }]);
  });

  it("shows the rows to come below, takes a correction in place, and writes what is shown", async () => {
    const count = rows().length;
    await grid.get('[data-action="import"]').trigger("click");
    await flushPromises();
    expect(grid.text()).toContain("以下 2 行来自文件，尚未写入");
    expect(shown(`systems[${count}].version`)).toBe("3.2");
    expect(rows().length, "nothing is written yet").toBe(count);
    await grid.get('[data-action="correct"]').trigger("click");
    await flushPromises();
    expect(active()).toBe(`systems[${count}].version`);
    box().value = "3.20";
    box().dispatchEvent(new InputEvent("input", { bubbles: true }));
    await press("Enter");
    expect(grid.find('[data-action="correct"]').exists(), "what was put right is ticked off").toBe(false);
    await grid.get('[data-action="apply-import"]').trigger("click");
    await flushPromises();
    expect(rows().length).toBe(count + 2);
    expect(rows()[count]).toMatchObject({ system: "消息总线", version: "3.20" });
    expect(grid.find('[data-pane="import"]').exists()).toBe(false);
  });

  it("leaves everything as it was when it is given up", async () => {
    const before = JSON.stringify(rows());
    await grid.get('[data-action="import"]').trigger("click");
    await flushPromises();
    window.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", cancelable: true }));
    await flushPromises();
    expect(grid.find('[data-pane="import"]').exists()).toBe(false);
    expect(JSON.stringify(rows())).toBe(before);
  });

  it("asks again when a column is taken from elsewhere", async () => {
    const asked: unknown[] = [];
    backend.planImport = async (_, request) => {
      asked.push(request.mapping);
      return structuredClone(preview);
    };
    await grid.get('[data-action="import"]').trigger("click");
    await flushPromises();
    await grid.get('[data-column="dml"] .pick').trigger("click");
    await grid.get('[data-column="dml"] select').setValue("N");
    await flushPromises();
    expect(asked).toEqual([{}, { dml: "N" }]);
  });

  it("says why a damaged workbook cannot be read, and what to do", async () => {
    backend.planImport = async () => {
      throw { code: "damaged", message: "上线计划_0320.xlsx 打不开：文件只有 0 字节。", hint: "请重新取一份。", issues: [] };
    };
    await grid.get('[data-action="import"]').trigger("click");
    await flushPromises();
    expect(grid.get('[role="alert"]').text()).toContain("打不开");
    expect(grid.get('[role="alert"]').text()).toContain("请重新取一份");
  });

  it("says that one of our own workbooks replaces everything", async () => {
    backend.planImport = async () => ({ ...structuredClone(preview), own: true });
    await grid.get('[data-action="import"]').trigger("click");
    await flushPromises();
    expect(grid.get('[data-pane="import"]').text()).toContain("整份文档的内容都换成文件里的");
    expect(grid.get('[data-action="apply-import"]').text()).toBe("替换整份内容");
  });
});
