import { computed, shallowRef } from "vue";

import type { Backend, BackendError, BackupCopy, BackupLook, BackupOffers, BackupRestored } from "../backend/backend";
import { changed, planned } from "../home/when";
import { asBackendError } from "../problems";

/** So many copies are offered at first; the others after that, when somebody asks for them. */
const FIRST = 4;
const ALL = 100;

export type Restoring = ReturnType<typeof useRestoring>;

/**
 * Choosing a copy, looking at it and restoring it: the same where nothing opens and in the settings. What a copy is worth
 * and what would be lost, the core says.
 */
export function useRestoring(backend: Backend) {
  const offers = shallowRef<BackupOffers | null>(null);
  /** Copies that the person pointed at. */
  const picked = shallowRef<BackupCopy[]>([]);
  const chosen = shallowRef<string | null>(null);
  const look = shallowRef<BackupLook | null>(null);
  const doing = shallowRef<"reading" | "picking" | "restoring" | null>(null);
  /** Why something could not be done, and what. */
  const failure = shallowRef<{ what: string; error: BackendError } | null>(null);

  const copies = computed<BackupCopy[]>(() => [...picked.value, ...(offers.value?.copies ?? [])]);
  const copy = computed(() => copies.value.find(({ id }) => id === chosen.value) ?? null);
  const today = computed(() => offers.value?.today ?? "");
  const trouble = computed(() => {
    const found = failure.value;
    return found ? [`${found.what}：${found.error.message}`, found.error.hint].filter(Boolean).join("。") : null;
  });

  async function attempt<T>(what: string, how: typeof doing.value, work: () => Promise<T>): Promise<T | undefined> {
    doing.value = how;
    failure.value = null;
    try {
      return await work();
    } catch (reason) {
      failure.value = { what, error: asBackendError(reason) };
      return undefined;
    } finally {
      doing.value = null;
    }
  }

  async function read(most = FIRST): Promise<void> {
    const read = await attempt("没有读到备份", "reading", () => backend.backupOffers(most));
    if (!read) return;
    offers.value = read;
    await choose(chosen.value ?? read.recommended);
  }

  async function choose(id: string | null): Promise<void> {
    chosen.value = id;
    look.value = null;
    if (id === null) return;
    failure.value = null;
    try {
      const found = await backend.backupLook(id);
      // Somebody who walks through the list is shown the last one only.
      if (chosen.value === id) look.value = found;
    } catch (reason) {
      if (chosen.value === id) failure.value = { what: "这份备份打不开", error: asBackendError(reason) };
    }
  }

  async function pick(): Promise<void> {
    const found = await attempt("选的文件不能用", "picking", () => backend.pickBackup());
    if (!found) return;
    picked.value = [found, ...picked.value.filter(({ file, at }) => file !== found.file || at !== found.at)];
    await choose(found.id);
  }

  /** What was restored; null where it was not, and why is told. */
  async function restore(): Promise<BackupRestored | null> {
    const id = chosen.value;
    if (id === null || doing.value) return null;
    return (await attempt("没有恢复", "restoring", () => backend.backupRestore(id))) ?? null;
  }

  return { offers, copies, copy, chosen, look, doing, today, trouble, read, readAll: () => read(ALL), choose, pick, restore };
}

/** 今天 12:00, 昨天 18:00, 03-08 周日 17:30 */
export function made(at: string, today: string): string {
  const near = changed(at, today);
  return /^[今昨]/.test(near) ? near : planned(at, today);
}

/** What is said once after a restore. */
export function saidOf(restored: BackupRestored, today: string): string {
  const kept = restored.kept ? `，原来的数据保留在“${restored.kept}”` : "";
  const voided = restored.voided.length > 0 ? `。备份之后给过的 ${restored.voided.length} 个编号已作废` : "";
  return `已恢复到${made(restored.at, today)}${kept}${voided}`;
}
