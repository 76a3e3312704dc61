import type { VueWrapper } from "@vue/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";

import { ElSelect } from "../controls";
import { backendOf, find, press, settle, show, type } from "../home/testing";
import { navigation } from "../navigation";
import AboutView from "./AboutView.vue";
import RetentionField from "./RetentionField.vue";
import SettingsView from "./SettingsView.vue";

// Parts of the component library are slow where they are not drawn.
vi.setConfig({ testTimeout: 20_000 });

let view: VueWrapper | undefined;
afterEach(() => {
  view?.unmount();
  document.body.innerHTML = "";
});

const saved = (): string => find("[data-saved]").textContent?.trim() ?? "";

describe("settings", () => {
  it("stores what is typed after a pause, only what changed, and says so", async () => {
    const backend = backendOf(0);
    const saving = vi.spyOn(backend, "saveSettings");
    view = await show(SettingsView, backend);
    await type("[data-path='organisation.name']", "星");
    await type("[data-path='organisation.name']", "星图");
    expect(saving).not.toHaveBeenCalled();
    await settle(450);
    expect(saving.mock.calls).toEqual([[{ organisation: { name: "星图" } }]]);
    expect(saved()).toBe("已保存");
  });

  it("stores what was typed last when the person leaves at once", async () => {
    const backend = backendOf(0);
    const saving = vi.spyOn(backend, "saveSettings");
    view = await show(SettingsView, backend);
    await type("[data-path='user.name']", "韩朔");
    await press("Escape");
    expect(navigation.place.view).toBe("home");
    view.unmount();
    await settle();
    expect(saving).toHaveBeenCalledWith({ user: { name: "韩朔" } });
  });

  it("says beside the field why something was refused, keeps the text, and stores the others", async () => {
    const backend = backendOf(0);
    view = await show(SettingsView, backend);
    find<HTMLInputElement>("[data-path='organisation.copyright_year'] input[value=since]").click();
    await settle();
    await type("[data-path='organisation.copyright_year.year']", "二零");
    await settle(450);
    expect(saved()).toBe("没有存下");
    expect(find("#set-organisation [role=alert]").textContent).toContain("现在是“二零”");
    await type("[data-path='organisation.name']", "星图");
    await settle(450);
    expect(saved()).toBe("没有存下");
    expect((await backend.start()).settings.organisation).toMatchObject({ name: "星图", copyright_year: "document" });
    await type("[data-path='organisation.copyright_year.year']", "2020");
    await settle(450);
    expect(saved()).toBe("已保存");
    expect((await backend.start()).settings.organisation.copyright_year).toBe("2020-");
  });

  it("adds, moves and removes departments", async () => {
    const backend = backendOf(0);
    view = await show(SettingsView, backend);
    find("[data-action=add-department]").click();
    await settle();
    await type("[data-path='departments[3]']", "市场部");
    await settle(450);
    find("[data-path='departments[3]']").focus();
    await press("ArrowUp", { altKey: true, shiftKey: true });
    find("[data-action=remove-department]").click();
    await settle();
    expect((await backend.start()).settings.departments).toEqual(["研发部", "市场部", "测试部"]);
  });

  it("takes many people from a block of a spreadsheet, whatever the order of its columns", async () => {
    const backend = backendOf(0);
    view = await show(SettingsView, backend);
    const paste = new Event("paste", { bubbles: true, cancelable: true });
    const text = '部门\t姓名\t手机\r\n研发部\t韩朔\t8033\r\n产品部\t周敏\t8021\r\n测试部\t"王\n小天"\t\r\n运维部\t\t1\r\n';
    Object.assign(paste, { clipboardData: { getData: () => text } });
    find("[data-path='people[0].name']").dispatchEvent(paste);
    await settle();
    expect((await backend.start()).settings.people).toEqual([
      { name: "周敏", department: "产品部", phone: "8021" },
      { name: "韩朔", department: "研发部", phone: "8033" },
      { name: "王 小天", department: "测试部", phone: "" },
    ]);
    expect(find("#set-people").textContent).toContain("粘贴来 2 人，1 人原来就有，1 行没有姓名，没有收");
  });

  it("restores the template's own form number when the field is emptied", async () => {
    const backend = backendOf(0);
    const saving = vi.spyOn(backend, "saveSettings");
    view = await show(SettingsView, backend);
    await type("[data-path='documents.form_numbers.release-plan']", "QP-07");
    await settle(450);
    expect((await backend.start()).settings.documents.form_numbers).toEqual({ "release-plan": "QP-07" });
    await type("[data-path='documents.form_numbers.release-plan']", "");
    await settle(450);
    expect(saving.mock.lastCall).toEqual([{ documents: { form_numbers: { "release-plan": null } } }]);
  });

  it("keeps documents for as long as is chosen or typed, and for good unless somebody says otherwise", async () => {
    const backend = backendOf(0);
    const saving = vi.spyOn(backend, "saveSettings");
    view = await show(SettingsView, backend);
    const field = view.findAllComponents(RetentionField).find((own) => own.props("path") === "documents.retention.release-plan");
    const choose = async (value: unknown): Promise<void> => {
      field?.findComponent(ElSelect).vm.$emit("update:modelValue", value);
      await settle();
    };
    expect(field?.findComponent(ElSelect).props("modelValue")).toBe("permanent");
    await choose(30);
    expect(saving.mock.lastCall).toEqual([{ documents: { retention: { "release-plan": 30 } } }]);
    await choose("other");
    await type("[data-path='documents.retention.release-plan.years']", "15");
    await settle(450);
    expect((await backend.start()).settings.documents.retention).toEqual({ "release-plan": 15 });
    await choose("permanent");
    expect(saving.mock.lastCall).toEqual([{ documents: { retention: { "release-plan": null } } }]);
  });

  it("numbers documents as the organisation does, and shows what comes next", async () => {
    const backend = backendOf(0);
    const saving = vi.spyOn(backend, "saveSettings");
    view = await show(SettingsView, backend);
    expect(find("[data-next=release-application]").textContent).toBe("REL-APP-2026-001");
    const asking = vi.spyOn(backend, "numberRules");
    await type("[data-path='documents.number_patterns.release-application']", "HC-{year}-{seq:02}");
    await settle(450);
    expect(saving.mock.lastCall).toEqual([{ documents: { number_patterns: { "REL-APP-{year}-{seq:03}": "HC-{year}-{seq:02}" } } }]);
    expect(asking, "the next number is read anew").toHaveBeenCalled();
    await type("[data-path='documents.number_patterns.release-application']", "");
    await settle(450);
    expect(saving.mock.lastCall).toEqual([{ documents: { number_patterns: { "REL-APP-{year}-{seq:03}": null } } }]);
  });

  it("goes on behind numbers that were used on paper, and gives up a spoilt one", async () => {
    const backend = backendOf(0);
    view = await show(SettingsView, backend);
    const go = async (): Promise<void> => {
      find<HTMLButtonElement>("[data-action=number-now]").form?.dispatchEvent(new Event("submit", { cancelable: true }));
      await settle();
    };
    find("[data-used=release-application]").click();
    await settle();
    await type("[data-path=last_used]", "REL-APP-2026-000");
    await go();
    expect(find("#set-control [role=alert]").textContent).toContain("不能登记");
    await type("[data-path=last_used]", "REL-APP-2026-007");
    await go();
    expect(find("[data-number-said]").textContent).toContain("下一个是 REL-APP-2026-008");
    find("[data-void=release-application]").click();
    await settle();
    expect(find("#set-control").textContent).toContain("作废 REL-APP-2026-008：这个编号不再使用");
    await type("[data-path=void_reason]", "打印时损坏");
    await go();
    expect(find("[data-number-said]").textContent).toContain("REL-APP-2026-008 已作废");
    expect(find("[data-next=release-application]").textContent).toBe("REL-APP-2026-009");
  });

  it("keeps the folder when the choice is given up, and takes a chosen one", async () => {
    const folders = [null, "/home/lin/发布文档"];
    view = await show(SettingsView, backendOf(0, { pickFolder: async () => folders.shift() ?? null }));
    find("[data-action=pick-folder]").click();
    await settle();
    expect(find("[data-path=export_folder]").textContent).toBe("系统的“文档”文件夹");
    find("[data-action=pick-folder]").click();
    await settle();
    expect(find("[data-path=export_folder]").textContent).toBe("/home/lin/发布文档");
  });

  it("turns dark at once and remembers it", async () => {
    const backend = backendOf(0);
    const remembering = vi.spyOn(backend, "savePreferences");
    view = await show(SettingsView, backend);
    find<HTMLInputElement>("[data-theme-choice=dark] input").click();
    await settle();
    expect(document.documentElement.dataset["theme"]).toBe("dark");
    expect(remembering).toHaveBeenCalledWith({ theme: "dark" });
  });
});

