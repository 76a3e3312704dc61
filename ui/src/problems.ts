import type { BackendError } from "./backend/backend";

/** What a rejected call says, whatever it was. */
export function asBackendError(reason: unknown): BackendError {
  if (typeof reason === "object" && reason !== null && "message" in reason && "code" in reason) {
    const { code, message, hint, issues } = reason as Partial<BackendError>;
    return { code: String(code), message: String(message), hint: hint ?? null, issues: issues ?? [] };
  }
  return { code: "unknown", message: reason instanceof Error ? reason.message : String(reason), hint: null, issues: [] };
}
