import { describe, expect, test } from "vitest";

import type { ComparisonSpec } from "@/api/types";
import {
  boardsAnswer,
  boardsIn,
  choose,
  chosenIn,
  openBoards,
  pairAnswer,
  putOn,
  rowChoices,
  take,
  wholeChoice,
  WHOLE,
} from "@/lib/criteria";

const SPEC: ComparisonSpec = {
  prompt: "Which?",
  k_max: 4,
  ties: true,
  strength: true,
  both_bad: true,
  reasons: [],
  note: true,
  criteria: ["Helpful", "Honest"],
  place: "all",
  top_m: null,
};
const PAIR = [31, 30] as const;
const IDS = [10, 11, 12];

describe("two responses by several criteria", () => {
  test("it is an answer once every row has a choice, and has no order of its own on top", () => {
    expect(pairAnswer(SPEC, PAIR, { Helpful: "A2" })).toBeNull();
    expect(pairAnswer(SPEC, PAIR, { Helpful: "A2", Honest: "tie" })).toEqual({
      criteria: [
        {
          criterion: "Helpful",
          ranks: [
            { response: 31, rank: 1 },
            { response: 30, rank: 2 },
          ],
          strength: 2,
        },
        {
          criterion: "Honest",
          ranks: [
            { response: 31, rank: 1 },
            { response: 30, rank: 1 },
          ],
          strength: null,
        },
      ],
      unacceptable: [],
    });
  });

  test("both bad is offered once, and answers every row with a tie", () => {
    expect(rowChoices(SPEC).some(({ bad }) => bad)).toBe(false);
    const bad = wholeChoice(SPEC)!;
    const answer = pairAnswer(SPEC, PAIR, choose({ Helpful: "A2" }, WHOLE, bad));
    expect(answer?.unacceptable).toEqual([31, 30]);
    for (const { ranks } of answer!.criteria!) expect(ranks.map(({ rank }) => rank)).toEqual([1, 1]);
  });

  test("a choice in a row takes both bad back and brings the other rows' choices back", () => {
    const chosen = choose({ Honest: "tie", [WHOLE]: "bad" }, "Helpful", rowChoices(SPEC)[0]!);
    expect(chosen).toEqual({ Honest: "tie", Helpful: "A3" });
  });

  test("what was sent comes back as the same choices", () => {
    const kept: Record<string, string>[] = [{ Helpful: "B1", Honest: "tie" }, { [WHOLE]: "bad" }];
    for (const chosen of kept) {
      expect(chosenIn(SPEC, PAIR, pairAnswer(SPEC, PAIR, chosen)!)).toEqual(chosen);
    }
  });

  test("a criterion that the question no longer has is left out", () => {
    const answer = pairAnswer(SPEC, PAIR, { Helpful: "B1", Honest: "tie" })!;
    expect(chosenIn({ ...SPEC, criteria: ["Honest"] }, PAIR, answer)).toEqual({ Honest: "tie" });
  });

  test("without criteria there is one row, with both bad in it, and the order stands on top", () => {
    const plain = { ...SPEC, criteria: [] };
    expect(wholeChoice(plain)).toBeNull();
    const answer = pairAnswer(plain, PAIR, { [WHOLE]: "bad" });
    expect(answer).toMatchObject({ strength: null, unacceptable: [31, 30] });
    expect(answer).not.toHaveProperty("criteria");
    expect(chosenIn(plain, PAIR, answer!)).toEqual({ [WHOLE]: "bad" });
  });
});

describe("three responses by several criteria", () => {
  const full = { Helpful: { 10: 1, 11: 2, 12: 3 }, Honest: { 10: 2, 11: 1, 12: 1 } };

  test("it is an answer once every board is complete", () => {
    expect(openBoards(SPEC, IDS, { Helpful: full.Helpful })).toEqual([1]);
    expect(boardsAnswer(SPEC, IDS, { Helpful: full.Helpful })).toBeNull();
    const answer = boardsAnswer(SPEC, IDS, full)!;
    expect(answer.criteria!.map(({ ranks }) => ranks.map(({ rank }) => rank))).toEqual([
      [1, 2, 3],
      [2, 1, 1],
    ]);
    expect(boardsIn(SPEC, answer)).toEqual(full);
  });

  test("unacceptable on one board is so on all, and taken back on all", () => {
    const bad = putOn(SPEC, full, "Honest", 11, "bad");
    expect(bad.Helpful).toEqual({ 10: 1, 11: "bad", 12: 3 });
    expect(take(SPEC, bad, "Helpful", 11)).toEqual({
      Helpful: { 10: 1, 12: 3 },
      Honest: { 10: 2, 12: 1 },
    });
    expect(putOn(SPEC, bad, "Helpful", 11, 2)).toEqual({
      Helpful: { 10: 1, 11: 2, 12: 3 },
      Honest: { 10: 2, 12: 1 },
    });
  });

  test("a place on one board leaves the others alone", () => {
    expect(putOn(SPEC, full, "Helpful", 12, 1).Honest).toEqual(full.Honest);
  });
});
