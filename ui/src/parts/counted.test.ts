import { expect, it } from "vitest";

import { counted } from "./counted";

it("puts digits into groups of three", () => {
  const numbers = [0, 7, 999, 1000, 12345, 999999, 1000000];
  expect(numbers.map(counted)).toEqual(["0", "7", "999", "1,000", "12,345", "999,999", "1,000,000"]);
});
