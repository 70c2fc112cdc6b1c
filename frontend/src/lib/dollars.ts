/**
 * Prices and formulas both use the dollar sign. Before Markdown is read, this escapes the dollars that
 * can't delimit a formula (Pandoc's rule: the opening one has no space after it, the closing one none
 * before it and no digit after it), and writes \( … \) and \[ … \], which models like, with dollars.
 * Code is left alone. The lengths are bounded so that no text, however odd, takes long to read.
 */
const PARTS = new RegExp(
  [
    /(?<code>^ {0,3}(`{3,}|~{3,})[\s\S]*?(?:^ {0,3}\2[`~]*[ \t]*$|$(?![\s\S]))|(`+)(?!`)[\s\S]{0,2000}?[^`]\3(?!`))/,
    /(?<escaped>\\[\\$`])/,
    /\\\((?<inline>[^\n]{1,2000}?)\\\)/,
    /\\\[(?<block>[\s\S]{1,5000}?)\\\]/,
    /(?<display>\$\$[\s\S]{1,5000}?\$\$)/,
    /(?<formula>\$(?![\s$])(?:\\.|[^$\n\\])*?(?<!\s)\$(?![\d$]))/,
    /(?<dollar>\$)/,
  ]
    .map((part) => part.source)
    .join("|"),
  "gm",
);

type Groups = Partial<Record<"inline" | "block" | "dollar", string>>;

function rewritten(part: string, { inline, block, dollar }: Groups): string {
  if (inline !== undefined) return `$${inline.trim()}$`;
  if (block !== undefined) return `\n$$\n${block.trim()}\n$$\n`;
  return dollar === undefined ? part : "\\$";
}

export function settleDollars(text: string): string {
  if (!text.includes("$") && !text.includes("\\(") && !text.includes("\\[")) return text;
  return text.replace(PARTS, (...args) => rewritten(args[0] as string, args.at(-1) as Groups));
}
