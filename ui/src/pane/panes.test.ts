import { flushPromises, mount } from "@vue/test-utils";
import { beforeEach, describe, expect, it } from "vitest";

import { backendKey } from "../backend";
import type { Backend, Problem } from "../backend/backend";
import { memoryBackend } from "../backend/memory";
import { DocumentStore } from "../dossier/store";
import CheckPane from "./CheckPane.vue";
import HistoryPane from "./HistoryPane.vue";

let backend: Backend;
let store: DocumentStore;

beforeEach(async () => {
  backend = memoryBackend();
  store = await DocumentStore.open(backend, "release-application");
});

function problem(path: string, kind: Problem["kind"], section: number | null, place: string, message = "不对"): Problem {
  return { path, kind, code: kind, section, place, label: path, message };
}

describe("检查", () => {
  it("numbers what is wrong first, then what needs a reason, and lists what is empty by section", async () => {
    store.state.value = {
      ...store.state.value,
      problems: [
        problem("b", "warning", 3, "四 发布策略 › 首批比例"),
        problem("c", "missing", 1, "二 变更说明 › 第 4 行 缺陷编号"),
        problem("a", "wrong", 0, "一 基本信息 › 当前线上版本"),
        problem("d", "missing", 0, "一 基本信息 › 联系方式"),
      ],
    };
    const pane = mount(CheckPane, { props: { store } });
    expect(pane.findAll(".mark").map((mark) => mark.text())).toEqual(["1", "2"]);
    expect(pane.findAll("li[data-problem]").map((line) => line.attributes("data-problem"))).toEqual(["a", "b"]);
    expect(pane.findAll("a[data-problem]").map((place) => place.text())).toEqual(["联系方式", "第 4 行 缺陷编号"]);
    expect(pane.findAll("h3").map((head) => head.text())).toEqual(["须改正 1", "改正，或写明理由 1", "还没填 2"]);
    await pane.get('li[data-problem="b"]').trigger("click");
    await pane.get('a[data-problem="c"]').trigger("click");
    expect(pane.emitted("go")).toEqual([["b"], ["c"]]);
  });

  it("marks the place that has the focus", async () => {
    store.state.value = { ...store.state.value, problems: [problem("a", "wrong", 0, "一")] };
    const pane = mount(CheckPane, { props: { store } });
    store.current.value = "a";
    await flushPromises();
    expect(pane.get('li[data-problem="a"]').classes()).toContain("on");
  });

  it("says so when everything is filled", () => {
    store.state.value = { ...store.state.value, problems: [] };
    expect(mount(CheckPane, { props: { store } }).text()).toContain("都填好了");
  });
});

describe("历史", () => {
  it("tells changes by day, leads to their places, and follows what is stored", async () => {
    let told = 1;
    backend.history = async () => [
      { at: "2026-03-11 12:31", day: "今天", actor: "林知远", what: "计划发布时间", path: "planned_at", before: "10:00", after: "15:00" },
      ...(told > 1 ? [{ at: "2026-03-11 12:29", day: "今天", actor: "周敏", what: "首批比例", path: "ratio", before: null, after: "15%" }] : []),
      { at: "2026-03-10 16:05", day: "昨天", actor: "林知远", what: "新建草稿", path: null, before: null, after: null },
    ];
    const pane = mount(HistoryPane, { props: { store }, global: { provide: { [backendKey as symbol]: backend } } });
    await flushPromises();
    expect(pane.findAll("h3").map((day) => day.text())).toEqual(["今天", "昨天"]);
    await pane.get("[data-entry]").trigger("click");
    expect(store.wanted.value?.path).toBe("planned_at");
    told = 2;
    store.set("ratio", "15");
    await store.flush();
    await new Promise((resolve) => setTimeout(resolve, 250));
    await flushPromises();
    expect(pane.findAll("[data-entry]").length).toBe(3);
    expect(pane.text()).toContain("空 → 15%");
  });
});
