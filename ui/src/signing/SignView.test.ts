import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { nextTick } from "vue";

import { backendKey } from "../backend";
import type { Backend } from "../backend/backend";
import { memoryBackend } from "../backend/memory";
import DossierView from "../dossier/DossierView.vue";
import { beginSession } from "../session";

vi.setConfig({ testTimeout: 20_000 });

const APPLICATION = "release-application";

let backend: Backend;
let view: VueWrapper;

/** The screen of a sample dossier whose application is submitted and printed. */
async function show(before: () => Promise<unknown> = async () => undefined): Promise<void> {
  const release = await backend.loadSample();
  await backend.submit(APPLICATION, {});
  await backend.printRevision(APPLICATION, null, { kind: "record" });
  await before();
  await beginSession(backend);
  view = mount(DossierView, { props: { release, document: APPLICATION, part: "sign" }, global: { provide: { [backendKey as symbol]: backend } }, attachTo: document.body });
  await vi.waitUntil(() => view.find("[data-sign-sheet], [data-draft-note]").exists(), { timeout: 10_000 });
  await flushPromises();
}

async function sign(step: number): Promise<void> {
  await backend.sign(APPLICATION, { step, name: `签字人${step}`, signed_on: "2026-03-11", opinion: "agree", how: "ink" });
}

async function approve(): Promise<void> {
  for (let step = 0; step < 5; step += 1) await sign(step);
}

const strip = (): string => view.find("[data-strip]").text();
const row = (step: number): string => view.find(`[data-row-path="approval[${step}]"]`).text();
const step = (index: number) => view.find(`[data-chain] [data-step="${index}"]`);

async function type(selector: string, text: string): Promise<void> {
  const field = document.querySelector<HTMLInputElement>(selector);
  if (!field) throw new Error(`there is no ${selector}`);
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
  field.dispatchEvent(new FocusEvent("blur"));
  await flushPromises();
}

/** Presses what may be in a dialog. */
async function press(selector: string): Promise<void> {
  await vi.waitUntil(() => document.querySelector(selector) !== null);
  const button = document.querySelector<HTMLButtonElement>(selector);
  if (button?.type === "submit") button.form?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  else button?.click();
  await flushPromises();
}

beforeEach(() => {
  backend = memoryBackend();
  Object.defineProperty(window, "innerWidth", { value: 1280, writable: true, configurable: true });
});
afterEach(() => {
  view.unmount();
  document.body.innerHTML = "";
});

describe("a signature in ink", () => {
  it("is seen on the paper before it is recorded, and the next step is in hand afterwards", async () => {
    await show();
    expect(step(0).attributes("data-state")).toBe("next");
    expect(row(0)).toContain("登记后显示在这里");
    const recording = vi.spyOn(backend, "sign");
    await type("#sign-name", "方文川");
    await type("#sign-date", "0311");
    expect(document.querySelector<HTMLInputElement>("#sign-date")?.value, "a short day is made whole").toBe("2026-03-11");
    expect(row(0)).toContain("2026年03月11日");
    expect(view.find('[data-row-path="approval[0]"] .option.on').text()).toBe("同意");
    await press('[data-action="record"]');
    expect(recording).toHaveBeenCalledWith(APPLICATION, { chain: "approval", step: 0, name: "方文川", signed_on: "2026-03-11", opinion: "agree", how: "ink" });
    await vi.waitUntil(() => strip().includes("第 1 步已登记：方文川"));
    expect(step(0).attributes("data-state")).toBe("signed");
    await vi.waitUntil(() => row(0).includes("方文川"));
    expect(view.find('[data-row-path="approval[1]"]').classes()).toContain("signing");
    expect(view.find(".side [data-group=waiting]").text()).toContain("第 2 步");
    expect(view.find('.side [data-template="release-application"]').text()).toContain("1/5");
  });

  it("asks for the printing first, for nobody signs a sheet that was never printed", async () => {
    const release = await backend.loadSample();
    await backend.submit(APPLICATION, {});
    await beginSession(backend);
    view = mount(DossierView, { props: { release, document: APPLICATION, part: "sign" }, global: { provide: { [backendKey as symbol]: backend } }, attachTo: document.body });
    await vi.waitUntil(() => view.find('[data-action="print-first"]').exists(), { timeout: 10_000 });
    await press('[data-action="print-first"]');
    await vi.waitUntil(() => strip().includes("申请表 V1.0 的审批页已在 PDF 阅读程序里打开"));
    expect(view.find('[data-action="print-first"]').exists()).toBe(false);
  });

  it("with a date out of order is told beside the date, and nothing is recorded", async () => {
    await show(() => sign(0));
    await type("#sign-name", "丁立");
    await type("#sign-date", "2026-03-10");
    expect(view.find("[data-date-rule]").text()).toBe("不早于第 1 步（03-11），不早于打印（03-11）。");
    await press('[data-action="record"]');
    expect(view.find("[data-sign-form] [role=alert]").text()).toContain("第 2 步写的是 2026-03-10，早于第 1 步的 2026-03-11");
    expect(step(1).attributes("data-state")).toBe("next");
    expect((await backend.approval(APPLICATION)).revisions[0]?.chains[0]?.signed).toBe(1);
  });

  it("of a person who signed before needs a reason, which is recorded", async () => {
    await show(() => sign(0));
    const message = "方文川已签过第 1 步，一人签两步要写明理由";
    backend.checkSigning = (_, signing) =>
      signing.reason ? Promise.resolve([{ code: "same_person", message }]) : Promise.reject({ code: "reason_needed", message, hint: null, issues: [{ path: "reason", code: "same_person", message: `${message}。` }] });
    const recording = vi.spyOn(backend, "sign");
    await type("#sign-name", "方文川");
    await type("#sign-date", "2026-03-11");
    await vi.waitUntil(() => view.find("#sign-reason").exists());
    expect(view.find("[data-sign-form]").text()).toContain(message);
    await type("#sign-reason", "测试部经理出差，书面授权");
    await vi.waitUntil(() => view.find('[data-notice="same_person"]').exists());
    await press('[data-action="record"]');
    expect(recording.mock.calls[0]?.[1].reason).toBe("测试部经理出差，书面授权");
  });

  it("under one's own document is warned of, and goes all the same", async () => {
    await show();
    await type("#sign-name", "林知远");
    await type("#sign-date", "2026-03-11");
    await vi.waitUntil(() => view.find('[data-notice="own_document"]').exists());
    await press('[data-action="record"]');
    await vi.waitUntil(() => step(0).attributes("data-state") === "signed");
  });
});

