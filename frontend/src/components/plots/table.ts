/** The table behind a plot, and the files made from it. Knows no React. */

export type Cell = string | number | null;
export interface Table {
  columns: string[];
  rows: Cell[][];
}

/** A spreadsheet runs a cell that starts with one of these; a leading quote keeps it text. */
const FORMULA = /^[=+\-@\t\r]/;

function field(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  const safe = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** RFC 4180: commas, CRLF, quotes doubled; full precision; null is empty. */
export function toCsv(table: Table): string {
  return [table.columns, ...table.rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

/** "Agreement over time" as agreement-over-time. */
export function fileName(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}
