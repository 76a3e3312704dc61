import type { VueWrapper } from "@vue/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";

import type { Backend } from "../backend/backend";
import { backendOf, find, found, press, settle, show, showAgain, type } from "../home/testing";
import { navigation } from "../navigation";
import ArchiveView from "./ArchiveView.vue";
import { grouped, remaining } from "./check";

// Parts of the component library are slow where they are not drawn.
vi.setConfig({ testTimeout: 20_000 });

const CODE = "3F7A-0C91-B2D4-77A0-19BC-04E1";

let view: VueWrapper | undefined;
afterEach(() => {
  view?.unmount();
  document.body.innerHTML = "";
});

const line = (id: string): HTMLElement => find(`[data-line='${id}']`);
const isBarred = (): boolean => find<HTMLButtonElement>("[data-action=pack]").disabled;

async function shown(changes: Partial<Backend> = {}): Promise<Backend> {
  const backend = backendOf(2, changes);
  view = await show(ArchiveView, backend);
  return backend;
}

async function click(selector: string): Promise<void> {
  find(selector).click();
  await settle();
}

/** Everything that stands in the way is put right, confirmed or excused. */
async function clear(): Promise<void> {
  await click("[data-line='附录4/R0001'] [data-action=attach]");
  await click("[data-line='附录2/R0001'] [data-action=except]");
  await found("[data-path=reason]");
  await type("[data-path=reason]", "节点记录由运维部另行保存");
  await click("[data-action=confirm]");
  await click("[data-group=all]");
  await click("[data-action=confirm-line]");
  await click("[data-action=confirm-now]");
}