describe("a reminder of the backups", () => {
  it("shows what people should know, and how a reminder leads here", async () => {
    const notice = "已有 11 天没有备份到“移动盘”，最近一次是 03-08 12:00。把它所在的盘接上，或在设置里换一个文件夹";
    const backend = backendOf(0);
    const backupStatus = async () => ({ ...(await backend.backupStatus()), notices: [notice] });
    navigation.place = { view: "settings", section: "backup" };
    view = await show(SettingsView, { ...backend, backupStatus });
    expect(find("#set-backup .notice").textContent).toContain(notice);
    expect(find("[data-section=backup]").classList.contains("on")).toBe(true);
  });
});

describe("about", () => {
  it("finds a licence and shows its text in full", async () => {
    const whole = backendOf(0);
    const about = async () => ({
      ...(await whole.about()),
      licences: [
        { name: "Noto Sans SC", version: "2.004", licence: "OFL-1.1", text: "SIL Open Font License" },
        { name: "vue", version: "3.5", licence: "MIT", text: "Permission is hereby granted" },
      ],
    });
    view = await show(AboutView, { ...whole, about });
    expect(find("[data-licence-text]").textContent).toBe("SIL Open Font License");
    await type("[data-action=search]", "mit");
    expect(find("[data-licence-text]").textContent).toBe("Permission is hereby granted");
  });
});
