/** What a file of transactions says, as far as the page shows it: its text, its columns, a line of it. */

import Papa from "papaparse";

/** Lines among which a header may stand: exports have some of their own before it. */
const PREAMBLE = 40;
/** Lines that one record may take, where its cells hold line ends. */
const LONGEST_RECORD = 20;

/** The file's text; what is no UTF-8 or UTF-16 is taken for the letters of Western Europe. */
export async function textOf(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : null;
  if (utf16 !== null) return new TextDecoder(utf16).decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** The text as far as its last whole line within so many letters. */
export function beginning(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = text.lastIndexOf("\n", most);
  return text.slice(0, end < 0 ? most : end + 1);
}

export interface Sheet {
  /** The names of its columns. */
  header: readonly string[];
  /** The line of the header, counted from 1. */
  headerLine: number;
  /** The cells of a line, counted from 1; empty where there is none. */
  cells: (line: number) => readonly string[];
  /** The words of a column, each once, in their order; at most so many. */
  words: (column: string, most: number) => readonly string[];
}

/** Read a text as a table: its header is the first line that has the most cells with words in them. */
export function sheetOf(text: string): Sheet {
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/);
  const first = Papa.parse<string[]>(lines.slice(0, PREAMBLE).join("\n"));
  const delimiter = first.meta.delimiter;
  const record = (at: number): string[] =>
    (Papa.parse<string[]>(lines.slice(at, at + LONGEST_RECORD).join("\n"), { delimiter, preview: 1 }).data[0] ?? []).map((cell) => cell.trim());
  let headerLine = 1;
  let most = 0;
  for (let at = 0; at < Math.min(PREAMBLE, lines.length); at += 1) {
    const named = record(at).filter((cell) => /\p{L}/u.test(cell)).length;
    if (named > most) [most, headerLine] = [named, at + 1];
  }
  const header = record(headerLine - 1);
  return {
    header,
    headerLine,
    cells: (line) => (line >= 1 && line <= lines.length ? record(line - 1) : []),
    words: (column, limit) => {
      const at = header.indexOf(column);
      const rows = Papa.parse<string[]>(lines.slice(headerLine).join("\n"), { delimiter }).data;
      const found = new Set<string>();
      for (const row of rows) {
        const word = row[at]?.trim() ?? "";
        if (word !== "") found.add(word);
        if (found.size > limit) break;
      }
      return [...found];
    },
  };
}
