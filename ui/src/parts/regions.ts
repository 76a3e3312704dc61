import { onBeforeUnmount, onMounted } from "vue";

import { keyName } from "../keys";

const FOCUSABLE = "button:not(:disabled), input:not(:disabled), select, textarea, a[href], [tabindex='0']";

/**
 * F6 and Shift+F6 lead from region to region: elements with `data-region`, in the order of the page. In each the focus
 * returns to where it was, else to what carries `data-region-start`, else to the first that takes it.
 */
export function useRegions(): void {
  const last = new WeakMap<Element, HTMLElement>();

  const remember = (event: FocusEvent): void => {
    if (!(event.target instanceof HTMLElement)) return;
    const region = event.target.closest("[data-region]");
    if (region) last.set(region, event.target);
  };
  const listen = (event: KeyboardEvent): void => {
    const name = keyName(event);
    if (event.defaultPrevented || (name !== "F6" && name !== "Shift+F6")) return;
    // A dialog keeps the focus.
    if (document.activeElement?.closest("[role='dialog']")) return;
    event.preventDefault();
    const regions = [...document.querySelectorAll<HTMLElement>("[data-region]")];
    const here = regions.findIndex((region) => region.contains(document.activeElement));
    const step = name === "F6" ? 1 : -1;
    const from = here < 0 && step < 0 ? 0 : here;
    for (let tried = 1; tried <= regions.length; tried += 1) {
      const region = regions[(from + step * tried + regions.length * 2) % regions.length];
      if (!region) continue;
      const known = last.get(region);
      const target = known?.isConnected
        ? known
        : (region.querySelector<HTMLElement>("[data-region-start]") ?? region.querySelector<HTMLElement>(FOCUSABLE));
      if (!target) continue;
      target.focus();
      return;
    }
  };
  onMounted(() => {
    window.addEventListener("keydown", listen);
    window.addEventListener("focusin", remember);
  });
  onBeforeUnmount(() => {
    window.removeEventListener("keydown", listen);
    window.removeEventListener("focusin", remember);
  });
}