it("a signature at the machine is drawn, and stands on the paper as it was drawn", async () => {
  await show();
  await press('[data-how="machine"]');
  await type("#sign-name", "王小天");
  const pad = view.find<SVGSVGElement>("[data-ink-pad]");
  pad.element.getBoundingClientRect = () => ({ left: 0, top: 0, width: 300, height: 100 }) as DOMRect;
  const point = (kind: string, x: number, y: number): void => void pad.element.dispatchEvent(new PointerEvent(kind, { clientX: x, clientY: y, button: 0, bubbles: true, cancelable: true }));
  point("pointerdown", 30, 20);
  point("pointermove", 150, 80);
  point("pointermove", 270, 20);
  point("pointerup", 270, 20);
  await nextTick();
  expect(view.find('[data-row-path="approval[0]"] [data-ink]').exists(), "seen before it is recorded").toBe(true);
  const recording = vi.spyOn(backend, "sign");
  await press('[data-action="record"]');
  expect(recording.mock.calls[0]?.[1]).toEqual({
    chain: "approval", step: 0, name: "王小天", signed_on: "2026-03-11", opinion: "agree", how: "machine",
    ink: { aspect: 3, strokes: [[[0.1, 0.2], [0.5, 0.8], [0.9, 0.2]]] },
  });
  await vi.waitUntil(() => step(0).attributes("data-state") === "signed");
  await vi.waitUntil(() => view.find('[data-row-path="approval[0]"] [data-ink]').exists());
  expect(view.find("[aria-label=签署件]").text()).toContain("王小天，手写板签名");
});

it("who does not agree sends the document back, and the screen leads to its draft", async () => {
  await show(() => sign(0));
  await type("#sign-name", "丁立");
  await type("#sign-date", "2026-03-11");
  view.find<HTMLInputElement>('[data-opinion="supplement"] input').element.click();
  await nextTick();
  await press('[data-action="record"]');
  expect(view.find("[data-sign-form]").text()).toContain("需补充说明时，要写明补充什么");
  await type("#sign-supplement", "回滚演练记录");
  await press('[data-action="record"]');
  await vi.waitUntil(() => strip().includes("申请表 V1.0 已退回"));
  expect(step(2).text()).toContain("不再签");
  await press('[data-strip] [data-action="open-draft"]');
  await vi.waitUntil(() => view.find("[data-behind]").exists());
  expect(view.find("[data-behind]").text()).toContain("V1.0 已退回");
});

