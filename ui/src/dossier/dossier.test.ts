import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { nextTick } from "vue";

import { backendKey } from "../backend";
import type { Backend, Opened } from "../backend/backend";
import { memoryBackend } from "../backend/memory";
import { navigation } from "../navigation";
import { beginSession, useSession } from "../session";
import DossierView from "./DossierView.vue";

vi.setConfig({ testTimeout: 20_000 });

let backend: Backend;
let view: VueWrapper;

async function open(document: string | null = null, change: (opened: Opened) => void = () => undefined): Promise<void> {
  const load = backend.open;
  backend.open = async (id) => {
    const opened = await load(id);
    // The first sections are enough here; all of them take the page of the tests a long time to lay out.
    opened.form.blocks = opened.form.blocks.filter(({ section, what }) => (section ?? 0) < 3 && what.kind !== "table");
    change(opened);
    return opened;
  };
  const release = await backend.loadSample();
  await beginSession(backend);
  view = mount(DossierView, { props: { release, document }, global: { provide: { [backendKey as symbol]: backend } }, attachTo: window.document.body });
  await vi.waitUntil(() => view.find(".sheet").exists(), { timeout: 10_000 });
  await flushPromises();
}

function press(key: string, modifiers: KeyboardEventInit = {}): void {
  (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...modifiers }));
}

const strip = (): string => view.find("[data-strip]").text();

beforeEach(() => {
  backend = memoryBackend();
  Object.defineProperty(window, "innerWidth", { value: 1280, writable: true, configurable: true });
});
afterEach(() => view.unmount());

describe("a dossier", () => {
  it("opens its first document, and the one that is chosen", async () => {
    await open();
    expect(view.find(".bar h1").text()).toBe("产品发布申请表");
    await view.find('[data-template="release-summary"]').trigger("click");
    await vi.waitUntil(() => view.find(".bar h1").text() === "产品发布总结报告");
    expect(view.findAll(".side .on").some((item) => item.text().includes("总结报告"))).toBe(true);
  });

  it("creates a document that is not there yet", async () => {
    const release = await backend.newRelease({ product: "甲", version: "V1.0.0", release_type: "补丁版本发布", documents: ["release-application"], from: null });
    await beginSession(backend);
    view = mount(DossierView, { props: { release, document: null }, global: { provide: { [backendKey as symbol]: backend } }, attachTo: window.document.body });
    await vi.waitUntil(() => view.find(".sheet").exists(), { timeout: 10_000 });
    await view.find('[data-template="release-plan"]').trigger("click");
    await vi.waitUntil(() => view.find(".bar h1").text() === "发布计划", { timeout: 10_000 });
  });

  it("Esc goes up, after what was typed is stored", async () => {
    await open("release-application.blank");
    const edit = vi.spyOn(backend, "edit");
    const area = view.find<HTMLTextAreaElement>('[data-path="product_name"]');
    area.element.focus();
    await area.setValue("审计系统");
    press("Escape");
    await flushPromises();
    expect(edit).toHaveBeenCalledWith("release-application.blank", [{ kind: "set", path: "product_name", value: "审计系统" }]);
    expect(navigation.place.view).toBe("home");
  });
});

describe("the pane", () => {
  it("folds the sidebar for the preview by as much as it grows, in a narrow window only", async () => {
    await open();
    press("1", { ctrlKey: true });
    await nextTick();
    expect(view.classes()).toContain("folded");
    expect((view.element as HTMLElement).style.getPropertyValue("--pane")).toBe("492px");
    window.innerWidth = 1920;
    window.dispatchEvent(new Event("resize"));
    await nextTick();
    expect(view.classes()).not.toContain("folded");
    expect((view.element as HTMLElement).style.getPropertyValue("--pane")).toBe("620px");
  });

  it("hides and comes back as it was, and is remembered for this form", async () => {
    await open();
    press("3", { ctrlKey: true });
    await nextTick();
    expect(view.find("[data-pane]").attributes("data-pane")).toBe("history");
    press("\\", { ctrlKey: true });
    await nextTick();
    expect(view.find("[data-pane]").exists()).toBe(false);
    expect(useSession().preferences["pane.release-application"]).toBe("hidden");
    press("\\", { ctrlKey: true });
    await nextTick();
    expect(view.find("[data-pane]").attributes("data-pane")).toBe("history");
  });
});

