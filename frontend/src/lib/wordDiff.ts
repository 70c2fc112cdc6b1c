/** Which words of two texts the other one lacks. */
import { diffWordsWithSpace } from "diff";

export interface Piece {
  text: string;
  /** True where the other text has no such words at this point. */
  own: boolean;
}

export interface Change {
  text: string;
  change: "same" | "removed" | "added";
}

/** Each text cut into pieces that both share and pieces of its own; the pieces give the text back. */
export function wordDiff(first: string, second: string): [Piece[], Piece[]] {
  const parts = diffWordsWithSpace(first, second);
  const side = (skip: "added" | "removed", own: "added" | "removed") =>
    parts.filter((part) => !part[skip]).map((part) => ({ text: part.value, own: part[own] }));
  return [side("added", "removed"), side("removed", "added")];
}

/** Long texts with little in common would hold up the typing. */
const LONGEST_MS = 400;

/** What became of the first text in the second, in reading order. */
export function changes(first: string, second: string): Change[] {
  const parts = diffWordsWithSpace(first, second, { timeout: LONGEST_MS });
  if (!parts) {
    return [
      { text: first, change: "removed" },
      { text: second, change: "added" },
    ];
  }
  return parts.map(({ value, added, removed }) => ({
    text: value,
    change: added ? "added" : removed ? "removed" : "same",
  }));
}
