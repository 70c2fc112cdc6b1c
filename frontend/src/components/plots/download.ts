/** Saves what a plot shows as a file of the reader's own. */
import type { Ink } from "./colours";
import { fileName, toCsv, type Table } from "./table";

const SVG = "http://www.w3.org/2000/svg";
const TITLE_ROOM = 34;

export function saveAs(name: string, type: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads the address after the click has returned.
  window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** As a file that spreadsheets read, called after the title. */
export function saveTable(title: string, table: Table): void {
  saveAs(`${fileName(title)}.csv`, "text/csv;charset=utf-8", toCsv(table));
}

function element(name: string, attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** The drawing on its own sheet: paper behind it, its title above it, no style sheet needed. */
export function standaloneSvg(drawing: SVGSVGElement, title: string, ink: Ink): string {
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  const width = Number(drawing.getAttribute("width"));
  const height = Number(drawing.getAttribute("height")) + TITLE_ROOM;
  copy.setAttribute("viewBox", `0 ${-TITLE_ROOM} ${width} ${height}`);
  copy.setAttribute("height", String(height));
  copy.setAttribute("font-family", "system-ui, sans-serif");
  copy.removeAttribute("style");
  const paper = element("rect", { y: -TITLE_ROOM, width, height, fill: ink.paper });
  const words = element("text", { x: 8, y: -12, fill: ink.text, "font-size": 15 });
  words.textContent = title;
  copy.prepend(paper, words);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(copy)}\n`;
}