describe("the strip", () => {
  it("says what the field in hand is about", async () => {
    await open();
    view.find<HTMLElement>('[data-path="planned_at"]').element.focus();
    await nextTick();
    expect(strip()).toContain("计划发布时间");
    expect(strip()).toContain("工作日 10:00-12:00");
  });

  it("stays with what could not be stored until it is", async () => {
    await open("release-application.blank");
    const edit = backend.edit;
    backend.edit = () => Promise.reject({ code: "disk_full", message: "磁盘已满", hint: "腾出空间后自动再存", issues: [] });
    const area = view.find<HTMLTextAreaElement>('[data-path="product_name"]');
    await area.setValue("审计系统");
    press("z", { ctrlKey: true });
    await flushPromises();
    expect(view.find("[data-saved]").attributes("data-saved")).toBe("failed");
    expect(strip()).toContain("磁盘已满");
    expect(area.element.value).toBe("审计系统");
    backend.edit = edit;
    await view.find('[data-action="store-again"]').trigger("click");
    await vi.waitUntil(() => view.find("[data-saved]").attributes("data-saved") === "saved", { timeout: 5000 });
  });
});

describe("handing in", () => {
  it("stays pressable and shows what is missing", async () => {
    await open("release-application.blank");
    press("1", { ctrlKey: true });
    await view.find('[data-action="submit"]').trigger("click");
    await flushPromises();
    expect(view.find("[data-pane]").attributes("data-pane")).toBe("check");
    expect(strip()).toMatch(/还有 .*没填/);
  });

  it("of what is complete asks what is still to be said, and freezes it", async () => {
    await open(null, (opened) => (opened.state.problems = []));
    await view.find('[data-action="submit"]').trigger("click");
    await vi.waitUntil(() => document.querySelector('[data-action="submit-now"]') !== null);
    await flushPromises();
    expect(document.querySelector("[data-next-number]")?.textContent).toContain("REL-APP-2026-001");
    expect(document.querySelector(".el-dialog")?.textContent).toContain("信息安全部安全审核");
    expect(document.querySelector('[data-path="change"]'), "a first revision changes nothing").toBeNull();
    const submit = vi.spyOn(backend, "submit");
    document.querySelector<HTMLElement>('[data-action="submit-now"]')?.closest("form")?.dispatchEvent(new Event("submit", { cancelable: true }));
    await vi.waitUntil(() => strip().includes("已提交 REL-APP-2026-001 V1.0"));
    expect(submit).toHaveBeenCalledWith("release-application", { chain: "approval" });
    expect(view.find("[data-read-only]").text()).toContain("已提交 V1.0，内容不再改动");
    expect(view.find('[data-action="submit"]').exists()).toBe(false);
    expect(view.find('.sheet textarea').exists(), "nothing can be typed any more").toBe(false);
    const print = vi.spyOn(backend, "printRevision");
    press("p", { ctrlKey: true });
    await flushPromises();
    expect(print, "that it was printed is recorded").toHaveBeenCalledWith("release-application", "V1.0", { kind: "record" });
  });

  it("is taken back with a reason, and goes on as the draft of the next revision", async () => {
    await backend.submit("release-application", {});
    await open();
    await vi.waitUntil(() => view.find('[data-action="withdraw"]').exists());
    await view.find('[data-action="withdraw"]').trigger("click");
    await vi.waitUntil(() => document.querySelector('[data-path="reason"]') !== null);
    const reason = document.querySelector<HTMLTextAreaElement>('[data-path="reason"]');
    reason?.closest("form")?.dispatchEvent(new Event("submit", { cancelable: true }));
    await nextTick();
    expect(document.querySelector('.el-dialog [role="alert"]')?.textContent).toContain("撤回原因还没写");
    if (reason) reason.value = "时间写错";
    reason?.dispatchEvent(new Event("input"));
    reason?.closest("form")?.dispatchEvent(new Event("submit", { cancelable: true }));
    await vi.waitUntil(() => strip().includes("已撤回"));
    await vi.waitUntil(() => view.find("[data-behind]").exists());
    expect(view.find("[data-behind]").text()).toContain("V1.0 已退回：撤回：时间写错。改好后提交 V1.1。");
    expect(view.find('[data-action="submit"]').exists()).toBe(true);
  });
});

