export type Tab = "preview" | "check" | "history";

export const TABS: readonly { id: Tab; label: string; key: string }[] = [
  { id: "preview", label: "预览 PDF", key: "Ctrl+1" },
  { id: "check", label: "检查", key: "Ctrl+2" },
  { id: "history", label: "历史", key: "Ctrl+3" },
];

export function isTab(value: unknown): value is Tab {
  return TABS.some(({ id }) => id === value);
}
