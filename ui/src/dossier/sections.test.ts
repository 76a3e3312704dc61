import { beforeEach, describe, expect, it } from "vitest";

import { memoryBackend } from "../backend/memory";
import { placeOfSection, sectionOf } from "./sections";
import { DocumentStore } from "./store";

let store: DocumentStore;
beforeEach(async () => {
  store = await DocumentStore.open(memoryBackend(), "release-plan-table");
});

describe("the columns of a plan table in the outline", () => {
  it("follow the cell in hand", () => {
    expect(store.form.sections[sectionOf(store, "systems[4].risk_control")]?.name).toBe("风险控制");
  });

  it("lead to their cell in the same row", () => {
    store.current.value = "systems[4].order";
    expect(placeOfSection(store, "systems", sectionOf(store, "systems[0].ddl"))).toBe("systems[4].ddl");
  });

  it("end with what the document says of itself", () => {
    const place = placeOfSection(store, "systems", store.form.sections.length - 1);
    expect(place && store.field(place)?.frame).toBe(true);
  });
});
