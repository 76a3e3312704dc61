/**
 * Cells as Excel, WPS and LibreOffice put them on the clipboard as text: tabs between cells, line breaks between rows,
 * quotes around a cell that holds either.
 */

/** Takes a block of cells apart. Rows may differ in length; text without tabs or line breaks is one cell. */
export function parseBlock(text: string): string[][] {
  if (text === "") return [];
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  for (;;) {
    const cell = quoted(text, at) ?? plain(text, at);
    row.push(cell.text);
    at = cell.end;
    if (text[at] === "\t") {
      at += 1;
      continue;
    }
    rows.push(row);
    row = [];
    at += text.startsWith("\r\n", at) ? 2 : 1;
    // Spreadsheets end the last row too; that is no further row.
    if (at >= text.length) return rows;
  }
}

/** Writes a block of cells so that a spreadsheet puts every cell into a cell of its own. */
export function formatBlock(cells: string[][]): string {
  return cells.map((row) => row.map(formatCell).join("\t")).join("\r\n");
}

function formatCell(text: string): string {
  return /[\t\r\n]|^"/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

interface Cell {
  text: string;
  /** Where the delimiter after the cell stands. */
  end: number;
}

function plain(text: string, start: number): Cell {
  let end = start;
  while (end < text.length && !isDelimiter(text[end])) end += 1;
  return { text: text.slice(start, end), end };
}

/** A cell in quotes; null where the quotes are part of the text, as in `"快" 模式`. */
function quoted(text: string, start: number): Cell | null {
  if (text[start] !== '"') return null;
  let end = start + 1;
  for (;;) {
    end = text.indexOf('"', end);
    if (end < 0) return null;
    if (text[end + 1] !== '"') break;
    end += 2;
  }
  if (end + 1 < text.length && !isDelimiter(text[end + 1])) return null;
  const inner = text.slice(start + 1, end);
  // Excel quotes only where it must: quotes around anything else were typed by somebody.
  if (!/[\t\r\n]|""/.test(inner)) return null;
  return { text: inner.replaceAll('""', '"').replace(/\r\n?/g, "\n"), end: end + 1 };
}

function isDelimiter(char: string | undefined): boolean {
  return char === "\t" || char === "\n" || char === "\r";
}
