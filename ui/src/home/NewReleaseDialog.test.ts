import type { VueWrapper } from "@vue/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";

import NewReleaseDialog from "./NewReleaseDialog.vue";
import { backendOf, find, settle, show, type } from "./testing";

// Parts of the component library are slow where they are not drawn.
vi.setConfig({ testTimeout: 20_000 });

let view: VueWrapper | undefined;
afterEach(() => {
  view?.unmount();
  document.body.innerHTML = "";
});

const VERSION = "[data-path=version] input";
const submit = async (): Promise<void> => {
  find("form").dispatchEvent(new Event("submit", { cancelable: true }));
  await settle();
};

describe("a new release", () => {
  it("is made of what stands in the dialog, with every form but the report", async () => {
    const backend = backendOf(0);
    const making = vi.spyOn(backend, "newRelease");
    view = await show(NewReleaseDialog, backend, { how: "new", from: null, products: [] });
    await type("[data-path=product] input", "网关");
    await type(VERSION, " V2.0.0 ");
    find<HTMLInputElement>("[data-path=release_type] input[value='补丁版本发布']").click();
    await settle();
    await submit();
    expect(making).toHaveBeenCalledWith({
      product: "网关", version: "V2.0.0", release_type: "补丁版本发布", from: null,
      documents: ["release-application", "release-plan", "release-plan-table"],
    });
    expect(view.emitted("made")).toEqual([[1]]);
  });

  it("leaves the cursor to whoever is faster than the opening of the dialog", async () => {
    view = await show(NewReleaseDialog, backendOf(0), { how: "new", from: null, products: [] });
    const dialog = view.findComponent({ name: "ElDialog" });
    dialog.vm.$emit("openAutoFocus");
    expect(document.activeElement).toBe(find("[data-path=product] input"));
    find(VERSION).focus();
    dialog.vm.$emit("opened");
    expect(document.activeElement).toBe(find(VERSION));
  });

  it("says at the field what is wrong with it, until it is put right", async () => {
    view = await show(NewReleaseDialog, backendOf(0), { how: "new", from: null, products: [] });
    await type(VERSION, "V4.2");
    await submit();
    expect(find("[data-path=version] .bad").textContent).toBe("发布版本要写成 V4.2.0 这样的三段数字，现在是“V4.2”。");
    expect(find("[data-path=product] .bad").textContent).toBe("产品名称没有填。");
    expect(view.emitted("made")).toBeUndefined();
    await type(VERSION, "V4.2.0");
    expect(document.querySelector("[data-path=version] .bad")).toBeNull();
    expect(document.querySelector("[data-path=product] .bad")).not.toBeNull();
  });

  it("says what else is in the way", async () => {
    const newRelease = () => Promise.reject({ code: "io", message: "磁盘已满", hint: "腾出空间再建", issues: [] });
    view = await show(NewReleaseDialog, backendOf(0, { newRelease }), { how: "new", from: null, products: [] });
    await submit();
    expect(find("form").textContent).toContain("没有新建：磁盘已满。腾出空间再建");
  });

  it("takes product and type from the release that it starts from, and says what is not taken over", async () => {
    const backend = backendOf(5);
    const from = await backend.dossier(1);
    const making = vi.spyOn(backend, "newRelease");
    view = await show(NewReleaseDialog, backend, { how: "given", from, products: [] });
    expect(find("[data-path=from]").textContent).toContain("文字照抄；日期、结果、编号和签字不带入。");
    await type(VERSION, "V9.0.0");
    await submit();
    expect(making.mock.calls[0]?.[0]).toMatchObject({ product: from.product, release_type: from.release_type, from: 1 });
  });

  it("is not made by the Enter that ends a composition", async () => {
    const backend = backendOf(0);
    const making = vi.spyOn(backend, "newRelease");
    view = await show(NewReleaseDialog, backend, { how: "new", from: null, products: [] });
    find(VERSION).dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true }));
    await submit();
    expect(making).not.toHaveBeenCalled();
  });
});
