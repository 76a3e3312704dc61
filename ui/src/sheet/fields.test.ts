import { afterEach, describe, expect, it } from "vitest";
import { nextTick } from "vue";

import type { Field, FieldKind, Json, Problem } from "../backend/backend";
import { bench, field, opened, part, rows, words, type Bench } from "./testkit";

let open: Bench | null = null;
afterEach(() => {
  open?.wrapper.unmount();
  open = null;
});

async function one(kind: FieldKind, more: Partial<Field> = {}, value?: Json, problems: Partial<Problem>[] = []): Promise<Bench> {
  const content: Record<string, Json> = value === undefined ? {} : { a: value };
  open = await bench(opened([field("a", kind, more), field("z", { type: "text" })], [rows([part("a")], [part("z")])], content, problems));
  return open;
}

const DATE: FieldKind = { type: "date", words: false };
const ONE: FieldKind = { type: "choice", many: false, options: ["高", "中", "低"].map((name) => ({ name, text: [words(name)] })) };
const MANY: FieldKind = { ...ONE, many: true };

describe("text", () => {
  it("is stored as typed, and emptied when emptied", async () => {
    const sheet = await one({ type: "text" });
    await sheet.focus("a");
    await sheet.type("V4");
    expect(sheet.store.typed("a")).toBe("V4");
    const area = sheet.at("a");
    area.value = "";
    area.dispatchEvent(new InputEvent("input", { bubbles: true }));
    expect(sheet.store.typed("a")).toBeNull();
  });

  it("is not stored while an input method puts it together", async () => {
    const sheet = await one({ type: "text" });
    await sheet.focus("a");
    const area = sheet.at("a");
    area.dispatchEvent(new CompositionEvent("compositionstart"));
    area.value = "shen";
    area.dispatchEvent(new InputEvent("input", { inputType: "insertCompositionText", bubbles: true, isComposing: true }));
    await nextTick();
    expect(sheet.store.typed("a"), "half a word is nothing").toBeNull();
    expect(area.value, "and stays in the field meanwhile").toBe("shen");
    area.value = "审";
    area.dispatchEvent(new CompositionEvent("compositionend", { data: "审" }));
    expect(sheet.store.typed("a")).toBe("审");
  });

  it("keeps its form while it is typed; a number gets its thousands when left", async () => {
    const sheet = await one({ type: "integer" }, { unit: "户" }, 12600);
    expect(sheet.at("a").value).toBe("12,600");
    await sheet.focus("a");
    expect(sheet.at("a").value).toBe("12600");
    sheet.at("a").setSelectionRange(5, 5);
    await sheet.type("0");
    expect(sheet.at("a").value).toBe("126000");
    await sheet.leave();
    expect(sheet.at("a").value).toBe("126,000");
    expect(sheet.wrapper.text()).toContain("户");
  });

  it("pasted into one line loses its line breaks, in a long text not", async () => {
    const line = await one({ type: "text" });
    await line.focus("a");
    await line.paste("甲\n乙\n");
    expect(line.store.typed("a")).toBe("甲 乙");
    line.wrapper.unmount();
    const long = await one({ type: "long_text" });
    await long.focus("a");
    await long.paste("甲\n乙");
    expect(long.store.typed("a")).toBe("甲\n乙");
  });

  it("what cannot be read stays as it was typed", async () => {
    const document = opened([field("a", { type: "integer" })], [rows([part("a")])]);
    document.unfit = { a: "十二" };
    open = await bench(document);
    expect(open.at("a").value).toBe("十二");
  });
});

describe("what fills itself", () => {
  it("is shown with its sign, and gives way to what is typed", async () => {
    const document = opened([field("a", { type: "integer" }, { computed: "变更的行数" })], [rows([part("a")])]);
    document.state.derived = { a: { text: "3", value: 3, origin: "computed" } };
    open = await bench(document);
    expect(open.at("a").value).toBe("3");
    expect(open.wrapper.find(".sign").text()).toBe("ƒ");
    expect(open.store.typed("a"), "showing it stores nothing").toBeNull();
    await open.focus("a");
    open.at("a").select();
    await open.type("4");
    expect(open.store.typed("a")).toBe("4");
    expect(open.wrapper.find(".sign").exists()).toBe(false);
  });
});

