import { reactive, shallowReactive } from "vue";

import type { Backend, BackendError, FiledScan, PickedFile } from "../backend/backend";
import { asBackendError } from "../problems";

/** What became of one file. */
export type Outcome = { name: string; scan: FiledScan } | { name: string; error: BackendError };

/** Signed copies on their way: files wait their turn, pages without a readable code wait for a person. */
export const filing = shallowReactive({
  open: false,
  /** Files that are still to be read; the first is being read. */
  queue: [] as readonly PickedFile[],
  /** The page of it that was looked at last. */
  page: 0,
  outcomes: [] as readonly Outcome[],
  /** Where somebody stood when it began: `REL-APP-2026-001 V1.0`, offered for pages that are filed by hand. */
  suggested: null as string | null,
});

/** Grows with everything that is filed: whoever shows scans reads them again. */
export const filed = reactive({ turns: 0 });

const SCAN = /\.(pdf|jpe?g|png|tiff?)$/i;

/** Whether a file that falls on the window is paper, by its name; what it really is, its content says. */
export function isScan(file: PickedFile): boolean {
  return SCAN.test(file.name);
}

/** Reads a file as soon as those before it are filed. */
export async function fileScan(backend: Backend, file: PickedFile): Promise<void> {
  filing.open = true;
  filing.queue = [...filing.queue, file];
  if (filing.queue.length > 1) return;
  for (let next: PickedFile | undefined = file; next; next = filing.queue[0]) {
    filing.page = 0;
    filing.outcomes = [...filing.outcomes, await outcome(backend, next)];
    filing.queue = filing.queue.slice(1);
    filed.turns += 1;
  }
}

async function outcome(backend: Backend, { name, token }: PickedFile): Promise<Outcome> {
  try {
    return { name, scan: await backend.fileScan(token, (page) => (filing.page = page)) };
  } catch (reason) {
    return { name, error: asBackendError(reason) };
  }
}

/** Shows the pages that wait, whenever they came. */
export function showWaiting(): void {
  filing.open = true;
}

/** Files that are being read go on; what was told once is not told again. */
export function closeFiling(): void {
  filing.open = false;
  filing.outcomes = [];
}
