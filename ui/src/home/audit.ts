import { shallowRef } from "vue";

import type { AuditReport, Backend } from "../backend/backend";

/** What the check of the audit log at the start found; null as long as it runs. */
export const checked = shallowRef<AuditReport | null>(null);

let of: Backend | null = null;

/** Checks the whole audit log, once a start. What cannot be read is told where it is asked for. */
export function checkAtStart(backend: Backend): void {
  if (of === backend) return;
  of = backend;
  backend.verifyAudit(null).then((report) => (checked.value = report), () => undefined);
}