describe("archiving", () => {
  it("shows what stands in the way by dossier, those with most to do first, and bars the package", async () => {
    await shown();
    const names = [...document.querySelectorAll("[data-group] b")].map((own) => own.textContent);
    expect(names).toEqual(["衡川网络安全审计系统 V4.2.0", "整个归档包", "衡川日志分析平台 V2.8.1"]);
    expect(find("[data-lines-summary]").textContent).toBe("6 项：2 项未通过，1 项提醒");
    expect(find("[data-check-count]").textContent).toContain("3 项不通过");
    expect(find("[data-open-lines]").textContent).toContain("还有 3 项不通过");
    expect(isBarred()).toBe(true);
  });

  it("leads to the document that a line is about", async () => {
    await shown();
    await click("[data-line^='签署件/'] [data-action=to-line]");
    expect(navigation.place).toEqual({ view: "dossier", release: 1, document: "D0001", part: "sign" });
  });

  it("takes no exception without a reason", async () => {
    await shown();
    await click("[data-line='附录2/R0001'] [data-action=except]");
    await found("[data-path=reason]");
    await click("[data-action=confirm]");
    expect(document.body.textContent).toContain("理由还没写");
    expect(line("附录2/R0001").dataset["outcome"]).toBe("blocking");
    navigation.place = { view: "archive" };
    await press("Escape");
    expect(navigation.place.view, "Esc leaves the dialog, not the screen").toBe("archive");
    await click("[data-action=refuse]");
    await press("Escape");
    expect(navigation.place.view).toBe("home");
  });

  it("packs once files are added, reasons written and 4.4.2 confirmed, and says where the package is", async () => {
    const backend = await shown();
    const packing = vi.spyOn(backend, "makeArchive");
    const revealing = vi.spyOn(backend, "revealFile");
    await clear();
    expect(line("4.4.2.1").textContent).toMatch(/产品部更新产品手册、帮助文档等用户侧文档：已由.+确认。/);
    await click("[data-group='1']");
    expect([...document.querySelectorAll("[data-group] b")].at(0)?.textContent).toBe("衡川网络安全审计系统 V4.2.0");
    expect(line("附录4/R0001").dataset["outcome"]).toBe("passed");
    expect(line("附录2/R0001").textContent).toContain("“节点记录由运维部另行保存”");
    await click("[data-action=pack]");
    expect(packing.mock.calls[0]?.[0]).toEqual({ scope: { year: 2026 }, exceptions: [["附录2/R0001", "节点记录由运维部另行保存"]], confirmed: [["4.4.2.1", "林知远"]] });
    expect(find("[data-made-code]").textContent).toBe(CODE);
    expect(find("[data-strip]").textContent).toContain(`移交校验码 ${CODE}`);
    await click("[data-strip] [data-action=reveal]");
    expect(revealing).toHaveBeenCalledWith("文档/发布文档/归档包_2026年_2026-03-11.zip");
  });

  it("leaves a dossier out with a reason, and what it lacks stands in nobody's way", async () => {
    const backend = await shown();
    const packing = vi.spyOn(backend, "makeArchive").mockRejectedValue({ code: "unknown", message: "没有写", hint: null, issues: [] });
    expect(find("[data-contents]").textContent).toBe("4 份文档，5 个版本");
    await click("[data-line='附录2/R0001'] [data-action=except]");
    await found("[data-path=reason]");
    await type("[data-path=reason]", "另行保存");
    await click("[data-action=confirm]");
    await click("[data-action=leave-out]");
    await found("[data-path=reason]");
    await type("[data-path=reason]", "审批还没有结束");
    await click("[data-action=confirm]");
    expect(find("[data-left-out]").textContent).toContain("审批还没有结束");
    expect(find("[data-group='1']").textContent).toContain("这次不归档");
    expect(find("[data-check-count]").textContent).toContain("1 个卷宗，3 份文档，4 个版本");
    expect(find("[data-contents]").textContent).toBe("3 份文档，4 个版本");
    expect(find("[data-open-lines]").textContent).toContain("还有 1 项不通过");
    await click("[data-group=all]");
    await click("[data-action=confirm-line]");
    await click("[data-action=confirm-now]");
    await click("[data-action=pack]");
    expect(packing.mock.calls[0]?.[0]).toEqual({ scope: { year: 2026 }, exceptions: [], confirmed: [["4.4.2.1", "林知远"]], left_out: [["R0001", "审批还没有结束"]] });
    await click("[data-group='1']");
    await click("[data-action=include]");
    expect(find("[data-contents]").textContent).toBe("4 份文档，5 个版本");
    expect(isBarred()).toBe(true);
  });

  it("keeps what was said while somebody looks elsewhere, and packs on", async () => {
    let finish = (): void => undefined;
    const stopped = vi.fn(async () => finish());
    const makeArchive: Backend["makeArchive"] = (_request, tell) => {
      const to = "档案移动盘/2026.zip";
      tell({ step: "check", done: 3, total: 4, what: "REL-SUM-2026-001", bytes: 0, to });
      tell({ step: "files", done: 2, total: 5, what: "REL-SUM-2026-001 V1.0", bytes: 191_400_000, to });
      return new Promise((resolve) => (finish = () => resolve(null)));
    };
    await shown({ makeArchive, cancelExport: stopped });
    await clear();
    await click("[data-action=pack]");
    expect(find("[data-packing] .what").textContent).toBe("REL-SUM-2026-001 V1.0");
    expect([...document.querySelectorAll("[data-step]")].map((step) => step.textContent)).toEqual(["核对内容4 份", "生成并写入文件2 / 5", "装订合订本", "写清单和移交清单", "从头校验一遍"]);
    expect(find("[aria-current=step]").dataset["step"]).toBe("files");
    expect(find("[data-packed]").textContent).toBe("191.4 MB");
    expect(find("[data-packing]").textContent).toContain("保存到档案移动盘/2026.zip");
    view?.unmount();
    const { mount } = await import("@vue/test-utils");
    const { backendKey } = await import("../backend");
    view = mount(ArchiveView, { global: { provide: { [backendKey as symbol]: backendOf(2) } }, attachTo: document.body });
    await settle();
    expect(find("[data-packing]").textContent).toContain("2 / 5");
    await click("[data-action=stop-archive]");
    expect(stopped).toHaveBeenCalledTimes(1);
    expect(find("[data-strip]").textContent).toContain("已取消，没有归档");
    expect(isBarred()).toBe(false);
  });

  it("asks for a release or for words before it checks anything", async () => {
    const backend = await shown();
    const checking = vi.spyOn(backend, "checkArchive");
    await click("[data-scope-kind=query]");
    expect(checking).not.toHaveBeenCalled();
    await type("[data-path=archive-query]", " 网关 ");
    find<HTMLFormElement>(".seek").dispatchEvent(new Event("submit", { cancelable: true }));
    await settle();
    expect(checking).toHaveBeenLastCalledWith({ query: "网关" }, expect.any(Function));
    await click("[data-scope-kind=release]");
    await click("[data-action=choose-release]");
    find("[role=menu] .item, .item").dispatchEvent(new MouseEvent("click", { bubbles: true }));
    await settle();
    expect(checking.mock.lastCall?.[0]).toMatchObject({ release: expect.stringMatching(/^R\d{4}$/) as string });
  });

  it("says what is wrong where nothing can be checked", async () => {
    const checkArchive = () => Promise.reject({ code: "not_found", message: "没有可以归档的文件：2026 年里没有提交过的文档", hint: "草稿不归档，先提交审批", issues: [] });
    await shown({ checkArchive });
    expect(find("[data-check-failure]").textContent).toBe("没有可以归档的文件：2026 年里没有提交过的文档，草稿不归档，先提交审批。");
  });
});

