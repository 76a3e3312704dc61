import type { VueWrapper } from "@vue/test-utils";
import { afterEach, expect, it, vi } from "vitest";

import { backendOf, find, settle, show, type } from "../home/testing";
import RegistersView from "./RegistersView.vue";

let view: VueWrapper | undefined;
afterEach(() => {
  view?.unmount();
  document.body.innerHTML = "";
});

it("tells on any day what will have been kept long enough", async () => {
  vi.stubGlobal("IntersectionObserver", class { observe() {} unobserve() {} disconnect() {} });
  const backend = backendOf(0);
  const due = { register: "due" as const, title: "到期清单", lines: [], notes: [], years: [2026] };
  const columns = ["序号", "文件编号", "保管期限", "保管到"].map((label) => ({ label, width: 40 }));
  const rows = [{ document: null, cells: ["1", "REL-APP-2026-001", "10年", "2036-12-31"] }];
  const asking = vi.spyOn(backend, "register").mockImplementation(async (register, query) => ({
    ...due, register, columns, rows: register === "due" && (query.on ?? "") > "2036-12-31" ? rows : [],
  }));
  view = await show(RegistersView, backend);
  find("[data-register=due]").click();
  await settle();
  expect(find("[data-register-none]").textContent).toContain("没有保管到期的文件");
  await type("[data-path='register.on']", "2037-01-01");
  find("[data-path='register.on']").dispatchEvent(new Event("change"));
  find("[data-path='register.on']").blur();
  await settle();
  expect(asking.mock.lastCall).toEqual(["due", { on: "2037-01-01", year: null }]);
  expect(find(".table").textContent).toContain("REL-APP-2026-00110年2036-12-31");
});
