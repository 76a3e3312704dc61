import type { Backend, BackupCopy, BackupStatus } from "../backend";

type Backup = Pick<
  Backend,
  | "backupStatus" | "backupNow" | "backupOffers" | "backupLook" | "backupRestore" | "pickBackup" | "pickBackupFolder"
  | "saveDiagnosis" | "leave"
>;

const TODAY = "2026-03-11";

function copy(id: string, at: string, dossiers: number, kind = "", place: BackupCopy["place"] = "here"): BackupCopy {
  const holds = `${dossiers} 个卷宗，${dossiers * 2 + 42} 个版本，审计记录完整`;
  return {
    id, file: `dossier-${at.replace(/\D/g, "")}.db`, at, place, kind, bytes: 4_300_000, releases: dossiers, documents: dossiers * 4,
    revisions: dossiers * 2 + 42, entries: 1204, holds, issues: [],
  };
}

const COPIES: BackupCopy[] = [
  copy("here/1", "2026-03-11 12:00", 86),
  copy("here/2", "2026-03-11 11:30", 86),
  copy("here/3", "2026-03-10 18:00", 85, "每日备份"),
  copy("second/4", "2026-03-08 17:30", 83, "每日备份", "second"),
];

/** As on a day at half past twelve, half an hour after the last copy. */
export function backup(): Backup {
  const status: BackupStatus = {
    folder: "文档/发布卷宗/backups", last: "2026-03-11 12:00", changed_since: true, copies: 23, bytes: 98_000_000, second: null,
    notices: [], today: TODAY,
  };
  return {
    backupStatus: async () => structuredClone(status),
    backupNow: async () => {
      status.last = "2026-03-11 12:31";
      status.changed_since = false;
      return { copy: copy("here/5", "2026-03-11 12:31", 86, "手动备份"), unchanged: false, second: null };
    },
    backupOffers: async (most) => ({
      copies: COPIES.slice(0, most), recommended: "here/1", distance: "距损坏 27 分钟", more: most < 100, unusable: [],
      last_write: "2026-03-11 12:27", today: TODAY,
    }),
    backupLook: async (id) => {
      const found = COPIES.find((known) => known.id === id) ?? copy(id, "2026-03-01 09:00", 70, "", "elsewhere");
      return {
        copy: found, lost: "12:00 到 12:27 之间的改动。从能读出的部分看，改过 1 份文档",
        documents: [{ release: "衡川网络安全审计系统 V4.2.0", form: "产品发布申请表", whole: false }], more: 0,
        untouched: "12:00 以前的一切。这之后没有提交过版本，没有给过编号，没有登记签字", kept: "改名保留在数据文件夹，可以交给管理员",
        recent: [{ release: "衡川网络安全审计系统 V4.2.0", form: "发布计划", at: "2026-03-11 11:58" }], guess: true, serious: false,
      };
    },
    backupRestore: async (id) => {
      const found = COPIES.find((known) => known.id === id);
      return {
        file: found?.file ?? id, at: found?.at ?? "2026-03-01 09:00", kept: "dossier-损坏-20260311-123000.db", folder: "文档/发布卷宗",
        voided: [], entry: 1205,
      };
    },
    pickBackup: async () => null,
    pickBackupFolder: async () => null,
    saveDiagnosis: async () => null,
    leave: async () => undefined,
  };
}
