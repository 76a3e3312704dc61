import { mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";

import { backendKey } from "../backend";
import type { Backend } from "../backend/backend";
import { memoryBackend } from "../backend/memory";
import DossierView from "../dossier/DossierView.vue";
import HomeView from "../home/HomeView.vue";
import { backendOf, find, found, press, settle, show, showAgain, type } from "../home/testing";
import { go, navigation } from "../navigation";
import { beginSession } from "../session";
import ExchangeView from "./ExchangeView.vue";

// Parts of the component library are slow where they are not drawn.
vi.setConfig({ testTimeout: 20_000 });

const CODE = "51C0-8E2D-7B19-44FA-0D63-9A2E";
const APPLICATION = "release-application";

let view: VueWrapper | undefined;
afterEach(() => {
  view?.unmount();
  document.body.innerHTML = "";
});

async function click(selector: string): Promise<void> {
  (await found(selector)).click();
  await settle();
}

async function shown(backend: Backend, props: Record<string, unknown> = {}): Promise<void> {
  navigation.place = { view: "exchange", ...props };
  view = await showAgain(ExchangeView, backend, props);
}

/** The draft has a second version. */
async function conflicted(): Promise<Backend> {
  const backend = memoryBackend();
  await backend.receivePackage("file-1", null, () => undefined);
  return backend;
}

describe("what is between machines", () => {
  it("is told: alarms with what differs and what to do, numbers that are lent, the own code", async () => {
    await shown(memoryBackend());
    const alarm = find("[data-alarm='REL-PLN-2026-007']").textContent;
    expect(alarm).toContain("2026-03-20 15:00");
    expect(alarm).toContain("2026-03-27 15:00");
    expect(find("[data-quarantine]").textContent).toContain("这里的文件没有改动");
    expect(find("[data-lease=out]").textContent).toContain("借给韩朔REL-APP-2026-041 至 REL-APP-2026-050未用 7，已用 2，作废或交还 1");
    expect(find("[data-own-code]").textContent).toBe("7F3A-90C1-22DE");
  });

  it("asks before a draft is taken back, and says what becomes of the other one", async () => {
    const backend = memoryBackend();
    await backend.sendPackage({ documents: [APPLICATION], to: "韩朔", submit: false, chain: null, change: null, return_numbers: false });
    await shown(backend);
    const taking = vi.spyOn(backend, "takeBack");
    await click(`[data-out='${APPLICATION}'] [data-action=take-back]`);
    expect((await found(".el-dialog")).textContent).toContain("谁的都不会丢");
    expect(taking).not.toHaveBeenCalled();
    await click("[data-action=confirm]");
    expect(taking).toHaveBeenCalledWith(APPLICATION);
    expect(find("[data-strip]").textContent).toContain("已收回《产品发布申请表》");
    expect(document.querySelector("[data-out]")).toBeNull();
  });

  it("lends numbers to one computer, and says what is missing before", async () => {
    const backend = memoryBackend();
    await shown(backend);
    const lending = vi.spyOn(backend, "lendNumbers");
    await click("[data-action=lend]");
    await found("[data-path=lend-count]");
    await type("[data-path=lend-count]", "0");
    await click("[data-action=lend-now]");
    expect(document.body.textContent).toContain("写 1 到 200 的整数");
    await type("[data-path=lend-count]", "5");
    await type("#lend-to", "王喆");
    await click("[data-action=lend-now]");
    expect(document.body.textContent).toContain("不知道“王喆”的电脑是哪一台");
    await type("[data-path=lend-code]", "90C1-22DE-7F3A");
    await click("[data-action=lend-now]");
    expect(lending.mock.lastCall).toEqual([expect.any(String), 5, "王喆", "90C1-22DE-7F3A"]);
    expect(find("[data-strip]").textContent).toContain("已借给王喆，编号 REL-APP-2026-051 至 REL-APP-2026-055");
  });
});

describe("a package that comes in", () => {
  it("is looked into before anything is written, then received, then told of", async () => {
    const backend = memoryBackend();
    const receiving = vi.spyOn(backend, "receivePackage");
    await shown(backend, { file: { token: "file-1", name: "移交包_林知远.zip" } });
    expect(find("[data-look=sound]").textContent).toContain("韩朔发来：移交草稿");
    expect(find("[data-look-count]").textContent).toBe("1 份草稿，5 个借出的编号");
    expect(find("[data-outcome=beside]").textContent).toContain("由您逐项选定");
    expect(receiving).not.toHaveBeenCalled();
    await click("[data-action=receive-package]");
    expect(receiving.mock.calls[0]?.slice(0, 2)).toEqual(["file-1", null]);
    expect((await found("[data-borrowed]")).textContent).toContain("REL-SUM-2026-011 至 REL-SUM-2026-015");
    expect(find("[data-strip]").textContent).toContain("1 份要逐项选定");
    expect(find("[data-exchange-count]").textContent, "beside the alarm").toBe("2");
    await click("[data-received] [data-action=choose]");
    expect(navigation.place).toEqual({ view: "exchange", document: APPLICATION });
  });

  it("is not received when its code is another one, and says so", async () => {
    await shown(memoryBackend(), {});
    await click("[data-side=receive]");
    await type("[data-path=package-anchor]", "0000-0000-0000-0000");
    await click("[data-action=pick-package]");
    expect(find("[data-look=refused]").textContent).toContain("被改动过");
    expect(document.querySelector("[data-action=receive-package]")).toBeNull();
    await type("[data-path=package-anchor]", CODE.toLowerCase());
    await click("[data-action=look-again]");
    expect(find("[data-look=sound]").textContent).toContain("与您填的相符");
  });

  it("that is an archive package leads to where those are verified", async () => {
    const lookIntoPackage = () => Promise.reject({ code: "unsupported_format", message: "没有接收：这是归档包，不是移交包", hint: null, issues: [] });
    const file = { token: "file-1", name: "归档包.zip" };
    await shown({ ...memoryBackend(), lookIntoPackage }, { file });
    await click("[data-action=verify-archive]");
    expect(navigation.place).toEqual({ view: "archive", file });
  });

  it("is picked at once where somebody asked for it in the list", async () => {
    const backend = memoryBackend();
    await shown(backend, { receiving: true });
    expect((await found("[data-look=sound]")).textContent).toContain("韩朔");
  });
});

describe("two versions", () => {
  it("are chosen between place by place, and nothing is done before all is decided", async () => {
    const backend = await conflicted();
    const choosing = vi.spyOn(backend, "choose");
    await shown(backend, { document: APPLICATION });
    expect(document.querySelectorAll("[data-decision]")).toHaveLength(3);
    await click("[data-decision='changes[0].name'] [data-take=there]");
    await click("[data-action=choose-now]");
    expect(choosing).not.toHaveBeenCalled();
    expect(find(".end").textContent).toContain("还有 2 处没选");
    await click("[data-decision=contact] [data-take=there]");
    await click("[data-decision='changes[1].kind'] [data-take=here]");
    await click("[data-action=choose-now]");
    expect(choosing).toHaveBeenCalledWith(APPLICATION, { take: ["contact", "changes[0].name"], keep: ["changes[1].kind"], rest: null });
    expect(find("[data-strip]").textContent).toContain("取韩朔的 2 处，留这里的 1 处");
    expect((await backend.open(APPLICATION)).content["contact"]).toBe("分机 8099");
    expect(navigation.place).toEqual({ view: "exchange" });
  });

  it("wait where somebody wants to choose later", async () => {
    const backend = await conflicted();
    await shown(backend, { document: APPLICATION });
    await click("[data-action=all-here]");
    await press("Escape");
    expect(navigation.place).toEqual({ view: "exchange" });
    expect(await backend.conflicts(APPLICATION)).toHaveLength(1);
  });
});

describe("handing over", () => {
  async function dossier(backend: Backend): Promise<void> {
    const release = await backend.loadSample();
    await beginSession(backend);
    go({ view: "dossier", release, document: APPLICATION });
    view = mount(DossierView, { props: { release, document: APPLICATION }, global: { provide: { [backendKey as symbol]: backend } }, attachTo: document.body });
    await found("[data-action=more]");
  }

  it("asks whom and what for, then the draft is read-only until it is taken back", async () => {
    const backend = memoryBackend();
    const sending = vi.spyOn(backend, "sendPackage");
    await dossier(backend);
    await click("[data-action=more]");
    await click("[data-item=hand]");
    await found("[data-action=hand-over-now]");
    await click("[data-action=hand-over-now]");
    expect(document.body.textContent).toContain("交给谁还没写");
    await type("#hand-to", "韩朔");
    await click("[data-action=hand-over-now]");
    expect(sending).toHaveBeenCalledWith({ documents: [APPLICATION], to: "韩朔", submit: false, chain: null, change: null, return_numbers: false });
    expect((await found("[data-handed-over]")).textContent).toContain("已移交给韩朔");
    expect(find("[data-strip]").textContent).toContain(`移交校验码 ${CODE}`);
    expect(document.querySelector("[data-action=submit]")).toBeNull();
    await click("[data-handed-over] [data-action=take-back]");
    await click("[data-action=confirm]");
    expect(document.querySelector("[data-handed-over]")).toBeNull();
    expect(find("[data-strip]").textContent).toContain("已收回");
    expect(document.querySelector("[data-action=submit]")).not.toBeNull();
  });

  it("shows a second version where the draft is, and leads to it", async () => {
    await dossier(await conflicted());
    expect((await found("[data-second]")).textContent).toContain("韩朔的版本放在旁边");
    await click("[data-action=to-versions]");
    expect(navigation.place).toEqual({ view: "exchange", document: APPLICATION });
  });

  it("begins in the list as well, with all documents that are not out yet", async () => {
    const brief = { out: [{ document: "release-plan.blank", title: "发布计划", to: "王喆", submit: false, at: "" }], waiting: 0, alarms: 0 };
    const backend = backendOf(1, { exchangeBrief: async () => brief });
    const sending = vi.spyOn(backend, "sendPackage");
    view = await show(HomeView, backend, { scope: "all" });
    expect(find("[data-template=release-plan]").textContent).toContain("已移交");
    await click("[data-action=row-menu]");
    await click("[data-item=hand]");
    await found("[data-action=hand-over-now]");
    await settle();
    await type("#hand-to", "韩朔");
    await click("[data-action=hand-over-now]");
    expect(sending.mock.calls[0]?.[0].documents).toEqual(["release-application.blank", "release-plan-table.blank"]);
    await found("[data-strip] [data-action=reveal]");
    expect(find("[data-strip]").textContent).toContain(`已移交给韩朔，移交校验码 ${CODE}`);
  });
});
