import { onBeforeUnmount, onMounted } from "vue";

/** `Ctrl+Shift+N`, `Esc`, `F8`, `Alt+ArrowUp`, `Ctrl+,` … by the name of the key. */
export type KeyMap = Record<string, (event: KeyboardEvent) => void>;

/** What was pressed, as key maps name it. */
export function keyName(event: KeyboardEvent): string {
  const key = event.key === "Escape" ? "Esc" : event.key === " " ? "Space" : event.key;
  const named = key.length === 1 ? key.toUpperCase() : key;
  const parts = [event.ctrlKey || event.metaKey ? "Ctrl" : "", event.altKey ? "Alt" : "", event.shiftKey ? "Shift" : "", named];
  return parts.filter((part) => part !== "").join("+");
}

/** Whether the key belongs to an input method: the Enter that ends a composition does nothing else. */
export function isComposing(event: KeyboardEvent): boolean {
  // Some engines send the last key of a composition after it has ended; they mark it with this code.
  return event.isComposing || event.keyCode === 229;
}

/**
 * Keys that hold while a component is shown, and as long as `hold` says so. One that was handled further in
 * (`defaultPrevented`) is left alone.
 */
export function useKeys(keys: KeyMap, hold: () => boolean = () => true): void {
  const listen = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || isComposing(event) || !hold()) return;
    const handler = keys[keyName(event)];
    if (!handler) return;
    event.preventDefault();
    handler(event);
  };
  onMounted(() => window.addEventListener("keydown", listen));
  onBeforeUnmount(() => window.removeEventListener("keydown", listen));
}
