import { mount, type VueWrapper } from "@vue/test-utils";
import { nextTick, reactive } from "vue";

import { memoryBackend } from "../backend/memory";
import type { Backend, Block, Field, FieldKind, Json, Opened, Part, Path, Problem, TableLayout } from "../backend/backend";
import { DocumentStore } from "../dossier/store";
import FormSheet from "./FormSheet.vue";

/** A sheet with the fields that a test is about, for tests alone. */
export interface Bench {
  store: DocumentStore;
  backend: Backend;
  wrapper: VueWrapper;
  /** What takes the keys at a path. */
  at(path: Path): HTMLTextAreaElement;
  /** Types as a person would: key by key, into what has the focus. */
  type(keys: string): Promise<void>;
  press(key: string, modifiers?: KeyboardEventInit): Promise<KeyboardEvent>;
  focus(path: Path): Promise<HTMLElement>;
  leave(): Promise<void>;
  paste(text: string): Promise<void>;
}

export function field(id: string, kind: FieldKind, more: Partial<Field> = {}): Field {
  return {
    id, label: id, kind, required: false, hint: null, help: null, clause: null, unit: null, blank: null, computed: null, carried: false,
    frame: false, default: null, ...more,
  };
}

export function part(id: string, more: Partial<Extract<Part, { kind: "field" }>> = {}): Part {
  return { kind: "field", id, only_name: false, blank: null, bold: false, ...more };
}

export function words(text: string): Part {
  return { kind: "literal", text, bold: false };
}

/** One row of cells: a label and a field each. */
export function rows(...cells: Part[][]): Block {
  const made = cells.map((parts, y) => ({
    id: `b0.${y}`, height: null, cells: [{ width: 165, stack: [parts], align: "left" as const, label: false }],
  }));
  return { id: "b0", section: null, what: { kind: "grid", rows: made } };
}

export function tableBlock(id: string, columns: string[], more: Partial<TableLayout> = {}): Block {
  const tier = columns.map((column) => ({ width: 30, head: column, cell: [part(column)], align: "left" as const, label: false }));
  return { id: "b1", section: null, what: { kind: "table", table: { field: id, signoff: false, caption: null, note: null, lead: null, tiers: [tier], row_height: null, ...more } } };
}

export function opened(fields: Field[], blocks: Block[], content: Record<string, Json> = {}, problems: Partial<Problem>[] = []): Opened {
  return {
    head: { id: "D1", release: 1, template: "t", status: "draft", read_only: null, handed_over: null, second_from: null },
    form: { template: "t", title: "表", short: "表", style: "form", width: 165, sections: [], blocks, fields: Object.fromEntries(fields.map((one) => [one.id, one])) },
    letterhead: { organisation: "", logo: null, form_number: "", form_version: "", classification: "" },
    content, unfit: {},
    state: {
      sequence: 1, saved_at: "2026-03-11 12:31:07", status: "draft", number: "", derived: {}, texts: {}, rows: {}, totals: {}, hidden: [], idle: [],
      sections: [], required: { filled: 0, all: 0 }, undo: null, redo: null,
      problems: problems.map((one) => ({ path: "", kind: "missing", code: "", place: "", label: "", message: "", section: null, ...one })),
    },
  };
}

/** Puts a document on a sheet. Its backend keeps strings as typed, and answers at once. */
export async function bench(document: Opened): Promise<Bench> {
  const backend = memoryBackend();
  const state = document.state;
  const edit: Backend["edit"] = async () => ({ values: {}, unfit: {}, state: { ...state, sequence: (state.sequence += 1) } });
  const store = new DocumentStore({ ...backend, edit }, document);
  const completions = reactive(await backend.completions());
  const wrapper = mount(FormSheet, {
    props: { store, width: 794, today: "2026-03-11", completions },
    attachTo: window.document.body,
  });
  await nextTick();

  const active = (): HTMLElement => window.document.activeElement as HTMLElement;
  const settle = async (): Promise<void> => {
    await nextTick();
    await nextTick();
  };
  const bench: Bench = {
    store, backend, wrapper,
    at: (path) => {
      const found = wrapper.find<HTMLTextAreaElement>(`[data-path="${path}"]`);
      if (!found.exists()) throw new Error(`nothing is typed at ${path}`);
      return found.element;
    },
    focus: async (path) => {
      const element = bench.at(path);
      const target = element.matches("textarea, [tabindex='0']") ? element : (element.querySelector<HTMLElement>("[tabindex='0']") ?? element);
      active().blur();
      target.focus();
      await settle();
      return target;
    },
    press: async (key, modifiers = {}) => {
      const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...modifiers });
      active().dispatchEvent(event);
      await settle();
      return event;
    },
    type: async (keys) => {
      for (const key of keys) {
        const down = await bench.press(key);
        const target = active();
        if (down.defaultPrevented || !(target instanceof HTMLTextAreaElement)) continue;
        const before = new InputEvent("beforeinput", { data: key, inputType: "insertText", bubbles: true, cancelable: true });
        target.dispatchEvent(before);
        if (before.defaultPrevented) continue;
        await settle();
        target.setRangeText(key, target.selectionStart, target.selectionEnd, "end");
        target.dispatchEvent(new InputEvent("input", { data: key, inputType: "insertText", bubbles: true }));
        await settle();
      }
    },
    leave: async () => {
      active().blur();
      await settle();
      await store.flush();
      await new Promise((resolve) => setTimeout(resolve));
      await settle();
    },
    paste: async (text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", text);
      const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
      active().dispatchEvent(event);
      await settle();
      const target = active();
      if (event.defaultPrevented || !(target instanceof HTMLTextAreaElement)) return;
      target.setRangeText(text, target.selectionStart, target.selectionEnd, "end");
      target.dispatchEvent(new InputEvent("input", { inputType: "insertFromPaste", bubbles: true }));
      await settle();
    },
  };
  return bench;
}