describe("packages from elsewhere", () => {
  async function verifying(changes: Partial<Backend> = {}): Promise<Backend> {
    const backend = backendOf(2, changes);
    view = await showAgain(ArchiveView, backend);
    await click("[data-side=verify]");
    return backend;
  }

  it("are verified against the signed paper, and a sound one comes back", async () => {
    const backend = await verifying();
    const restoring = vi.spyOn(backend, "restorePackage");
    await type("[data-path=package-anchor]", CODE);
    await click("[data-action=pick-package]");
    expect(find("[data-verdict=sound]").textContent).toContain("完好与移交时一致。");
    await click("[data-action=restore-package]");
    expect(restoring.mock.calls[0]?.slice(0, 2)).toEqual(["file-1", CODE]);
    expect(find("[data-strip]").textContent).toContain("已恢复：3 份文档，4 个版本；1 份已在这里，没有改动");
  });

  it("are not brought back when they were altered, and every finding is named", async () => {
    await verifying();
    await type("[data-path=package-anchor]", "0000-0000-0000-0000");
    await click("[data-action=pick-package]");
    expect(find("[data-verdict=altered] h2").textContent).toBe("被改动过");
    expect(find("[data-findings]").textContent).toContain("manifest-sha256.txt");
    expect(document.querySelector("[data-action=restore-package]")).toBeNull();
  });

  it("are refused with the reason when nobody should open them", async () => {
    const verifyPackage = () => Promise.reject({ code: "corrupt_file", message: "归档包里有指向包外的文件名", hint: "请向移交方核实来源", issues: [] });
    await verifying({ verifyPackage });
    await click("[data-action=pick-package]");
    expect(find("[data-verdict=refused]").textContent).toContain("不能打开归档包里有指向包外的文件名，请向移交方核实来源。");
  });

  it("are verified when they fell on the window", async () => {
    const backend = backendOf(2);
    const asking = vi.spyOn(backend, "verifyPackage");
    view = await showAgain(ArchiveView, backend, { file: { token: "file-7", name: "归档包.zip" } });
    expect(asking.mock.calls[0]?.slice(0, 2)).toEqual(["file-7", null]);
    expect(find("[data-verdict=sound]").textContent).toContain("归档包.zip");
  });

  it("wait while another one is being verified, and the person is told", async () => {
    const verifyPackage = vi.fn(() => new Promise<never>(() => undefined));
    view = await showAgain(ArchiveView, backendOf(2, { verifyPackage }), { file: { token: "file-7", name: "归档包.zip" } });
    await view.setProps({ file: { token: "file-8", name: "另一个.zip" } });
    await settle();
    expect(verifyPackage).toHaveBeenCalledTimes(1);
    expect(find("[data-strip]").textContent).toContain("没有打开。另一个.zip：正在校验 归档包.zip，还没有完成。等它完成或先停下，再拖一次。");
  });
});

describe("what somebody has taken the responsibility for", () => {
  it("excuses no line that is not excusable, and goes when its line passes by itself", async () => {
    const fault = { id: "审计/audit[3]", property: "authentic" as const, outcome: "blocking" as const, about: "audit[3]", message: "对不上。", excusable: false };
    const passed = { ...fault, id: "附录2/R0001", outcome: "passed" as const };
    const look = { check: { scope: "2026 年", releases: 1, documents: 1, revisions: 1, blocking: 1, warnings: 0, lines: [fault, passed] }, places: [] };
    const taken = { exceptions: { [fault.id]: "不要紧", [passed.id]: "没有" }, confirmed: {}, leftOut: {} };
    expect(grouped(look, taken)[0]?.lines.map(({ outcome }) => outcome)).toEqual(["blocking", "passed"]);
    expect(remaining(look, taken).exceptions).toEqual({ [fault.id]: "不要紧" });
  });
});
