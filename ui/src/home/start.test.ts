import type { VueWrapper } from "@vue/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";

import DamagedRestore from "./DamagedRestore.vue";
import DamagedView from "./DamagedView.vue";
import FirstStart from "./FirstStart.vue";
import { takeSaid } from "./said";
import { backendOf, find, press, settle, show, type } from "./testing";
import { changed, distance, planned } from "./when";

let view: VueWrapper | undefined;
afterEach(() => {
  view?.unmount();
  document.body.innerHTML = "";
});

describe("the first start", () => {
  it("stores who works here, and begins", async () => {
    const backend = backendOf(0);
    const saving = vi.spyOn(backend, "saveSettings");
    view = await show(FirstStart, backend);
    await type("[data-path='organisation.name']", "星图科技");
    await type("[data-path='user.name']", " 韩朔 ");
    find("form").dispatchEvent(new Event("submit", { cancelable: true }));
    await settle();
    expect(saving).toHaveBeenCalledWith({ organisation: { name: "星图科技" }, user: { name: "韩朔", department: "产品部" } });
    expect(view.emitted("done")).toHaveLength(1);
  });

  it("loads the sample where that is wanted", async () => {
    const backend = backendOf(0);
    const loading = vi.spyOn(backend, "loadSample");
    view = await show(FirstStart, backend);
    find("[data-action=load-sample]").click();
    await settle();
    expect(loading).toHaveBeenCalledTimes(1);
    expect(view.emitted("done")).toHaveLength(1);
  });

  it("stays and says why when nothing could be stored", async () => {
    const saveSettings = () => Promise.reject({ code: "io", message: "文件夹不允许写入", hint: null, issues: [] });
    view = await show(FirstStart, backendOf(0, { saveSettings }));
    find("form").dispatchEvent(new Event("submit", { cancelable: true }));
    await settle();
    expect(view.emitted("done")).toBeUndefined();
    expect(find("[role=alert]").textContent).toBe("没有存下：文件夹不允许写入");
  });
});

describe("a damaged database", () => {
  const failure = { code: "damaged_database", message: "数据库已损坏（索引与表不符）", hint: null, issues: [] };

  it("offers the good copies, says what would be lost, and goes back to the recommended one", async () => {
    const backend = backendOf(0);
    const restoring = vi.spyOn(backend, "backupRestore");
    view = await show(DamagedRestore, backend, { failure });
    const rows = [...document.querySelectorAll("[data-copies] li")].map((row) => row.textContent?.replace(/\s+/g, " ").trim());
    expect(rows).toEqual([
      "今天 12:0086 个卷宗，214 个版本，审计记录完整推荐，距损坏 27 分钟",
      "今天 11:3086 个卷宗，214 个版本，审计记录完整",
      "昨天 18:0085 个卷宗，212 个版本，审计记录完整每日备份",
      "03-08 周日 17:3083 个卷宗，208 个版本，审计记录完整每日备份，在第二个备份文件夹",
    ]);
    expect(find("header p").textContent).toContain("12:27 前后的某次写入没有完整落盘");
    expect(find("[data-look]").textContent).toContain("衡川网络安全审计系统 V4.2.0，产品发布申请表");
    expect(document.activeElement).toBe(find("[data-action=restore]"));
    expect(find("[data-action=restore]").textContent?.trim()).toBe("恢复到今天 12:00");
    find("[data-action=restore]").click();
    await settle();
    expect(restoring).toHaveBeenCalledWith("here/1");
    expect(view.emitted("again")).toHaveLength(1);
    expect(takeSaid()?.text).toBe("已恢复到今天 12:00，原来的数据保留在“dossier-损坏-20260311-123000.db”");
  });

  it("is walked through with the arrows, and each copy is looked at", async () => {
    const backend = backendOf(0);
    const looking = vi.spyOn(backend, "backupLook");
    view = await show(DamagedRestore, backend, { failure });
    find("[data-copies] [aria-checked=true]").focus();
    await press("ArrowDown");
    await press("ArrowDown");
    expect(looking.mock.lastCall).toEqual(["here/3"]);
    expect(find("[data-action=restore]").textContent?.trim()).toBe("恢复到昨天 18:00");
    find("[data-action=look]").click();
    await settle();
    expect(find("[data-look]").textContent).toContain("发布计划，今天 11:58");
  });

  it("keeps the way open where a restore fails, and says why", async () => {
    const backupRestore = () => Promise.reject({ code: "busy", message: "另一个窗口正开着这个数据文件夹，没有恢复", hint: "关掉它再试", issues: [] });
    view = await show(DamagedRestore, backendOf(0, { backupRestore }), { failure });
    find("[data-action=restore]").click();
    await settle();
    expect(find("[role=alert]").textContent).toBe("没有恢复：另一个窗口正开着这个数据文件夹，没有恢复。关掉它再试");
    expect(view.emitted("again")).toBeUndefined();
    expect(find<HTMLButtonElement>("[data-action=restore]").disabled).toBe(false);
  });

  it("finds a copy elsewhere where there is none", async () => {
    const none = { copies: [], recommended: null, distance: "", more: false, unusable: [], last_write: null, today: "2026-03-11" };
    const backend = backendOf(0, { backupOffers: async () => none });
    const { copy } = await backend.backupLook("here/1");
    const pickBackup = async () => ({ ...copy, id: "file-1", place: "elsewhere" as const });
    view = await show(DamagedRestore, { ...backend, pickBackup }, { failure });
    expect(find("header p").textContent).toContain("没有能用的备份");
    expect(document.querySelector("[data-action=restore]")).toBeNull();
    find("[data-action=pick-copy]").click();
    await settle();
    expect(find("[data-copies]").textContent).toContain("刚选的文件");
    expect(find("[data-action=restore]").textContent?.trim()).toBe("恢复到今天 12:00");
  });
});

describe("a folder that cannot be opened", () => {
  it("tells to update where a newer program has written it, and tries again", async () => {
    const failure = { code: "newer_database", message: "数据库版本 9 比程序新", hint: null, issues: [] };
    view = await show(DamagedView, backendOf(0), { failure });
    expect(find("main").textContent).toContain("更新到同一版本或更新的版本");
    expect(find("main").textContent).toContain("一个也没有动");
    find("[data-action=again]").click();
    expect(view.emitted("again")).toHaveLength(1);
  });

  it("shows the core's own words for what it does not know", async () => {
    const failure = { code: "unheard_of", message: "磁盘坏了", hint: "换一块", issues: [] };
    view = await show(DamagedView, backendOf(0), { failure });
    expect(find("main").textContent).toContain("磁盘坏了。");
    expect(find("main").textContent).toContain("换一块。");
  });
});

describe("times", () => {
  it("are told as people tell them", () => {
    const today = "2026-03-11";
    expect(planned("2026-03-20 15:00", today)).toBe("03-20 周五 15:00");
    expect(planned("2025-12-31 10:00", today)).toBe("2025-12-31 周三 10:00");
    expect(distance("2026-03-20 15:00", today)).toBe("9 天后");
    expect(distance("2026-03-11 08:00", today)).toBe("今天");
    expect(distance("2026-03-04 08:00", today)).toBe("7 天前");
    expect(changed("2026-03-11 12:31", today)).toBe("今天 12:31");
    expect(changed("2026-03-10 23:59", today)).toBe("昨天 23:59");
    expect(changed("2026-03-09 15:20", today)).toBe("03-09 15:20");
  });
});
