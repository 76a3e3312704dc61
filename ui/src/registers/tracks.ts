/** Columns of a grid that share the width as those of the paper do, never narrower than four characters. */
export function whole(widths: number[]): string {
  return widths.map((width) => `minmax(48px, ${width}fr)`).join(" ");
}
