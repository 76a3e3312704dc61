import { inject, type InjectionKey } from "vue";

import type { Backend } from "./backend";

export const backendKey: InjectionKey<Backend> = Symbol("backend");

/** The backend of the running program. */
export function useBackend(): Backend {
  const backend = inject(backendKey);
  if (!backend) throw new Error("no backend is provided");
  return backend;
}

/** The window's own where there is a window, else one that forgets: for looking at pages in a browser. */
export async function chooseBackend(): Promise<Backend> {
  if ("__TAURI_INTERNALS__" in window) {
    return (await import("./tauri")).tauriBackend();
  }
  return (await import("./memory")).memoryBackend();
}
