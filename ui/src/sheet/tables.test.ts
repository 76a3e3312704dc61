import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { Field, FixedRow, Json } from "../backend/backend";
import { bench, field, opened, part, rows, tableBlock, type Bench } from "./testkit";

let sheet: Bench;
afterEach(() => sheet.wrapper.unmount());

function table(free = true, fixed: FixedRow[] = []): Field {
  return field("list", { type: "table", table: {
    columns: [field("name", { type: "text" }), field("note", { type: "long_text" })], fixed, free, blank_rows: 0, min_rows: 1, totals: null,
  } });
}

async function lay(list?: Json, made: Field = table()): Promise<void> {
  sheet = await bench(opened([made], [tableBlock("list", ["name", "note"])], list === undefined ? {} : { list }));
}

function focused(): string | undefined {
  return (document.activeElement as HTMLElement).dataset["path"];
}

function names(): Json[] {
  return sheet.store.rows("list").map((row) => row["name"] ?? null);
}

describe("a list that people lengthen", () => {
  it("offers its first row to type into", async () => {
    await lay();
    await sheet.focus("list[0].name");
    await sheet.type("甲");
    expect(sheet.store.rows("list")).toEqual([{ name: "甲" }]);
  });

  it("Enter goes down, and from the last row into a new one", async () => {
    await lay([{ name: "甲" }, { name: "乙" }]);
    await sheet.focus("list[0].name");
    await sheet.press("Enter");
    expect(focused()).toBe("list[1].name");
    await sheet.press("Enter");
    await new Promise((resolve) => setTimeout(resolve));
    expect(names()).toEqual(["甲", "乙", null]);
    expect(focused()).toBe("list[2].name");
  });

  it("the line at its end adds a row", async () => {
    await lay([{ name: "甲" }]);
    await sheet.wrapper.find('[data-action="add-row"]').trigger("click");
    expect(names()).toEqual(["甲", null]);
  });

  it("rows are put in, moved and taken out by keys, and the focus stays with them", async () => {
    await lay([{ name: "甲" }, { name: "乙" }, { name: "丙" }]);
    await sheet.focus("list[1].name");
    await sheet.press("ArrowDown", { altKey: true, shiftKey: true });
    await new Promise((resolve) => setTimeout(resolve));
    expect(names()).toEqual(["甲", "丙", "乙"]);
    expect(focused()).toBe("list[2].name");
    await sheet.press("-", { ctrlKey: true });
    await new Promise((resolve) => setTimeout(resolve));
    expect(names()).toEqual(["甲", "丙"]);
    await sheet.press("+", { ctrlKey: true, shiftKey: true });
    await new Promise((resolve) => setTimeout(resolve));
    expect(names()).toEqual(["甲", null, "丙"]);
    expect(sheet.at("list[2].name").value, "what stood below shows below").toBe("丙");
  });

  it("a block from a workbook spreads over the cells and lengthens the list", async () => {
    await lay([{ name: "甲" }]);
    await sheet.focus("list[0].name");
    await sheet.paste("一\t说明\n二\t\"两\n行\"\n");
    expect(sheet.store.rows("list")).toEqual([{ name: "一", note: "说明" }, { name: "二", note: "两\n行" }]);
    expect(sheet.at("list[1].name").value).toBe("二");
  });

  it("Alt+Enter is a new line, Enter that ends a composition does nothing", async () => {
    await lay([{ note: "甲" }, {}]);
    await sheet.focus("list[0].note");
    sheet.at("list[0].note").setSelectionRange(1, 1);
    await sheet.press("Enter", { altKey: true });
    expect(sheet.store.typed("list[0].note")).toBe("甲\n");
    await sheet.press("Enter", { isComposing: true });
    expect(focused()).toBe("list[0].note");
  });
});

describe("fixed rows", () => {
  const fixed: FixedRow[] = [
    { values: { name: "技术风险" }, kinds: {}, cells: {} },
    { values: { name: "业务风险" }, kinds: {}, cells: {} },
  ];
  beforeEach(() => lay(undefined, table(false, fixed)));

  it("print what is theirs and take the rest", async () => {
    expect(sheet.wrapper.text()).toContain("技术风险");
    expect(sheet.wrapper.find('[data-path="list[0].name"]').exists()).toBe(false);
    await sheet.focus("list[1].note");
    await sheet.type("乙");
    expect(sheet.store.typed("list[1].note")).toBe("乙");
  });

  it("are neither lengthened nor moved", async () => {
    expect(sheet.wrapper.find('[data-action="add-row"]').exists()).toBe(false);
    await sheet.focus("list[0].note");
    await sheet.press("-", { ctrlKey: true });
    await sheet.paste("一\n二\n三\n");
    expect(sheet.store.rows("list").map((row) => row["note"])).toEqual(["一", "二"]);
  });
});

it("a problem that is opened is scrolled to and has the focus, a whole row by its first cell", async () => {
  await lay([{ name: "甲" }, { name: "乙" }]);
  sheet.store.goTo("list[1].note");
  await new Promise((resolve) => setTimeout(resolve));
  expect(focused()).toBe("list[1].note");
  sheet.store.goTo("list[1]");
  await new Promise((resolve) => setTimeout(resolve));
  expect(focused()).toBe("list[1].name");
});

it("a field that stands in several places is typed in the first and repeated in the others", async () => {
  sheet = await bench(opened([field("a", { type: "text" })], [rows([part("a")], [part("a")])], { a: "V4.1.2" }));
  expect(sheet.wrapper.findAll('[data-path="a"]')).toHaveLength(1);
  await sheet.focus("a");
  sheet.at("a").setSelectionRange(6, 6);
  await sheet.type("3");
  expect(sheet.wrapper.find(".echo").text()).toBe("V4.1.23");
});

it("a row that does not stand on this paper is not there, and its field is typed where it stands", async () => {
  const document = opened([field("a", { type: "text" })], [rows([part("a")], [part("a")])]);
  document.state.hidden = ["b0.0"];
  sheet = await bench(document);
  expect(sheet.wrapper.findAll(".row")).toHaveLength(1);
  expect(sheet.at("a").tagName).toBe("TEXTAREA");
});

it("typing in one cell draws no other again", async () => {
  await lay(Array.from({ length: 200 }, (_, index) => ({ name: `甲${index}` })));
  const other = sheet.at("list[150].name");
  let drawn = 0;
  new MutationObserver((records) => (drawn += records.length)).observe(other.parentElement as HTMLElement, { subtree: true, childList: true, characterData: true, attributes: true });
  await sheet.focus("list[3].name");
  await sheet.type("x");
  await new Promise((resolve) => setTimeout(resolve));
  expect(drawn).toBe(0);
  expect(sheet.store.typed("list[3].name")).toContain("x");
});