it("what was recorded wrongly is explained and stays", async () => {
  await show(() => sign(0));
  await step(0).trigger("click");
  await press('[data-action="correct"]');
  await type("#sign-correction", "姓名应为方文传");
  await press('[data-action="correct-now"]');
  await vi.waitUntil(() => view.find("[data-sign-record]").text().includes("姓名应为方文传"));
  expect(view.find("[data-sign-record]").text()).toContain("签字人0");
});

describe("what becomes of a revision", () => {
  it("approved, in force, revised, and replaced with its copies to be taken back", async () => {
    await show(approve);
    await press('[data-action="force"]');
    await press('[data-action="force-now"]');
    await vi.waitUntil(() => strip().includes("申请表 V1.0 已受控（现行）"));
    await press('[data-action="issue"]');
    await press('[data-action="copy-now"]');
    expect(view.find("[data-copies] [role=alert]").text()).toContain("还没写分发给哪个部门");
    await backend.issueCopy(APPLICATION, "运维部", "赵昇");

    await press('[data-action="revise"]');
    await press('[data-action="revise-now"]');
    expect(document.querySelector('.el-dialog [role="alert"]')?.textContent).toContain("变更说明还没写");
    await type('[data-path="change"]', "发布推迟一周");
    await press('[data-action="revise-now"]');
    await vi.waitUntil(() => view.find("[data-behind]").exists());
    expect(view.find("[data-behind]").text()).toContain("V1.0 照常有效，直到 V1.1 批准并生效。");

    await backend.submit(APPLICATION, { change: "发布推迟一周" });
    await backend.printRevision(APPLICATION, null, { kind: "record" });
    await approve();
    await press('[data-action="signing"]');
    await vi.waitUntil(() => view.find('[data-action="force"]').exists());
    await press('[data-action="force"]');
    expect(document.querySelector(".el-dialog")?.textContent).toContain("V1.0 由它替代，同时作废，已分发的 1 份要收回");
    await press('[data-action="force-now"]');
    await vi.waitUntil(() => strip().includes("V1.0 已作废。有 1 份旧版要收回"));
    expect(view.find('[data-revision="V1.0"]').attributes("data-state")).toBe("obsolete");
    expect(view.find("[data-copies]").text()).toContain("1 份要收回");
    await press('[data-look="comparison"]');
    await vi.waitUntil(() => view.find('[data-changed="planned_minutes"]').exists());
    expect(view.find("[data-comparison]").text()).toMatch(/计划发布时长.*120.*180/s);
  });

  it("before a revision is made void, says what becomes of its number, and asks why", async () => {
    await show();
    await press('[data-action="void"]');
    await vi.waitUntil(() => document.querySelector('[data-path="reason"]') !== null);
    expect(document.querySelector(".el-dialog")?.textContent).toContain("编号 REL-APP-2026-001 不再使用，记入作废号登记");
    const voiding = vi.spyOn(backend, "voidRevision");
    await press('.el-dialog [data-action="confirm"]');
    expect(voiding).not.toHaveBeenCalled();
    await type('[data-path="reason"]', "发布取消");
    await press('.el-dialog [data-action="confirm"]');
    await vi.waitUntil(() => strip().includes("申请表 V1.0 已作废"));
    expect(voiding).toHaveBeenCalledWith(APPLICATION, "V1.0", "发布取消");
  });
});

it("a code from paper is told to be the same, or of nowhere, or none", async () => {
  await show();
  await vi.waitUntil(() => view.find("[aria-label=校验码]").text().includes("刚刚核对：与提交时一致"));
  const code = view.find("[data-code]").text();
  await type('[data-path="verify"]', code.toLowerCase().replaceAll("-", " "));
  await press('[data-action="verify"]');
  expect(view.find("[data-verdict]").text()).toContain("REL-APP-2026-001 V1.0 与打印时一致");
  await type('[data-path="verify"]', "0000-0000-0000");
  await press('[data-action="verify"]');
  expect(view.find("[data-verdict]").text()).toContain("没有提交过校验码为 0000-0000-0000 的版本");
  await type('[data-path="verify"]', "你好");
  await press('[data-action="verify"]');
  expect(view.find("[aria-label=校验码] [role=alert]").text()).toContain("不是校验码");
});

it("a draft says that it has to be submitted first, and opens", async () => {
  await show();
  await view.find('.side [data-entry="release-plan/draft"]').trigger("click");
  await vi.waitUntil(() => view.find("[data-draft-note]").exists());
  expect(view.find("[data-draft-note]").text()).toContain("V1.0 还是草稿，提交审批以后在这里登记签字。");
  await press('[data-draft-note] [data-action="open-draft"]');
  await vi.waitUntil(() => view.find(".bar h1").text() === "发布计划", { timeout: 10_000 });
});