describe("date blanks", () => {
  it("take digits as they come", async () => {
    const sheet = await one({ type: "datetime" });
    expect(sheet.at("a").value).toBe("____年__月__日 __时__分");
    await sheet.focus("a");
    await sheet.type("202603201000");
    expect(sheet.at("a").value).toBe("2026年03月20日 10时00分");
    expect(sheet.store.typed("a")).toBe("2026-03-20 10:00");
  });

  it("arrows walk and count, Backspace empties one blank", async () => {
    const sheet = await one(DATE, {}, "2026-03-31");
    await sheet.focus("a");
    await sheet.press("ArrowRight");
    await sheet.press("ArrowRight");
    await sheet.press("ArrowUp");
    expect(sheet.store.typed("a")).toBe("2026-04-01");
    await sheet.press("Backspace");
    expect(sheet.at("a").value).toBe("2026年04月__日");
    expect(sheet.store.typed("a"), "what is half filled is kept").toBe("2026年04月__日");
  });

  it("Ctrl+; is today, and an emptied date is no date", async () => {
    const sheet = await one(DATE);
    await sheet.focus("a");
    await sheet.press(";", { ctrlKey: true });
    expect(sheet.store.typed("a")).toBe("2026-03-11");
    sheet.at("a").select();
    await sheet.press("Delete");
    expect(sheet.store.typed("a")).toBeNull();
  });

  it("a pasted date is read in any common form; a day leaves the time of day", async () => {
    const sheet = await one({ type: "datetime" }, {}, "2026-03-20 10:00");
    await sheet.focus("a");
    await sheet.paste("2026年4月2日");
    expect(sheet.store.typed("a")).toBe("2026-04-02 10:00");
    await sheet.paste("2026/5/6 9:30");
    expect(sheet.store.typed("a")).toBe("2026-05-06 09:30");
  });

  it("a typed letter changes nothing, words only where they are allowed", async () => {
    const strict = await one(DATE, {}, "2026-03-31");
    await strict.focus("a");
    await strict.type("x");
    expect(strict.at("a").value).toBe("2026年03月31日");
    strict.wrapper.unmount();
    const loose = await one({ type: "date", words: true });
    await loose.focus("a");
    await loose.type("待定");
    expect(loose.store.typed("a")).toBe("待定");
    expect(loose.at("a").value).toBe("待定");
  });

  it("digits of an input method come in too", async () => {
    const sheet = await one({ type: "time" });
    await sheet.focus("a");
    for (const digit of "１００６") {
      sheet.at("a").dispatchEvent(new InputEvent("beforeinput", { data: digit, inputType: "insertText", bubbles: true, cancelable: true }));
    }
    expect(sheet.store.typed("a")).toBe("10:06");
  });
});

describe("boxes", () => {
  it("one of several: by number, by Space, and untied again", async () => {
    const sheet = await one(ONE);
    await sheet.focus("a");
    await sheet.press("2");
    expect(sheet.store.typed("a")).toBe("中");
    await sheet.press("ArrowRight");
    await sheet.press(" ");
    expect(sheet.store.typed("a")).toBe("低");
    await sheet.press(" ");
    expect(sheet.store.typed("a"), "a single choice can be taken back").toBeNull();
  });

  it("several keep the order of the paper", async () => {
    const sheet = await one(MANY);
    await sheet.focus("a");
    await sheet.press("3");
    await sheet.press("1");
    expect(sheet.store.typed("a")).toEqual(["高", "低"]);
    await sheet.wrapper.find('[data-option="高"]').trigger("click");
    expect(sheet.store.typed("a")).toEqual(["低"]);
  });

  it("a blank within an option is filled in place and ticks its box", async () => {
    const kind: FieldKind = { type: "choice", many: false, options: [
      { name: "全量", text: [words("全量")] },
      { name: "部分", text: [words("部分（"), part("percent"), words("%）")] },
    ] };
    const document = opened([field("a", kind), field("percent", { type: "decimal" })], [rows([part("a")])]);
    document.state.idle = ["percent"];
    open = await bench(document);
    await open.focus("percent");
    await open.type("10");
    expect(open.store.typed("percent")).toBe("10");
    expect(open.store.typed("a")).toBe("部分");
  });
});

