import { describe, expect, test } from "vitest";

import { choiceOf, choices, verdictOf } from "@/lib/verdict";

const ALL = { ties: true, strength: true, both_bad: true };
const IDS = [31, 30] as const;

describe("choices between two responses", () => {
  test("with strength there are seven from much better A to much better B, and both bad on 0", () => {
    expect(choices(ALL).map(({ key, label }) => `${key} ${label}`)).toEqual([
      "1 A much better",
      "2 A better",
      "3 A slightly better",
      "4 Tie",
      "5 B slightly better",
      "6 B better",
      "7 B much better",
      "0 Both bad",
    ]);
  });

  test("without strength there are three, on 1 2 3", () => {
    const offered = choices({ ...ALL, strength: false });
    expect(offered.map(({ key, label }) => `${key} ${label}`)).toEqual([
      "1 A better",
      "2 Tie",
      "3 B better",
      "0 Both bad",
    ]);
  });

  test("without ties and both bad only the preferences are offered, on consecutive keys", () => {
    const offered = choices({ ties: false, strength: true, both_bad: false });
    expect(offered.map(({ key }) => key)).toEqual(["1", "2", "3", "4", "5", "6"]);
    expect(offered.every(({ side }) => side !== null)).toBe(true);
  });

  test("much better is strength 3, and the better response has rank 1", () => {
    const [first] = choices(ALL);
    expect(verdictOf(first!, IDS)).toEqual({
      ranks: [
        { response: 31, rank: 1 },
        { response: 30, rank: 2 },
      ],
      strength: 3,
      unacceptable: [],
    });
  });

  test("both bad is a tie with both marked unacceptable", () => {
    const bad = choices(ALL).at(-1)!;
    expect(verdictOf(bad, IDS)).toEqual({
      ranks: [
        { response: 31, rank: 1 },
        { response: 30, rank: 1 },
      ],
      strength: null,
      unacceptable: [31, 30],
    });
  });

  test("every choice is found again from the answer it gives", () => {
    for (const spec of [ALL, { ...ALL, strength: false }]) {
      const offered = choices(spec);
      for (const choice of offered) {
        expect(choiceOf(verdictOf(choice, IDS), IDS, offered)).toBe(choice);
      }
    }
  });

  test("an answer that the question no longer offers leaves nothing chosen", () => {
    const tie = verdictOf(choices(ALL)[3]!, IDS);
    expect(choiceOf(tie, IDS, choices({ ...ALL, ties: false }))).toBeNull();
  });
});
