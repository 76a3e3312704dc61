import { describe, expect, it } from "vitest";

import type { Packing } from "../backend/backend";
import { heard, NOTHING_PACKED } from "./packing";

const at = (step: Packing["step"], done: number, total: number): Packing => ({ step, done, total, what: "", bytes: 0, to: "a.zip" });

describe("how long a step of packing still takes", () => {
  const begun = heard(NOTHING_PACKED, at("files", 0, 100), 50_000);

  it("is told from what was done in it, and not before two seconds say something", () => {
    expect(begun.left).toBeNull();
    expect(heard(begun, at("files", 10, 100), 51_000).left).toBeNull();
    expect(heard(begun, at("files", 10, 100), 52_500).left).toBe("约 30 秒");
    expect(heard(begun, at("files", 50, 100), 58_000).left).toBe("不到 10 秒");
    expect(heard(begun, at("files", 1, 100), 52_000).left).toBe("约 3 分钟");
  });

  it("is counted anew for each step, of which the totals stay known", () => {
    const next = heard(heard(begun, at("files", 99, 100), 90_000), at("verify", 5, 300), 91_000);
    expect(next.left).toBeNull();
    expect(next.totals).toEqual({ files: 100, verify: 300 });
    expect(heard(next, at("verify", 100, 300), 95_000).left).toBe("不到 10 秒");
  });
});
