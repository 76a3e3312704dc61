import { nextTick, computed, reactive, ref, shallowRef, watch } from "vue";

import type { Backend, BackendError, DossierPage, DossierQuery, DossierRow, Stage } from "../backend/backend";
import { asBackendError } from "../problems";

/** What people ask the list for; the rest of a query is where they have scrolled to. */
export type Asked = Omit<DossierQuery, "offset" | "limit" | "scope">;

export const NOTHING_ASKED: Asked = { text: "", product: null, year: null, release_type: null, state: null, group: "stage" };

/** Stays while the person is in a dossier: Esc leads back to the same list. */
export const asked = reactive<Asked>({ ...NOTHING_ASKED });

/** Rows asked for at a time: what a usual screen holds, so that a search is not kept waiting for what nobody sees. */
export const PAGE = 30;

/** The list as a start shows it, asked for before the screen that shows it is there; taken once. */
let early: { key: string; answer: Promise<DossierPage> } | null = null;

/** Asks for the list beside everything else that a start asks for; over when it is there, or cannot be told. */
export async function askEarly(backend: Backend): Promise<void> {
  const query: DossierQuery = { ...NOTHING_ASKED, scope: "all", offset: 0, limit: PAGE };
  const answer = backend.dossiers(query);
  early = { key: JSON.stringify(query), answer };
  try {
    await answer;
  } catch {
    // It is asked again by the list itself, which tells of it.
    forgetEarly();
  }
}

/** What was asked early does not hold any more. */
export function forgetEarly(): void {
  early = null;
}

export type Line = { kind: "head"; stage: Stage; count: number; top: number } | { kind: "row"; index: number; top: number };

export const ROW_HEIGHT = 48;
export const HEAD_HEIGHT = 34;

export type DossierList = ReturnType<typeof useDossierList>;

/** The list as far as it has been looked at: pages come when their rows come into sight. */
export function useDossierList(backend: Backend, scope: () => DossierQuery["scope"]) {
  const page = shallowRef<DossierPage | null>(null);
  /** Rows by place in the list; those not read yet are not there. */
  const rows = shallowRef<ReadonlyMap<number, DossierRow>>(new Map());
  const failure = shallowRef<BackendError | null>(null);
  /** Grows with every question that was answered: a new list stands. */
  const turn = ref(0);

  let question = 0;
  let searching = false;
  let wanted = new Set<number>();

  const total = computed(() => page.value?.total ?? 0);

  /** Where each group begins, and how high all is. */
  const groups = computed(() => {
    let index = 0;
    let top = 0;
    const filled = (page.value?.groups ?? []).filter(({ count }) => count > 0);
    return filled.map(({ stage, count }) => {
      const group = { stage, count, index, top };
      index += count;
      top += HEAD_HEIGHT + count * ROW_HEIGHT;
      return group;
    });
  });
  const height = computed(() => total.value * ROW_HEIGHT + groups.value.length * HEAD_HEIGHT);

  /** How far down a row stands. */
  function topOf(index: number): number {
    const heads = groups.value.filter((group) => group.index <= index).length;
    return index * ROW_HEIGHT + heads * HEAD_HEIGHT;
  }

  /** What stands between two heights, rows and heads of groups. */
  function between(from: number, to: number): Line[] {
    const lines: Line[] = [];
    for (const group of groups.value) {
      if (group.top + HEAD_HEIGHT > from && group.top < to) lines.push({ kind: "head", ...group });
    }
    const heads = groups.value.filter((group) => group.top + HEAD_HEIGHT <= from).length;
    const first = Math.max(0, Math.floor((from - heads * HEAD_HEIGHT) / ROW_HEIGHT));
    for (let index = first; index < total.value; index += 1) {
      const top = topOf(index);
      if (top >= to) break;
      if (top + ROW_HEIGHT > from) lines.push({ kind: "row", index, top });
    }
    return lines;
  }

  function query(offset: number): DossierQuery {
    return { ...asked, scope: scope(), offset, limit: PAGE };
  }

  function answered(query: DossierQuery): Promise<DossierPage> {
    const asked = early;
    early = null;
    return asked?.key === JSON.stringify(query) ? asked.answer : backend.dossiers(query);
  }

  /** Asks anew; what stands stays until the answer is there. `at`: the row that has to be there first. */
  async function ask(at = 0): Promise<void> {
    question += 1;
    const own = question;
    const offset = Math.floor(at / PAGE) * PAGE;
    try {
      const answer = await answered(query(offset));
      if (own !== question) return;
      wanted = new Set([offset]);
      page.value = answer;
      rows.value = new Map(answer.rows.map((row, index) => [offset + index, row]));
      failure.value = null;
      turn.value += 1;
      // The moment at which the list stands is measured in the real window.
      void nextTick(() => performance.mark("dossiers"));
    } catch (reason) {
      if (own === question) failure.value = asBackendError(reason);
    }
  }

  /** Sees to it that the rows from one place to another are read. */
  async function need(first: number, last: number): Promise<void> {
    for (let offset = Math.floor(first / PAGE) * PAGE; offset <= last && offset < total.value; offset += PAGE) {
      if (!wanted.has(offset)) void read(offset);
    }
  }

  async function read(offset: number): Promise<void> {
    const own = question;
    wanted.add(offset);
    try {
      const answer = await backend.dossiers(query(offset));
      if (own !== question) return;
      rows.value = new Map([...rows.value, ...answer.rows.map((row, index) => [offset + index, row] as const)]);
      failure.value = null;
    } catch (reason) {
      if (own !== question) return;
      wanted.delete(offset);
      failure.value = asBackendError(reason);
    }
  }

  /**
   * A search as you type: asked with the first letter and at once, one at a time. Letters typed while an answer is under
   * way make it out of date; then the next question is that of the last letter, and those between are never asked.
   */
  async function search(): Promise<void> {
    question += 1;
    if (searching) return;
    searching = true;
    let own: number;
    do {
      const answered = ask();
      own = question;
      await answered;
    } while (own !== question);
    searching = false;
  }

  watch(() => asked.text, () => void search());
  watch([() => asked.product, () => asked.year, () => asked.release_type, () => asked.state, () => asked.group, scope], () => void ask());

  return { page, rows, total, groups, height, failure, turn, topOf, between, ask, need };
}
