import { describe, expect, it } from "vitest";

import {
  blankAt, blankRange, clearBlank, emptyBlanks, readBlanks, settle, showBlanks, step, typeDigit, unitsOf, valueOf, type Blanks, type Typing,
} from "./blanks";

const MOMENT = unitsOf({ type: "datetime" });
const DAY = unitsOf({ type: "date", words: false });
const CLOCK = unitsOf({ type: "time" });

function typed(digits: string, units = MOMENT): Typing {
  let typing: Typing = { blanks: emptyBlanks(units), at: 0, fresh: true };
  for (const digit of digits) typing = typeDigit(units, typing, digit);
  return typing;
}

describe("digits run through the blanks", () => {
  it("a whole moment in one go", () => {
    const { blanks } = typed("202603201000");
    expect(showBlanks(MOMENT, blanks)).toBe("2026年03月20日 10时00分");
    expect(valueOf(MOMENT, blanks)).toBe("2026-03-20 10:00");
  });

  it("a digit that can only be the second one moves on", () => {
    expect(showBlanks(DAY, typed("202634", DAY).blanks)).toBe("2026年03月04日");
    expect(showBlanks(CLOCK, typed("97", CLOCK).blanks)).toBe("09时07分");
  });

  it("what is typed half stays as it is", () => {
    const half = typed("20263").blanks;
    expect(valueOf(MOMENT, half)).toBe("2026年03月__日 __时__分");
    expect(readBlanks(MOMENT, "2026年03月__日 __时__分"), "and is found again when the document opens").toEqual(half);
  });

  it("the last blank can be typed again", () => {
    const again = typeDigit(CLOCK, typed("1000", CLOCK), "4");
    expect(showBlanks(CLOCK, again.blanks)).toBe("10时4_分");
  });
});

describe("what is pasted or stored is read", () => {
  const read: [string, string][] = [
    ["2026-03-20", "2026年03月20日 __时__分"],
    ["2026-3-20T10:00", "2026年03月20日 10时00分"],
    ["2026/3/20 10:00", "2026年03月20日 10时00分"],
    ["2026年3月20日", "2026年03月20日 __时__分"],
    ["2026年3月20日 9时5分", "2026年03月20日 09时05分"],
    ["２０２６－０３－２０ １０：００", "2026年03月20日 10时00分"],
    ["20260320", "2026年03月20日 __时__分"],
    ["202603201000", "2026年03月20日 10时00分"],
  ];
  it.each(read)("%s", (text, shown) => {
    expect(showBlanks(MOMENT, readBlanks(MOMENT, text) ?? [])).toBe(shown);
  });

  it("a day from a workbook carries midnight", () => {
    expect(readBlanks(DAY, "2026-03-20 00:00:00")).toEqual(["2026", "03", "20"]);
    expect(readBlanks(DAY, "2026-03-20 10:00"), "a time of day is not dropped silently").toBeNull();
  });

  it("words are no moment", () => {
    expect(readBlanks(DAY, "下周五")).toBeNull();
    expect(readBlanks(CLOCK, "10:06")).toEqual(["10", "06"]);
  });
});

describe("one more, one less", () => {
  const at = (text: string, units = MOMENT): Blanks => readBlanks(units, text) ?? [];

  it("goes over the end of the month where the whole is known", () => {
    expect(step(DAY, at("2026-03-31", DAY), 2, 1, "")).toEqual(["2026", "04", "01"]);
    expect(step(DAY, at("2026-01-31", DAY), 1, 1, "")).toEqual(["2026", "02", "28"]);
    expect(showBlanks(MOMENT, step(MOMENT, at("2026-03-20 23:00"), 3, 1, ""))).toBe("2026年03月21日 00时00分");
    expect(step(CLOCK, at("00:00", CLOCK), 1, -1, "")).toEqual(["23", "59"]);
  });

  it("starts an empty blank from today", () => {
    expect(step(DAY, emptyBlanks(DAY), 1, 1, "2026-03-11")).toEqual(["", "03", ""]);
  });

  it("stays within the blank where the rest is unknown", () => {
    expect(step(DAY, ["", "12", ""], 1, 1, "")).toEqual(["", "01", ""]);
  });
});

it("a blank is found by its place and emptied alone", () => {
  const shown = showBlanks(MOMENT, typed("202603201000").blanks);
  expect(shown.slice(...blankRange(MOMENT, 2))).toBe("20");
  expect(blankAt(MOMENT, shown.indexOf("10时"))).toBe(3);
  expect(clearBlank(["2026", "03", "20"], 1)).toEqual(["2026", "", "20"]);
  expect(settle(DAY, ["26", "3", ""], 0)).toEqual(["2026", "3", ""]);
});
