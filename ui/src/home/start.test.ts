import type { VueWrapper } from "@vue/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";

import DamagedView from "./DamagedView.vue";
import FirstStart from "./FirstStart.vue";
import { backendOf, find, settle, show, type } from "./testing";
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
