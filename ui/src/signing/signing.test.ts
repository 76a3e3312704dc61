import { describe, expect, it } from "vitest";

import type { Opened } from "../backend/backend";
import { memoryBackend } from "../backend/memory";
import { fixture } from "../backend/memory/documents";
import { readDay } from "../parts/day";
import { entriesOf } from "./entries";
import { pathOf } from "./ink";
import { blocksOf, seatOf } from "./seat";

describe("the list of what is to be signed", () => {
  it("tells what waits, what is signed and what comes later", async () => {
    const backend = memoryBackend();
    await backend.loadSample();
    const ids = ["release-application", "release-plan"];
    const told = async (): Promise<string[]> => entriesOf(await Promise.all(ids.map((id) => backend.approval(id)))).map(({ group, label, figure }) => `${group} ${label} ${figure}`.trim());
    expect(await told()).toEqual(["later 申请表 V1.0 提交后", "later 发布计划 V1.0 提交后"]);
    await backend.submit("release-application", {});
    expect(await told()).toEqual(["waiting 申请表 V1.0 第 1 步", "later 预发布验证签字 批准后", "later 发布计划 V1.0 提交后"]);
    for (let step = 0; step < 5; step += 1) {
      await backend.sign("release-application", { step, name: `签字人${step}`, signed_on: "2026-03-11", opinion: "agree", how: "machine" });
    }
    expect(await told()).toEqual(["done 申请表 V1.0", "waiting 预发布验证签字 0/5", "later 发布计划 V1.0 提交后"]);
    await backend.bringIntoForce("release-application", null);
    await backend.revise("release-application", false, "推迟");
    expect((await told()).slice(0, 2), "the one in force stays beside its next draft").toEqual(["later 申请表 V1.1 提交后", "done 申请表 V1.0"]);
    await backend.submit("release-application", { change: "推迟" });
    await backend.sign("release-application", { step: 0, name: "方文川", signed_on: "2026-03-11", opinion: "refuse", how: "machine" });
    expect((await told())[0]).toBe("later 申请表 V1.2 已退回");
  });
});

describe("the seats of the steps", () => {
  const form = async (name: string): Promise<Opened["form"]> => (await fixture(name)).form;

  it("are rows of sign-off tables or single fields, as the form has them", async () => {
    expect(seatOf(await form("release-application"), "approval[3].name")).toEqual({
      frame: "approval[3]", name: "approval[3].name", date: "approval[3].date", opinion: "approval[3].opinion", supplement: "approval[3].supplement",
    });
    expect(seatOf(await form("release-plan"), "sign_reviewer")).toEqual({
      frame: "sign_reviewer", name: "sign_reviewer", date: "sign_reviewer_date", opinion: null, supplement: null,
    });
  });

  it("are drawn with their headings and nothing else of the form", async () => {
    const drawn = async (name: string, places: string[]): Promise<string[]> =>
      blocksOf(await form(name), places).map(({ what }) => (what.kind === "table" ? what.table.field : what.kind));
    expect(await drawn("release-application", ["approval[0].name", "verification[0].name"])).toEqual(["bar", "approval", "bar", "verification"]);
    expect(await drawn("release-summary", ["product_signature[0].name", "committee_opinion[0].name"])).toEqual(["heading", "product_signature", "committee_opinion", "lines"]);
    expect(await drawn("release-plan", ["sign_author", "sign_reviewer"])).toContain("grid");
    expect(await drawn("release-plan-table", ["sign_author"])).toEqual(["grid"]);
  });
});

describe("a day from paper", () => {
  it.each([
    ["20260311", "2026-03-11"],
    ["2026-3-1", "2026-03-01"],
    ["2026年3月11日", "2026-03-11"],
    ["3-11", "2026-03-11"],
    ["0311", "2026-03-11"],
    ["３月１１日", "2026-03-11"],
    ["2026-02-30", null],
    ["明天", null],
    ["", null],
  ])("%s is %s", (typed, day) => expect(readDay(typed, "2026-05-01")).toBe(day));
});

it("a touch beside a stroke is a dot", () => {
  expect(pathOf([[0.5, 0.5]], 200, 100)).toBe("M100 50h.01");
  expect(pathOf([[0, 0], [0.25, 1]], 200, 100)).toBe("M0 0L50 100");
});
