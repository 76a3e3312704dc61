import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { backendKey } from "../backend";
import type { Backend } from "../backend/backend";
import { memoryBackend } from "../backend/memory";
import { closeFiling, fileScan, filing, isScan } from "./filing";
import ScanDialog from "./ScanDialog.vue";

let backend: Backend;
let view: VueWrapper;

function show(): void {
  view = mount(ScanDialog, { global: { provide: { [backendKey as symbol]: backend } }, attachTo: document.body });
}

const text = (selector: string): string => document.querySelector(selector)?.textContent ?? "";

async function press(selector: string): Promise<void> {
  await vi.waitUntil(() => document.querySelector(selector) !== null);
  const button = document.querySelector<HTMLButtonElement>(selector);
  if (button?.type === "submit") button.form?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  else button?.click();
  await flushPromises();
}

beforeEach(() => {
  backend = memoryBackend();
  URL.createObjectURL = () => "blob:page";
  URL.revokeObjectURL = () => undefined;
});
afterEach(() => {
  view.unmount();
  closeFiling();
  filing.suggested = null;
  document.body.innerHTML = "";
});

describe("files that fall on the window", () => {
  it("are paper by their names, whatever they hold", () => {
    show();
    expect(["签署件.PDF", "a.jpeg", "a.tif"].every((name) => isScan({ token: "", name }))).toBe(true);
    expect(["计划.xlsx", "计划.csv", "pdf"].some((name) => isScan({ token: "", name }))).toBe(false);
  });

  it("are read one after the other, and each says what became of it", async () => {
    show();
    const refused = { code: "password_protected", message: "`密.pdf` 不能归档：PDF 有密码", hint: "请去掉密码另存，再归档", issues: [] };
    const reading = vi.spyOn(backend, "fileScan");
    reading.mockRejectedValueOnce(refused);
    const both = [fileScan(backend, { token: "密.pdf", name: "密.pdf" }), fileScan(backend, { token: "签署件.pdf", name: "签署件.pdf" })];
    await Promise.all(both);
    await vi.waitUntil(() => filing.queue.length === 0);
    await flushPromises();
    const told = [...document.querySelectorAll("[data-outcome]")].map((line) => line.textContent ?? "");
    expect(told[0]).toContain("没有归档。`密.pdf` 不能归档：PDF 有密码，请去掉密码另存，再归档。");
    expect(told[1]).toContain("3 页，2 页按二维码归档，1 页等待手工归位");
    expect(told[1]).toContain("REL-APP-2026-001 V1.1：第 1、2 页");
    await fileScan(backend, { token: "签署件.pdf", name: "签署件.pdf" });
    await flushPromises();
    expect(text("[data-scan-filing]")).toContain("以前归过档，没有再存");
  });
});

describe("a page that nobody could read", () => {
  it("is looked at and filed where somebody says", async () => {
    filing.suggested = "REL-APP-2026-001 V1.1";
    await fileScan(backend, { token: "签署件.pdf", name: "签署件.pdf" });
    const filing_ = vi.spyOn(backend, "fileByHand");
    show();
    await vi.waitUntil(() => document.querySelector("[data-picture]") !== null);
    expect(text("[data-waiting]")).toContain("签署件.pdf 第 3 页没有读到二维码");
    await press('[data-action="file-here"]');
    expect(filing_).toHaveBeenCalledWith({ sha256: "1".repeat(64), page: 3, number: "REL-APP-2026-001", revision: "V1.1" });
    await vi.waitUntil(() => document.querySelector("[data-waiting]") === null);
    expect(text("[data-all-filed]")).toContain("没有等待归位的页");
  });

  it("says why it could not be filed, and may belong nowhere", async () => {
    filing.suggested = "REL-APP-2026-001 V1.0";
    await fileScan(backend, { token: "签署件.pdf", name: "签署件.pdf" });
    vi.spyOn(backend, "fileByHand").mockRejectedValue({ code: "not_found", message: "没有这个版本，这一页没有归位", hint: null, issues: [] });
    show();
    await press('[data-action="file-here"]');
    expect(text("[role=alert]")).toBe("没有这个版本，这一页没有归位。");
    await press('[data-action="set-aside"]');
    await vi.waitUntil(() => document.querySelector("[data-waiting]") === null);
  });
});
