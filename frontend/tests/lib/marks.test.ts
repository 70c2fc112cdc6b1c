import { describe, expect, test } from "vitest";

import type { Mark } from "@/api/types";
import { chosenSpan, nextChosen, pieces, quote, sentences, spanOf } from "@/lib/marks";

function mark(start: number | null, end: number | null, category = "Wrong"): Mark {
  return { response: 1, category, start, end, note: "" };
}

describe("offsets", () => {
  test("an emoji before the span counts as one character, though it is two units", () => {
    const text = "🎉🎉 wrong here";
    const from = text.indexOf("wrong");
    expect(from).toBe(5);
    expect(spanOf(text, from, from + 5)).toEqual([3, 8]);
    expect(quote(text, [3, 8])).toBe("wrong");
  });

  test("white space at the ends of a selection is no part of it", () => {
    expect(spanOf("a  bc \n d", 1, 7)).toEqual([3, 5]);
    expect(spanOf("a   b", 1, 4)).toBeNull();
  });
});

describe("sentences", () => {
  test("they are spans of the text, and lines end them too", () => {
    const text = "# Title\nOne is 3.5 long. Two 🎉 is.\n\n- item one\n- item two";
    expect(sentences(text).map((span) => quote(text, span))).toEqual([
      "# Title",
      "One is 3.5 long.",
      "Two 🎉 is.",
      "- item one",
      "- item two",
    ]);
  });

  test("a text without words has none", () => {
    expect(sentences(" \n ")).toEqual([]);
  });

  test("choosing stays between the whole response and the last sentence", () => {
    const at = (first: number, last = first) => ({ first, last });
    expect(nextChosen(at(0), -1, false, 3)).toEqual(at(-1));
    expect(nextChosen(at(-1), -1, false, 3)).toEqual(at(-1));
    expect(nextChosen(at(2), 1, false, 3)).toEqual(at(2));
    expect(nextChosen(at(0), 1, true, 3)).toEqual(at(0, 1));
    expect(nextChosen(at(0, 1), -1, true, 3)).toEqual(at(0));
    expect(nextChosen(at(0, 1), 1, false, 3)).toEqual(at(2));
  });

  test("several sentences are one span, and the whole response is none", () => {
    const all = sentences("One. Two. Three.");
    expect(chosenSpan(all, { first: 0, last: 1 })).toEqual([0, 9]);
    expect(chosenSpan(all, { first: -1, last: -1 })).toBeNull();
  });
});

describe("the marked text", () => {
  test("marks that overlap cut the text into pieces that give it back", () => {
    const text = "🎉 one two three";
    const cut = pieces(text, [mark(2, 9), mark(6, 15, "Rude"), mark(null, null)], null);
    expect(cut.map((piece) => piece.text).join("")).toBe(text);
    expect(cut.map((piece) => [piece.text, piece.marks, piece.ends])).toEqual([
      ["🎉 ", [], []],
      ["one ", [0], []],
      ["two", [0, 1], [0]],
      [" three", [1], [1]],
    ]);
  });

  test("what is just being chosen is told apart", () => {
    const cut = pieces("one two", [], [4, 7]);
    expect(cut.map((piece) => [piece.text, piece.pending])).toEqual([
      ["one ", false],
      ["two", true],
    ]);
  });
});
