import { describe, expect, test } from "vitest";

import type { RatingSpec } from "@/api/types";
import {
  digitOf,
  emptyCells,
  fill,
  moved,
  nudged,
  ratingsIn,
  ratingsOf,
  stepped,
  valueOf,
} from "@/lib/rating";

const SPEC: RatingSpec = {
  prompt: "How good?",
  k_max: 4,
  criteria: [
    { name: "Helpful", about: "" },
    { name: "Honest", about: "Says what is so." },
  ],
  minimum: 1,
  maximum: 5,
  low: "poor",
  high: "good",
  slider: false,
  optional: false,
  marks: [],
  note: true,
};
const IDS = [7, 5];

describe("the keys of a scale", () => {
  test.each([
    [1, 5, 3, 3],
    [1, 5, 6, null],
    [1, 5, 0, null],
    [1, 10, 0, 10],
    [0, 10, 0, 0],
    [-2, 2, 1, -2],
    [-2, 2, 5, 2],
    [-2, 2, 6, null],
    [-5, 4, 0, 4],
  ])("from %i to %i the key %i gives %s", (minimum, maximum, digit, value) => {
    expect(valueOf({ minimum, maximum }, digit)).toBe(value);
    if (value !== null) expect(digitOf({ minimum, maximum }, value)).toBe(digit);
  });

  test("a point without a key is told as such", () => {
    expect(digitOf({ minimum: 0, maximum: 10 }, 10)).toBeNull();
  });

  test("a nudge stays on the scale and starts from the middle", () => {
    expect(nudged(SPEC, null, 1)).toBe(4);
    expect(nudged(SPEC, 5, 10)).toBe(5);
    expect(nudged(SPEC, 2, -10)).toBe(1);
  });
});

describe("the table", () => {
  test("arrows stop at the edges", () => {
    expect(moved({ row: 0, column: 0 }, "right", 2, 2)).toEqual({ row: 0, column: 1 });
    expect(moved({ row: 1, column: 1 }, "down", 2, 2)).toEqual({ row: 1, column: 1 });
    expect(moved({ row: 0, column: 0 }, "left", 2, 2)).toEqual({ row: 0, column: 0 });
  });

  test("one step after the last criterion is the next response", () => {
    expect(stepped({ row: 1, column: 0 }, 1, 2, 2)).toEqual({ row: 0, column: 1 });
    expect(stepped({ row: 0, column: 1 }, -1, 2, 2)).toEqual({ row: 1, column: 0 });
    expect(stepped({ row: 1, column: 1 }, 1, 2, 2)).toEqual({ row: 1, column: 1 });
  });

  test("it is an answer when every cell is filled, a zero too", () => {
    const some = fill(fill({}, 7, "Helpful", 0), 5, "Honest", 2);
    expect(emptyCells(SPEC, IDS, some)).toEqual([
      { row: 1, column: 0 },
      { row: 0, column: 1 },
    ]);
    expect(ratingsOf(SPEC, IDS, some)).toBeNull();
    const all = fill(fill(some, 7, "Honest", 3), 5, "Helpful", 4);
    const sent = ratingsOf(SPEC, IDS, all)!;
    expect(sent.map(({ value }) => value)).toEqual([0, 3, 4, 2]);
    expect(ratingsIn(sent)).toEqual(all);
  });

  test("where cells may stay empty, the empty ones are left out", () => {
    const one = fill(fill({}, 7, "Helpful", 3), 7, "Honest", null);
    expect(ratingsOf({ ...SPEC, optional: true }, IDS, one)).toEqual([
      { response: 7, criterion: "Helpful", value: 3 },
    ]);
  });
});
