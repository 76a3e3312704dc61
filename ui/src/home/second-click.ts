/** As long as people take for the second click of a double click. */
const DOUBLE_MS = 500;

/**
 * Rows open with one click. Whoever is used to two would hit, with the second, whatever the opened page has under the
 * pointer: a tick box of a form. That click goes nowhere.
 */
export function swallowSecondClick(): void {
  const stop = (event: MouseEvent): void => {
    if (event.detail < 2) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  const kinds = ["mousedown", "click", "dblclick"] as const;
  for (const kind of kinds) window.addEventListener(kind, stop, true);
  setTimeout(() => {
    for (const kind of kinds) window.removeEventListener(kind, stop, true);
  }, DOUBLE_MS);
}
