import type { PDFDocumentProxy, PDFPageProxy, PDFWorker } from "pdfjs-dist";
// The build for older engines: the window's engine is that of the system.
import workerUrl from "pdfjs-dist/legacy/build/pdf.worker.min.mjs?url";

/** An opened PDF. Sizes in PDF points. */
export interface PaperDocument {
  pages: { width: number; height: number }[];
  /** Draws a page; a drawing that was given up resolves to false. */
  draw(page: number, canvas: HTMLCanvasElement, scale: number): { done: Promise<boolean>; cancel: () => void };
  close(): void;
}

let worker: PDFWorker | null = null;

const turns: (() => void)[] = [];
const turn = new MessageChannel();
turn.port1.onmessage = () => turns.shift()?.();

/** After whatever is waiting, such as a key that was pressed. */
function later(go: () => void): void {
  turns.push(go);
  turn.port2.postMessage(null);
}

/** Reads a PDF. One worker serves all of them: starting it takes longer than reading. */
export async function openPdf(data: ArrayBuffer): Promise<PaperDocument> {
  const pdfjs = await import("pdfjs-dist/legacy/build/pdf.mjs");
  pdfjs.GlobalWorkerOptions.workerSrc = workerUrl;
  worker ??= new pdfjs.PDFWorker();
  const task = pdfjs.getDocument({
    data: new Uint8Array(data),
    worker,
    // Under the content policy nothing is compiled and nothing is fetched; all fonts are in the file.
    useWasm: false,
    useWorkerFetch: false,
    isEvalSupported: false,
    // Letters are drawn as shapes: every font that a page takes in makes the engine set all its texts anew, the whole
    // form beside the preview, and each new paper has four of them. That cost two seconds, this costs a tenth of one.
    disableFontFace: true,
    disableAutoFetch: true,
    stopAtErrors: false,
  });
  const document: PDFDocumentProxy = await task.promise;
  const pages: PDFPageProxy[] = await Promise.all(Array.from({ length: document.numPages }, (_, at) => document.getPage(at + 1)));
  return {
    pages: pages.map((page) => {
      const { width, height } = page.getViewport({ scale: 1 });
      return { width, height };
    }),
    draw(index, canvas, scale) {
      const page = pages[index];
      if (!page) return { done: Promise.resolve(false), cancel: () => undefined };
      const viewport = page.getViewport({ scale });
      canvas.width = Math.round(viewport.width);
      canvas.height = Math.round(viewport.height);
      // As for a printer: drawn on at once, not in the next frame; the keys pressed meanwhile come first.
      const drawing = page.render({ canvas, viewport, intent: "print" });
      drawing.onContinue = later;
      const done = drawing.promise.then(
        () => true,
        (reason: unknown) => {
          if (reason instanceof Error && reason.name === "RenderingCancelledException") return false;
          throw reason;
        },
      );
      return { done, cancel: () => drawing.cancel() };
    },
    close: () => void task.destroy(),
  };
}
