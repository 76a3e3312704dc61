import { reactive } from "vue";

/** What the bottom strip says beyond the field that has the focus. It does not go away by itself. */
export type Message =
  | { kind: "progress"; what: string; done: number; total: number; cancel: () => void }
  | { kind: "done" | "error" | "note"; strong?: string; text: string; links: Link[] };

export interface Link {
  label: string;
  action: string;
  run: () => void;
}

export class Strip {
  readonly shown: { message: Message | null } = reactive({ message: null });

  say(message: Message): void {
    this.shown.message = message;
  }

  clear(): void {
    this.shown.message = null;
  }

  /** Notes and results go when the person types on; what must be solved stays. */
  typedOn(): void {
    const kind = this.shown.message?.kind;
    if (kind === "done" || kind === "note") this.clear();
  }
}