describe("export", () => {
  async function exportNow(): Promise<void> {
    await view.find('[data-action="export"]').trigger("click");
    await vi.waitUntil(() => document.querySelector('[data-action="export-now"]') !== null);
    document.querySelector<HTMLElement>('[data-action="export-now"]')?.closest("form")?.dispatchEvent(new Event("submit", { cancelable: true }));
  }

  it("takes the open document, and says where it is", async () => {
    await open();
    const out = vi.spyOn(backend, "exportFiles");
    await exportNow();
    await vi.waitUntil(() => strip().includes("已导出"));
    expect(out.mock.calls[0]?.[0]).toEqual({ documents: ["release-application"], formats: ["pdf"], blank: false, for_signing: false });
    expect(strip()).toContain("已导出 1 份，放在“发布文档”文件夹");
    const reveal = vi.spyOn(backend, "revealFile");
    await view.find('[data-action="reveal"]').trigger("click");
    expect(reveal).toHaveBeenCalledWith("文档/发布文档/产品发布申请表.pdf");
  });

  it("stores what is typed first", async () => {
    await open("release-application.blank");
    const order: string[] = [];
    const { edit, exportFiles } = backend;
    backend.edit = (...call) => (order.push("edit"), edit(...call));
    backend.exportFiles = (...call) => (order.push("export"), exportFiles(...call));
    await view.find('[data-path="product_name"]').setValue("审计系统");
    await exportNow();
    await vi.waitUntil(() => order.includes("export"));
    expect(order).toEqual(["edit", "export"]);
  });

  it("that fails says why and offers a way out", async () => {
    await open();
    backend.exportFiles = () => Promise.reject({ code: "denied", message: "“发布文档”文件夹不允许写入", hint: "请换一个文件夹", issues: [] });
    await exportNow();
    await vi.waitUntil(() => strip().includes("没有导出"));
    expect(strip()).toContain("请换一个文件夹");
    expect(view.find('[data-action="export-again"]').exists()).toBe(true);
  });
});

it("the outline counts what is missing and leads to its section", async () => {
  await open("release-application.blank");
  expect(view.find("[data-section-link]").text()).toContain("缺 17");
  expect(view.find("[data-required]").text()).toBe("必填 1/81");
  await view.findAll("[data-section-link]")[2]?.trigger("click");
  expect(document.activeElement?.getAttribute("data-path")).toBe("affected_systems");
});

it("F8 walks through the problems, wrong ones first", async () => {
  await open("release-application.blank", (opened) => {
    opened.state.problems = [
      { path: "product_name", kind: "missing", code: "", place: "", label: "", message: "", section: 0 },
      { path: "current_version", kind: "wrong", code: "", place: "", label: "", message: "", section: 0 },
    ];
  });
  press("F8");
  await flushPromises();
  await nextTick();
  expect(document.activeElement?.getAttribute("data-path")).toBe("current_version");
  press("F8");
  await flushPromises();
  await nextTick();
  expect(document.activeElement?.getAttribute("data-path")).toBe("product_name");
});
