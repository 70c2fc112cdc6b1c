/**
 * The choices between two responses: which there are, which key gives each, and the answer each
 * stands for. Sides are the sides of the screen; the server puts them back into the task's own order.
 */
import type { AnswerParts, ComparisonSpec, Strength } from "@/api/types";

export type Side = "A" | "B" | null;

export interface Choice {
  /** Stable name, also what a draft keeps. */
  id: string;
  key: string;
  label: string;
  /** For a narrow screen. */
  short: string;
  side: Side;
  strength: Strength | null;
  bad: boolean;
}

type Asked = Pick<ComparisonSpec, "ties" | "strength" | "both_bad">;

const DEGREES: [Strength, string, string][] = [
  [3, "much better", "much"],
  [2, "better", "better"],
  [1, "slightly better", "slightly"],
];

function preferences(side: "A" | "B", withStrength: boolean): Omit<Choice, "key">[] {
  const base = { side, bad: false };
  if (!withStrength) {
    return [
      { ...base, id: side, label: `${side} better`, short: `${side} better`, strength: null },
    ];
  }
  const strongFirst = DEGREES.map(([strength, words, short]) => ({
    ...base,
    id: `${side}${strength}`,
    label: `${side} ${words}`,
    short: `${side} ${short}`,
    strength,
  }));
  return side === "A" ? strongFirst : strongFirst.reverse();
}

const TIE = { id: "tie", label: "Tie", short: "Tie", side: null, strength: null, bad: false };
const BOTH_BAD = {
  id: "bad",
  label: "Both bad",
  short: "Both bad",
  side: null,
  strength: null,
  bad: true,
};

/** The choices from left to right; keys count from 1, and 0 is "both bad". */
export function choices(spec: Asked): Choice[] {
  const scale = [
    ...preferences("A", spec.strength),
    ...(spec.ties ? [TIE] : []),
    ...preferences("B", spec.strength),
  ].map((choice, index) => ({ ...choice, key: String(index + 1) }));
  return spec.both_bad ? [...scale, { ...BOTH_BAD, key: "0" }] : scale;
}

/** What an answer says by one criterion. */
export type Verdict = Pick<AnswerParts, "ranks" | "strength" | "unacceptable">;

/** What a choice says about the responses `a` and `b`, by their ids. */
export function verdictOf(choice: Choice, [a, b]: readonly [number, number]): Verdict {
  return {
    ranks: [
      { response: a, rank: choice.side === "B" ? 2 : 1 },
      { response: b, rank: choice.side === "A" ? 2 : 1 },
    ],
    strength: choice.strength,
    unacceptable: choice.bad ? [a, b] : [],
  };
}

/** The choice that an earlier answer came from, or null where the question no longer offers it. */
export function choiceOf(
  answer: Verdict,
  [a, b]: readonly [number, number],
  offered: readonly Choice[],
): Choice | null {
  const rank = new Map(answer.ranks.map(({ response, rank: place }) => [response, place]));
  const first = rank.get(a) ?? 0;
  const second = rank.get(b) ?? 0;
  const side: Side = first < second ? "A" : second < first ? "B" : null;
  const bad = side === null && answer.unacceptable.length === 2;
  const same = (choice: Choice) =>
    choice.side === side && choice.bad === bad && choice.strength === answer.strength;
  return offered.find(same) ?? null;
}
