import { computed, inject, provide, type ComputedRef, type InjectionKey, type Ref } from "vue";

import type { Completions, Path, Problem } from "../backend/backend";
import type { DocumentStore } from "../dossier/store";
import type { Ink } from "../signing/ink";
import { placesOf, samePlaces } from "./parts";

/** The number of a problem, in the margin and in 检查. */
export interface Mark {
  number: number;
  problem: Problem;
}

/** What the screen 审批与签字 shows on its sheet beside the values. */
export interface SigningMarks {
  /** The row or field of the step in hand, framed, with its number in the margin. */
  frame: { path: Path; number: number; open: boolean } | null;
  /** Boxes for signatures, by path. */
  boxes: Map<Path, SignatureBox>;
}

export interface SignatureBox {
  /** It is recorded and does not change any more. */
  locked: boolean;
  /** As it was drawn, or is being drawn. */
  ink: Ink | null;
  /** Said in the box as long as nobody has signed. */
  note: string;
}

/** What everything on one sheet shares. */
export interface Sheet {
  store: DocumentStore;
  /** Where each field of the document is typed. */
  places: ComputedRef<Map<string, string>>;
  /** Problems that have a number, by path. */
  marks: ComputedRef<Map<Path, Mark[]>>;
  completions: Ref<Completions>;
  today: Ref<string>;
  /** Shows a problem in 检查. */
  showProblem: (path: Path) => void;
  /** Null where nothing is signed on this sheet. */
  signing: Ref<SigningMarks> | null;
}

const key: InjectionKey<Sheet> = Symbol("sheet");

export function provideSheet(
  store: DocumentStore, completions: Ref<Completions>, today: Ref<string>, showProblem: (path: Path) => void,
  signing: Ref<SigningMarks> | null = null,
): Sheet {
  const places = computed<Map<string, string>>((before) => {
    const now = placesOf(store.form, (id) => store.stands(id));
    return before && samePlaces(before, now) ? before : now;
  });
  const marks = computed(() => numbered(store.state.value.problems));
  const sheet: Sheet = { store, places, marks, completions, today, showProblem, signing };
  provide(key, sheet);
  return sheet;
}

export function useSheet(): Sheet {
  const sheet = inject(key);
  if (!sheet) throw new Error("no sheet is provided");
  return sheet;
}

/** Wrong ones come first, then what may stay with a reason; what is only missing has no number. */
export function numbered(problems: Problem[]): Map<Path, Mark[]> {
  const marks = new Map<Path, Mark[]>();
  const ordered = (["wrong", "warning"] as const).flatMap((kind) => problems.filter((problem) => problem.kind === kind));
  for (const [index, problem] of ordered.entries()) {
    const list = marks.get(problem.path) ?? [];
    list.push({ number: index + 1, problem });
    marks.set(problem.path, list);
  }
  return marks;
}
