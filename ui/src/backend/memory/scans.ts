import type { Backend, FiledPage, FiledScan, FilingPlace } from "../backend";

type Scans = Pick<
  Backend,
  "pickScan" | "fileScan" | "waitingScans" | "filingPlaces" | "scanPicture" | "fileByHand" | "setPageAside" | "openScan"
>;

const NUMBER = "REL-APP-2026-001";
const PLACES: FilingPlace[] = [
  { number: NUMBER, revision: "V1.1", state: "in_review", pages: 3, title: "产品发布申请表 支付网关 V4.2.0" },
  { number: NUMBER, revision: "V1.0", state: "returned", pages: 3, title: "产品发布申请表 支付网关 V4.2.0" },
];
/** A white pixel. */
const PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg==";

/** Every file holds three pages, of which nobody can read the last. */
export function scans(): Scans {
  const filed: FiledScan[] = [];

  function pageOf(sha256: string, page: number): FiledPage {
    const found = filed.find((scan) => scan.sha256.startsWith(sha256))?.pages.find((own) => own.page === page);
    if (!found) throw { code: "not_found", message: `没有第 ${page} 页`, hint: null, issues: [] };
    return found;
  }
  function byCode(page: number): FiledPage {
    return { page, how: "code", document: "D0001", number: NUMBER, revision: "V1.1", paper_page: page, note: "" };
  }

  return {
    pickScan: async () => ({ token: "file-1", name: "签署件.pdf" }),
    fileScan: async (file, onPage) => {
      const known = filed.find(({ name }) => name === file);
      if (known) return { ...known, known: true };
      [1, 2, 3].forEach(onPage);
      const unread: FiledPage = { page: 3, how: "unread", document: null, number: null, revision: null, paper_page: null, note: "没有读到二维码" };
      const scan: FiledScan = { scan: filed.length + 1, name: file, sha256: String(filed.length + 1).repeat(64), known: false, pages: [byCode(1), byCode(2), unread] };
      filed.push(scan);
      return structuredClone(scan);
    },
    waitingScans: async () => filed
      .map((scan) => ({ ...scan, pages: scan.pages.filter(({ how }) => how === "unread") }))
      .filter(({ pages }) => pages.length > 0),
    filingPlaces: async () => PLACES,
    scanPicture: async () => Uint8Array.from(atob(PICTURE), (character) => character.charCodeAt(0)).buffer,
    fileByHand: async ({ sha256, page, number, revision, paper_page }) =>
      Object.assign(pageOf(sha256, page), { how: "hand", number, revision, paper_page: paper_page ?? null }),
    setPageAside: async (sha256, page) => Object.assign(pageOf(sha256, page), { how: "ignored" }),
    openScan: async () => "扫描件.pdf",
  };
}
