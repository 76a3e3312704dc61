import type { Json } from "../backend/backend";

/** A point of its box: (0, 0) is the upper left corner, (1, 1) the lower right one. */
export type Point = readonly [number, number];

/** A signature as it was drawn, as the core stores and prints it. */
export interface Ink {
  /** Width of its box by its height. */
  aspect: number;
  strokes: Point[][];
}

/** A drawn signature; null where there is none. */
export function readInk(value: Json): Ink | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const { aspect, strokes } = value;
  if (typeof aspect !== "number" || !Array.isArray(strokes)) return null;
  return { aspect, strokes: strokes as unknown as Point[][] };
}

/** The path of a stroke in a box of this size; a single point is a dot. */
export function pathOf(stroke: readonly Point[], width: number, height: number): string {
  const [first, ...rest] = stroke.map(([x, y]) => `${round(x * width)} ${round(y * height)}`);
  if (first === undefined) return "";
  return `M${first}${rest.length === 0 ? "h.01" : rest.map((point) => `L${point}`).join("")}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
