/** A number of things, in groups of three: 12,345. The language tables that would do it are loaded at every start. */
export function counted(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}
