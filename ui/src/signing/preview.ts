import type { Ink } from "./ink";

/** What would stand on the paper if the signature were recorded as it is filled in now. */
export interface Preview {
  /** Empty: the box says `note` instead. */
  name: string;
  date: string;
  /** As the paper words it. */
  opinion: string;
  supplement: string;
  ink: Ink | null;
  note: string;
}
