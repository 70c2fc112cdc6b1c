/** Which words of two texts the other one lacks. */
import { diffWordsWithSpace } from "diff";

export interface Piece {
  text: string;
  /** True where the other text has no such words at this point. */
  own: boolean;
}

/** Each text cut into pieces that both share and pieces of its own; the pieces give the text back. */
export function wordDiff(first: string, second: string): [Piece[], Piece[]] {
  const parts = diffWordsWithSpace(first, second);
  const side = (skip: "added" | "removed", own: "added" | "removed") =>
    parts.filter((part) => !part[skip]).map((part) => ({ text: part.value, own: part[own] }));
  return [side("added", "removed"), side("removed", "added")];
}
