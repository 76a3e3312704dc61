/** A4 at 100 %, px. */
export const SHEET = 794;
/** What stays free beside the sheet: the desk on both sides. */
const GUTTER = 38;
export const LEAST = 70;
export const MOST = 150;
const STEPS = [70, 80, 90, 100, 110, 125, 150];

/** `fit`: as wide as the desk allows; else per cent. */
export type Zoom = "fit" | number;

/** Width of the sheet on a desk, px. */
export function sheetWidth(zoom: Zoom, desk: number): number {
  const wanted = zoom === "fit" ? desk - GUTTER : (SHEET * zoom) / 100;
  return Math.round(Math.min((SHEET * MOST) / 100, Math.max((SHEET * LEAST) / 100, wanted)));
}

export function nextZoom(zoom: Zoom, desk: number, by: 1 | -1): number {
  const now = zoom === "fit" ? (sheetWidth(zoom, desk) / SHEET) * 100 : zoom;
  const next = by > 0 ? STEPS.find((step) => step > now + 0.5) : [...STEPS].reverse().find((step) => step < now - 0.5);
  return next ?? (by > 0 ? MOST : LEAST);
}
