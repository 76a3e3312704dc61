import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Backend, Edit, Edited, Opened, State } from "../backend/backend";
import { DocumentStore } from "./store";

const state: State = {
  sequence: 1, saved_at: "2026-03-11 12:31:07", status: "draft", number: "", derived: {}, texts: {}, totals: {},
  rows: { plan: [{ system: "网关" }, { system: "门户" }] },
  hidden: [], idle: [], sections: [], required: { filled: 0, all: 0 }, problems: [], undo: null, redo: null,
};

function opened(): Opened {
  return {
    head: { id: "D0001", release: 1, template: "t", status: "draft", read_only: null, handed_over: null, second_from: null },
    form: { template: "t", title: "", short: "", style: "form", width: 165, sections: [], blocks: [], fields: {} },
    letterhead: { organisation: "", logo: null, form_number: "", form_version: "", classification: "" },
    content: {}, unfit: {}, state,
  };
}

/** A backend that stores when it is told to. */
function slowBackend() {
  const calls: { edits: Edit[]; done: (values?: Edited["values"]) => void; fail: () => void }[] = [];
  const edit = vi.fn(
    (_: string, edits: Edit[]) =>
      new Promise<Edited>((resolve, reject) => {
        calls.push({
          edits: structuredClone(edits),
          done: (values = {}) => resolve({ values, unfit: {}, state: { ...state, sequence: state.sequence + 1 } }),
          fail: () => reject({ code: "io", message: "磁盘已满", hint: null, issues: [] }),
        });
      }),
  );
  return { calls, backend: { edit, undo: vi.fn(), redo: vi.fn() } as unknown as Backend };
}

describe("what is typed is stored within a second", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("goes in one piece after a pause", async () => {
    const { backend, calls } = slowBackend();
    const store = new DocumentStore(backend, opened());
    for (const text of ["衡", "衡川", "衡川网关"]) store.set("name", text);
    store.set("version", "V4");
    expect(store.typed("name"), "it shows at once").toBe("衡川网关");
    await vi.advanceTimersByTimeAsync(350);
    expect(calls.map((call) => call.edits)).toEqual([
      [{ kind: "set", path: "name", value: "衡川网关" }, { kind: "set", path: "version", value: "V4" }],
    ]);
  });

  it("does not wait for a pause that never comes", async () => {
    const { backend, calls } = slowBackend();
    const store = new DocumentStore(backend, opened());
    for (let key = 0; key < 10; key += 1) {
      store.set("name", "字".repeat(key + 1));
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(calls.length, "a fast typist's text is stored while he types").toBeGreaterThan(0);
  });

  it("is tried again, in its order, when the disk was full", async () => {
    const { backend, calls } = slowBackend();
    const store = new DocumentStore(backend, opened());
    store.set("name", "甲");
    await vi.advanceTimersByTimeAsync(350);
    store.set("name", "乙");
    calls[0]?.fail();
    await vi.advanceTimersByTimeAsync(10);
    expect(store.failure.value?.message).toBe("磁盘已满");
    expect(store.typed("name")).toBe("乙");
    await vi.advanceTimersByTimeAsync(2500);
    expect(calls[1]?.edits).toEqual([{ kind: "set", path: "name", value: "甲" }, { kind: "set", path: "name", value: "乙" }]);
    calls[1]?.done();
    await vi.advanceTimersByTimeAsync(10);
    expect(store.failure.value).toBeNull();
    expect(store.unstored).toBe(false);
  });

  it("is not overwritten by the answer to what was typed before", async () => {
    const { backend, calls } = slowBackend();
    const store = new DocumentStore(backend, opened());
    store.set("version", "Ｖ4");
    await vi.advanceTimersByTimeAsync(350);
    store.set("version", "Ｖ4.1");
    calls[0]?.done({ version: "V4" });
    await vi.advanceTimersByTimeAsync(10);
    expect(store.typed("version")).toBe("Ｖ4.1");
    await vi.advanceTimersByTimeAsync(350);
    calls[1]?.done({ version: "V4.1" });
    await vi.advanceTimersByTimeAsync(10);
    expect(store.typed("version"), "then it is read as a version").toBe("V4.1");
  });

  it("is stored before anything is undone", async () => {
    const { backend, calls } = slowBackend();
    const store = new DocumentStore(backend, opened());
    store.set("name", "甲");
    const undone = store.undo();
    await vi.advanceTimersByTimeAsync(1);
    expect(calls.length).toBe(1);
    expect(backend.undo).not.toHaveBeenCalled();
    vi.mocked(backend.undo).mockResolvedValue({ edited: { values: { name: null }, unfit: {}, state }, focus: "name" });
    calls[0]?.done();
    await undone;
    expect(store.typed("name")).toBeNull();
    expect(store.wanted.value?.path).toBe("name");
  });
});

describe("rows of a table", () => {
  it("become the document's own when one of them is changed", () => {
    const { backend } = slowBackend();
    const store = new DocumentStore(backend, opened());
    store.set("plan[1].system", "统一门户");
    expect(store.content["plan"]).toEqual([{ system: "网关" }, { system: "统一门户" }]);
    expect(state.rows["plan"]?.[1], "what the core said stays as it was").toEqual({ system: "门户" });
  });

  it("are inserted, moved and taken out where they are asked for", () => {
    const { backend } = slowBackend();
    const store = new DocumentStore(backend, opened());
    store.splice("plan", 1, 0, [{ system: "新" }]);
    store.moveRow("plan", 1, 0);
    store.splice("plan", 2, 1, []);
    expect(store.rows("plan")).toEqual([{ system: "新" }, { system: "网关" }]);
  });
});