describe("names", () => {
  it("are found by the initials of their pinyin and taken with Enter", async () => {
    const sheet = await one({ type: "person", many: false });
    await sheet.focus("a");
    await sheet.type("zm");
    expect(sheet.wrapper.find('[data-name="周敏"]').text()).toContain("产品部");
    await sheet.press("Enter");
    expect(sheet.store.typed("a")).toBe("周敏");
    expect(sheet.wrapper.find(".names").exists()).toBe(false);
  });

  it("several stand one after another", async () => {
    const sheet = await one({ type: "person", many: true });
    await sheet.focus("a");
    await sheet.type("周敏、lzy");
    await sheet.press("Enter");
    expect(sheet.store.typed("a")).toBe("周敏、林知远");
  });

  it("somebody unknown is taken as typed", async () => {
    const sheet = await one({ type: "person", many: false });
    await sheet.focus("a");
    await sheet.type("欧阳");
    await sheet.press("Enter");
    expect(sheet.store.typed("a")).toBe("欧阳");
  });
});

it("stars are given by keys and by clicks, and taken back", async () => {
  const sheet = await one({ type: "rating" });
  await sheet.focus("a");
  await sheet.press("3");
  expect(sheet.wrapper.find(".stars").text()).toBe("★★★☆☆");
  await sheet.press("ArrowRight");
  expect(sheet.store.typed("a")).toBe("4");
  await sheet.press("0");
  expect(sheet.store.typed("a")).toBeNull();
  await sheet.wrapper.find('[data-star="5"]').trigger("click");
  expect(sheet.store.typed("a")).toBe("5");
});

it("a signature waits for ink", async () => {
  const sheet = await one({ type: "signature" });
  expect(sheet.wrapper.text()).toContain("打印后签");
  expect(sheet.wrapper.find('[data-path="a"] textarea').exists()).toBe(false);
});

describe("tints", () => {
  const tint = (sheet: Bench): string => sheet.wrapper.findAll(".field")[0]?.classes().find((name) => name.startsWith("tint-")) ?? "";

  it("blue where something compulsory is missing, gone as soon as it is there", async () => {
    const sheet = await one({ type: "text" }, { required: true }, undefined, [{ path: "a", kind: "missing" }]);
    expect(tint(sheet)).toBe("tint-blank");
    await sheet.focus("a");
    await sheet.type("甲");
    await sheet.leave();
    expect(tint(sheet)).toBe("tint-none");
  });

  it("what is being typed is judged when it is left", async () => {
    const sheet = await one({ type: "text" });
    await sheet.focus("a");
    sheet.store.state.value = { ...sheet.store.state.value, problems: [{ path: "a", kind: "wrong", code: "", place: "", label: "", message: "", section: null }] };
    await nextTick();
    expect(tint(sheet), "not while the focus is in it").toBe("tint-none");
    (document.activeElement as HTMLElement).blur();
    await sheet.store.flush();
    await new Promise((resolve) => setTimeout(resolve));
    expect(tint(sheet)).toBe("tint-bad");
  });

  it("problems are numbered in the margin as in 检查: first what is wrong", async () => {
    const document = opened([field("a", { type: "text" }), field("z", { type: "text" })], [rows([part("a")], [part("z")])], {}, [
      { path: "a", kind: "warning", message: "甲" }, { path: "z", kind: "wrong", message: "乙" },
    ]);
    open = await bench(document);
    const marks = open.wrapper.findAll(".mark").map((mark) => [mark.text(), mark.attributes("title")]);
    expect(marks).toEqual([["2", "甲"], ["1", "乙"]]);
  });

  it("a read-only document is simply the paper", async () => {
    const document = opened([field("a", { type: "text" }, { required: true, hint: "如：甲" })], [rows([part("a")])], {}, [{ path: "a", kind: "missing" }]);
    document.head.read_only = "已提交 V1.0，内容不再改动";
    open = await bench(document);
    expect(tint(open)).toBe("tint-none");
    expect(open.wrapper.find("textarea").exists()).toBe(false);
    expect(open.wrapper.text()).not.toContain("如：甲");
  });
});
