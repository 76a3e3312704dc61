import { computed, ref, shallowRef } from "vue";

import type { Backend, BackendError, PickedFile, Progress } from "../backend/backend";
import type { Strip } from "../dossier/strip";
import { asBackendError } from "../problems";

/** Work on a package: its token, the 移交校验码 that it goes by, and whom to tell how far it is. */
type Work = (token: string, code: string | null, tell: (progress: Progress) => void) => Promise<void>;

/** What goes on, and how far it is. */
export interface Working {
  what: string;
  progress: Progress | null;
}

/**
 * A package that somebody picks or drops. It is looked into first (`verb`: 正在校验; `forget`: what was found in the last
 * one), then something may be done with it. One at a time, until it is done or stopped.
 */
export function usePackage(backend: Backend, strip: Strip, verb: string, forget: () => void, look: Work) {
  const file = shallowRef<PickedFile | null>(null);
  const anchor = ref("");
  /** Why it cannot be used. */
  const failure = shallowRef<BackendError | null>(null);
  const working = shallowRef<Working | null>(null);
  /** What was typed when it was looked into: whatever is done with it goes by the same. */
  let code: string | null = null;
  let stopped = false;

  const isAnchorWrong = computed(() => failure.value?.code === "bad_request");

  async function pick(): Promise<void> {
    if (working.value) return;
    try {
      const picked = await backend.pickPackage();
      if (picked) await open(picked);
    } catch (reason) {
      failure.value = asBackendError(reason);
    }
  }

  async function open(which: PickedFile): Promise<void> {
    if (working.value) {
      const text = `${which.name}：${working.value.what}，还没有完成。等它完成或先停下，再拖一次。`;
      strip.say({ kind: "error", strong: "没有打开。", text, links: [] });
      return;
    }
    file.value = which;
    failure.value = null;
    forget();
    code = anchor.value.trim() || null;
    await run(verb, async (...work) => {
      try {
        await look(...work);
      } catch (reason) {
        if (!stopped) failure.value = asBackendError(reason);
      }
    });
  }

  async function run(verb: string, body: Work): Promise<void> {
    const which = file.value;
    if (!which || working.value) return;
    strip.clear();
    stopped = false;
    const what = `${verb} ${which.name}`;
    working.value = { what, progress: null };
    await body(which.token, code, (progress) => {
      if (working.value) working.value = { what, progress };
    });
    working.value = null;
  }

  function stop(): void {
    stopped = true;
    void backend.cancelExport();
  }

  return { file, anchor, failure, working, isAnchorWrong, pick, open, run, stop };
}
