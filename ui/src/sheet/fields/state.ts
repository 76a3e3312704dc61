import { computed, ref, watch, type ComputedRef, type Ref } from "vue";

import type { Derived, Field, FieldKind, Json, Path } from "../../backend/backend";
import { parsePath } from "../../dossier/path";
import { useSheet, type Sheet } from "../context";
import { isEmpty, plain, show } from "../value";

/** How a field looks for what is in it. */
export type Tint = "none" | "blank" | "bad" | "warn";

/** One field or cell on the sheet, as its control sees it. */
export interface FieldState {
  sheet: Sheet;
  path: Path;
  field: Field;
  kind: FieldKind;
  readOnly: boolean;
  typed: ComputedRef<Json>;
  /** What stands here though nobody typed it. */
  derived: ComputedRef<Derived | undefined>;
  unfit: ComputedRef<string | undefined>;
  /** Neither typed nor derived. */
  empty: ComputedRef<boolean>;
  /** As the paper shows it. */
  text: ComputedRef<string>;
  /** As it is typed. */
  source: ComputedRef<string>;
  focused: Ref<boolean>;
  tint: Ref<Tint>;
  /** Changes what stands here; empty text empties. */
  set(value: Json): void;
}

export function fieldState(path: Path, field: Field, kind: FieldKind): FieldState {
  const sheet = useSheet();
  const { store } = sheet;
  const typed = computed(() => store.typed(path));
  const unfit = computed(() => store.unfit[path]);
  const nothing = computed(() => isEmpty(typed.value) && unfit.value === undefined);
  const derived = computed(() => (nothing.value ? store.derived(path) : undefined));
  const empty = computed(() => nothing.value && derived.value === undefined);
  const text = computed(() => {
    if (unfit.value !== undefined) return unfit.value;
    if (derived.value) return derived.value.text;
    if (isEmpty(typed.value)) return "";
    const stored = typeof typed.value !== "string" || kind.type !== "duration";
    return (kind.type === "duration" && stored && store.state.value.texts[path]) || show(kind, typed.value);
  });
  const source = computed(() => {
    if (unfit.value !== undefined) return unfit.value;
    if (derived.value) return kind.type === "integer" || kind.type === "decimal" ? plain(derived.value.value) : derived.value.text;
    return kind.type === "duration" ? text.value : plain(typed.value);
  });

  /** A table that needs a row and has none begins in its first cells. */
  const at = parsePath(path);
  const startsTable = (): boolean =>
    at.row === 0 && (store.problemsAt.value.get(at.field) ?? []).some((problem) => problem.kind === "missing");

  const focused = ref(false);
  const latest = computed<Tint>(() => {
    if (store.readOnly) return "none";
    const problems = store.problemsAt.value.get(path) ?? [];
    if (field.required && empty.value && startsTable()) return "blank";
    if (problems.some((problem) => problem.kind === "wrong")) return "bad";
    if (problems.some((problem) => problem.kind === "warning")) return "warn";
    return empty.value && problems.some((problem) => problem.kind === "missing") ? "blank" : "none";
  });
  const tint = ref<Tint>(latest.value);
  // What is being typed is not judged yet: the wash follows when the person leaves the field and the core has read it.
  watch(latest, (now) => {
    if (!focused.value) tint.value = now;
  });
  watch(focused, async (now) => {
    if (now) return;
    await store.flush();
    if (!focused.value) tint.value = latest.value;
  });

  return {
    sheet, path, field, kind, readOnly: store.readOnly, typed, derived, unfit, empty, text, source, focused, tint,
    set: (value) => store.set(path, value === "" ? null : value),
  };
}
