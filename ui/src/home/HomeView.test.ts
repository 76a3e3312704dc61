import type { VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { DossierQuery } from "../backend/backend";
import { navigation } from "../navigation";
import HomeView from "./HomeView.vue";
import { backendOf, find, found, press, settle, show, showAgain, type } from "./testing";

// Parts of the component library are slow where they are not drawn.
vi.setConfig({ testTimeout: 20_000 });

let view: VueWrapper | undefined;
beforeEach(() => {
  navigation.place = { view: "home", scope: "all" };
});
afterEach(() => {
  view?.unmount();
  document.body.innerHTML = "";
});

const selected = (): string | undefined => find(".line.on").dataset["release"];
const rows = (): number => document.querySelectorAll("[data-release]").length;

describe("the list", () => {
  it("draws only what is looked at of ten thousand releases, and reads one page", async () => {
    const backend = backendOf(10_000);
    const asking = vi.spyOn(backend, "dossiers");
    view = await show(HomeView, backend, { scope: "all" });
    expect(find("[data-total]").textContent).toBe("10,000");
    expect(rows()).toBeLessThan(40);
    expect(asking).toHaveBeenCalledTimes(1);
    expect(asking.mock.calls[0]?.[0]).toMatchObject({ offset: 0, limit: 30 });
  });

  it("reads further pages when End leads there, and selects the last release", async () => {
    const backend = backendOf(1_000);
    const asking = vi.spyOn(backend, "dossiers");
    view = await show(HomeView, backend, { scope: "all" });
    await press("End");
    expect(asking.mock.calls.map(([query]) => query.offset)).toContain(990);
    expect(selected()).toBe("1000");
  });

  it("has the top row selected, so that Enter continues yesterday's work", async () => {
    view = await show(HomeView, backendOf(5), { scope: "all" });
    expect(selected()).toBe("1");
    await press("Enter");
    expect(navigation.place).toEqual({ view: "dossier", release: 1, document: null });
  });

  it("selects with arrows and never leaves the list", async () => {
    view = await show(HomeView, backendOf(5), { scope: "all" });
    await press("ArrowUp");
    expect(selected()).toBe("1");
    for (let step = 0; step < 9; step += 1) await press("ArrowDown");
    expect(selected()).toBe("5");
    await press("Home");
    expect(selected()).toBe("1");
  });

  it("opens a document by its chip", async () => {
    view = await show(HomeView, backendOf(5), { scope: "all" });
    find("[data-release='2'] [data-template='release-plan']").click();
    expect(navigation.place).toEqual({ view: "dossier", release: 2, document: "release-plan.blank" });
  });

  it("says of each document where it stands, with the one figure that matters", async () => {
    view = await show(HomeView, backendOf(9), { scope: "all" });
    const chip = (release: number, template: string): string => find(`[data-release='${release}'] [data-template='${template}']`).textContent?.trim() ?? "";
    expect(chip(1, "release-plan-table")).toBe("草稿6 行");
    expect(chip(2, "release-application")).toBe("已批准V1.0");
    expect(chip(3, "release-application")).toBe("审批中2/5");
    expect(chip(6, "release-application")).toBe("受控V1.0");
  });

  it("leads back to the row that was opened", async () => {
    const backend = backendOf(5);
    view = await show(HomeView, backend, { scope: "all" });
    await press("ArrowDown");
    await press("ArrowDown");
    await press("Enter");
    view.unmount();
    view = await showAgain(HomeView, backend, { scope: "all" });
    expect(selected()).toBe("3");
  });

  it("says what is in the way when the list cannot be read, and reads again", async () => {
    const whole = backendOf(5);
    let broken = true;
    const dossiers = (query: DossierQuery) =>
      broken ? Promise.reject({ code: "io", message: "磁盘读不了", hint: "接上移动盘", issues: [] }) : whole.dossiers(query);
    view = await show(HomeView, { ...whole, dossiers }, { scope: "all" });
    expect(find("[data-strip]").textContent).toContain("没有读到卷宗：磁盘读不了。接上移动盘");
    broken = false;
    find("[data-strip] .link").click();
    await settle();
    expect(rows()).toBe(5);
  });
});

describe("search", () => {
  it("asks with the first letter, then once for all that was typed meanwhile, and shows the last answer", async () => {
    const whole = backendOf(50);
    const texts: (string | undefined)[] = [];
    const dossiers = async (query: DossierQuery) => {
      texts.push(query.text);
      await new Promise((resolve) => setTimeout(resolve, query.text === "消" ? 150 : 0));
      return whole.dossiers(query);
    };
    view = await show(HomeView, { ...whole, dossiers }, { scope: "all" });
    texts.length = 0;
    await type("[data-action=search]", "消");
    expect(texts).toEqual(["消"]);
    await type("[data-action=search]", "消息");
    await type("[data-action=search]", "消息总");
    await settle(250);
    expect(texts).toEqual(["消", "消息总"]);
    expect([...document.querySelectorAll(".line .name b")].every((name) => name.textContent === "消息总线")).toBe(true);
  });

  it("keeps the newer answer when the older one comes late", async () => {
    const whole = backendOf(50);
    const dossiers = async (query: DossierQuery) => {
      await new Promise((resolve) => setTimeout(resolve, query.text === "消息" ? 120 : 0));
      return whole.dossiers(query);
    };
    view = await show(HomeView, { ...whole, dossiers }, { scope: "all" });
    await type("[data-action=search]", "消息");
    await settle(60);
    await type("[data-action=search]", "数据中台");
    await settle(200);
    expect(find(".line .name b").textContent).toBe("数据中台");
  });

  it("Ctrl+F leads there, Esc clears it", async () => {
    view = await show(HomeView, backendOf(50), { scope: "all" });
    await press("f", { ctrlKey: true });
    expect(document.activeElement).toBe(find("[data-action=search]"));
    await type("[data-action=search]", "消息");
    await settle(60);
    await press("Escape");
    await settle(60);
    expect(find("[data-total]").textContent).toBe("50");
  });

  it("an Enter that ends a composition opens nothing", async () => {
    view = await show(HomeView, backendOf(5), { scope: "all" });
    await press("f", { ctrlKey: true });
    await press("Enter", { isComposing: true });
    expect(navigation.place.view).toBe("home");
  });

  it("offers the filter that hides what is sought, with how many there are", async () => {
    view = await show(HomeView, backendOf(50), { scope: "all" });
    find("[data-filter=year]").click();
    await settle();
    find("[data-item='2026']").click();
    await settle();
    await type("[data-action=search]", "V3.5.2");
    await settle(60);
    const words = find(".nothing").textContent ?? "";
    expect(words).toContain("没有卷宗含“V3.5.2”。");
    expect(words).toMatch(/年份限在 2026。改为全部年份，有 \d+ 个。/);
    find("[data-action=widen]").click();
    await settle(60);
    expect(rows()).toBeGreaterThan(0);
  });
});

describe("what a row offers", () => {
  it("deletes drafts after saying what is lost", async () => {
    const backend = backendOf(1);
    const removing = vi.spyOn(backend, "removeRelease");
    view = await show(HomeView, backend, { scope: "all" });
    find("[data-action=row-menu]").click();
    await settle();
    find("[data-item=remove]").click();
    await found("[data-action=confirm]");
    expect(removing).not.toHaveBeenCalled();
    expect(document.body.textContent).toContain("申请表、发布计划、计划表共 3 份草稿会一起删除");
    find("[data-action=confirm]").click();
    await settle();
    expect(removing).toHaveBeenCalledWith(1);
    expect(document.body.textContent).toContain("还没有卷宗");
  });

  it("keeps the release when the person refuses", async () => {
    const backend = backendOf(1);
    const removing = vi.spyOn(backend, "removeRelease");
    view = await show(HomeView, backend, { scope: "all" });
    find("[data-action=row-menu]").click();
    await settle();
    find("[data-item=remove]").click();
    (await found("[data-action=refuse]")).click();
    await settle();
    expect(removing).not.toHaveBeenCalled();
    expect(rows()).toBe(1);
  });

  it("does not offer to delete what was submitted, and says why", async () => {
    view = await show(HomeView, backendOf(5), { scope: "all" });
    find("[data-release='2'] [data-action=row-menu]").click();
    await settle();
    expect(find("[data-item=remove]").textContent).toContain("里面有已经提交的文档，要留存");
    find("[data-item=remove]").click();
    await settle();
    expect(document.querySelector("[data-action=confirm]")).toBeNull();
  });
});

describe("an empty start", () => {
  it("offers a new release and the sample, and shows the sample once it is there", async () => {
    view = await show(HomeView, backendOf(0), { scope: "all" });
    expect(find("main").textContent).toContain("还没有卷宗");
    find("[data-action=load-sample]").click();
    await settle();
    expect(selected()).toBe("1");
    for (const words of ["03-20 周五 15:00", "9 天后", "今天 12:31"]) expect(find(".line.on").textContent).toContain(words);
  });
});
