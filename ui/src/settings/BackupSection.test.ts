import type { VueWrapper } from "@vue/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";

import type { Backend, Json } from "../backend/backend";
import { takeSaid } from "../home/said";
import { backendOf, find, found, settle, show } from "../home/testing";
import { navigation } from "../navigation";
import { onRestart } from "../restart";
import { useSession } from "../session";
import BackupSection from "./BackupSection.vue";

// Parts of the component library are slow where they are not drawn.
vi.setConfig({ testTimeout: 20_000 });

let view: VueWrapper | undefined;
afterEach(() => {
  view?.unmount();
  document.body.innerHTML = "";
});

function shown(backend: Backend): Promise<VueWrapper> {
  const store = async (_path: string, value: Json): Promise<void> => {
    useSession().settings = await backend.saveSettings({ backup: { second_folder: value } });
  };
  return show(BackupSection, backend, { wrong: {}, store });
}

describe("backups", () => {
  it("says when the last copy was made, and makes one", async () => {
    view = await shown(backendOf(0));
    expect(find("[data-backup-last]").textContent).toBe("今天 12:00，之后有改动，会自动备份");
    find("[data-action=backup-now]").click();
    await settle();
    expect(find("[data-backup-last]").textContent).toBe("今天 12:31，之后没有改动");
    expect(find("[data-backup-said]").textContent).toContain("已备份并打开核对：86 个卷宗");
  });

  it("says why no copy could be made", async () => {
    const backupNow = () => Promise.reject({ code: "io", message: "无法写入备份 `backups`：磁盘空间不足", hint: "请清理磁盘后重试", issues: [] });
    view = await shown(backendOf(0, { backupNow }));
    find("[data-action=backup-now]").click();
    await settle();
    expect(find("#set-backup [role=alert]").textContent).toBe("没有备份：无法写入备份 `backups`：磁盘空间不足。请清理磁盘后重试");
  });

  it("takes a second folder, copies there at once, and gives it up again", async () => {
    const backend = backendOf(0, { pickBackupFolder: async () => "/media/lin/移动盘" });
    const copying = vi.spyOn(backend, "backupNow");
    view = await shown(backend);
    find("[data-action=pick-backup-folder]").click();
    await settle();
    expect(find("[data-path='backup.second_folder']").textContent).toBe("/media/lin/移动盘");
    expect(copying).toHaveBeenCalledTimes(1);
    find("[data-action=reset-backup-folder]").click();
    await settle();
    expect((await backend.start()).settings.backup.second_folder).toBe("");
  });

  it("restores after a look, begins anew and says where the old data are", async () => {
    const backend = backendOf(0);
    const restoring = vi.spyOn(backend, "backupRestore");
    const beginning = vi.fn(async () => undefined);
    onRestart(beginning);
    view = await shown(backend);
    find("[data-action=open-restore]").click();
    await found("[data-look]");
    expect(find("[data-look]").textContent).toContain("里面最近的");
    find("[data-copies] li:nth-child(2)").click();
    await settle();
    find("[data-action=restore]").click();
    await settle();
    expect(restoring).toHaveBeenCalledWith("here/2");
    expect(beginning).toHaveBeenCalledTimes(1);
    expect(navigation.place.view).toBe("home");
    expect(takeSaid()?.text).toContain("已恢复到今天 11:30");
  });
});
