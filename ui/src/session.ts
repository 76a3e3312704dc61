import { reactive } from "vue";

import type { Backend, Json, Settings, Start } from "./backend/backend";

/** What the window knows since its start; settings stay current. */
export interface Session {
  start: Start;
  settings: Settings;
  preferences: Record<string, Json>;
}

let session: Session | null = null;

export async function beginSession(backend: Backend): Promise<Session> {
  const start = await backend.start();
  const fresh: Session = { start, settings: start.settings, preferences: { ...start.preferences } };
  // Unwrapping the types of free-form JSON would never end.
  session = reactive<object>(fresh) as Session;
  applyTheme(session);
  return session;
}

export function useSession(): Session {
  if (!session) throw new Error("the session has not begun");
  return session;
}

/** Remembers something about the window itself, such as which pane is open. */
export function remember(backend: Backend, key: string, value: Json): void {
  const current = useSession();
  if (current.preferences[key] === value) return;
  current.preferences[key] = value;
  if (key === "theme") applyTheme(current);
  // A preference that cannot be stored is no reason to disturb anybody.
  backend.savePreferences({ [key]: value }).catch(() => undefined);
}

/** `system` (the default), `light` or `dark`. */
function applyTheme(current: Session): void {
  const wanted = current.preferences["theme"];
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = (): void => {
    const chosen = current.preferences["theme"];
    const isDark = chosen === "dark" || (chosen !== "light" && dark.matches);
    document.documentElement.dataset["theme"] = isDark ? "dark" : "light";
  };
  if (wanted === undefined || wanted === "system") dark.addEventListener("change", apply);
  apply();
}
