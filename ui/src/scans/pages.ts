import type { FiledScan } from "../backend/backend";

/** A page that waits for a person. */
export interface WaitingPage {
  /** `3f7a0c91b2d4/5` */
  key: string;
  sha256: string;
  /** Of the file. */
  name: string;
  page: number;
  /** Why no code filed it. */
  note: string;
}

export function waitingPages(scans: readonly FiledScan[]): WaitingPage[] {
  return scans.flatMap(({ name, sha256, pages }) => pages
    .filter(({ how }) => how === "unread")
    .map(({ page, note }) => ({ key: `${sha256.slice(0, 12)}/${page}`, sha256, name, page, note })));
}

/** REL-APP-2026-001 V1.0：第 1、2、3 页 */
export function byRevision(scan: FiledScan): string[] {
  const found = new Map<string, number[]>();
  for (const { number, revision, page } of scan.pages) {
    if (number === null || revision === null) continue;
    const name = `${number} ${revision}`;
    found.set(name, [...(found.get(name) ?? []), page]);
  }
  return [...found].map(([name, pages]) => `${name}：第 ${pages.join("、")} 页`);
}
