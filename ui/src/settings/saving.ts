import { computed, onBeforeUnmount, reactive, ref, shallowRef } from "vue";

import type { Backend, BackendError, Json } from "../backend/backend";
import { asBackendError } from "../problems";
import { useSession } from "../session";

/** Text is stored this long after the last keystroke. */
const PAUSE_MS = 400;

export type Saving = ReturnType<typeof useSaving>;

/**
 * Stores each setting as soon as it is changed; there is no button for it. What is refused stays on the screen with the
 * reason beside it, and the stored settings stay as they were.
 */
export function useSaving(backend: Backend) {
  const session = useSession();
  /** What is wrong with a setting, by its path (`organisation.name`, `people[2].name`). */
  const wrong = reactive<Record<string, string>>({});
  const failure = shallowRef<BackendError | null>(null);
  const saved = ref(false);

  const waiting = new Map<string, Json>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let storing: Promise<void> = Promise.resolve();

  /** Changes one setting, by its path: at once, or after a pause where it is being typed. Null restores the default. */
  function change(path: string, value: Json, typing = false): void {
    waiting.set(path, value);
    clearTimeout(timer);
    if (typing) timer = setTimeout(() => void flush(), PAUSE_MS);
    else void flush();
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    storing = storing.then(store);
    return storing;
  }

  async function store(): Promise<void> {
    const changes = [...waiting];
    waiting.clear();
    // One by one: a setting that is refused holds none of the others back.
    for (const [path, value] of changes) {
      for (const known of Object.keys(wrong)) if (known === path || known.startsWith(`${path}[`)) delete wrong[known];
      try {
        session.settings = await backend.saveSettings(nested(path, value));
        failure.value = null;
        saved.value = true;
      } catch (reason) {
        const error = asBackendError(reason);
        saved.value = false;
        for (const issue of error.issues) wrong[issue.path] = issue.message;
        failure.value = error;
      }
    }
  }

  /** What the strip says while something is not stored. */
  const trouble = computed(() => {
    if (Object.keys(wrong).length > 0) return "没有存下：有一处设置不能这样写，原因写在旁边。原来的设置没有动。";
    const error = failure.value;
    return error ? [`没有存下：${error.message}`, error.hint].filter(Boolean).join("。") : null;
  });

  onBeforeUnmount(() => void flush());

  return { wrong, trouble, saved, change, flush };
}

/** `organisation.name` and a value as the core takes them: only what changes is mentioned. */
function nested(path: string, value: Json): { [key: string]: Json } {
  const [first = "", ...rest] = path.split(".");
  return { [first]: rest.length === 0 ? value : nested(rest.join("."), value) };
}
