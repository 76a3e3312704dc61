import { ref, shallowRef } from "vue";

import type { Backend } from "../backend/backend";

/** How much of what came from other machines a person has to look at: second versions and alarms. */
export const waiting = ref(0);
/** Drafts that are out, with whom. */
export const out = shallowRef<ReadonlyMap<string, string>>(new Map());

/** Asks what the lists tell of other machines. Where it cannot be told, what was known stays. */
export async function readBrief(backend: Backend): Promise<void> {
  try {
    const brief = await backend.exchangeBrief();
    waiting.value = brief.waiting + brief.alarms;
    out.value = new Map(brief.out.map(({ document, to }) => [document, to]));
  } catch {
    // The screen of 移交 says why.
  }
}
