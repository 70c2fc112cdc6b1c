import { expect, test } from "vitest";

import type { Answer, Assignment } from "@/api/types";
import { answerInWords } from "@/pages/history/answerInWords";
import { answerIn, draftOf } from "@/pages/work/draftOf";

const SPEC = {
  prompt: "Which?",
  k_max: 6,
  ties: true,
  strength: true,
  both_bad: true,
  reasons: ["clear"],
  note: true,
};

function assignment(ids: number[], answer: Answer | null): Assignment {
  return {
    id: 1,
    task: 1,
    question: { id: 1, kind: "comparison", version: 1, title: "", spec: SPEC },
    prompt: [],
    responses: ids.map((id) => ({ id, text: "" })),
    lease_expires_at: "",
    state: "submitted",
    answer,
    revision: answer ? 1 : 0,
  };
}

function ranked(pairs: [number, number][], more: Partial<Answer> = {}): Answer {
  const ranks = pairs.map(([response, rank]) => ({ response, rank }));
  return { ranks, strength: null, unacceptable: [], tags: ["clear"], note: "so", ...more };
}

test.each<[string, number[], Answer]>([
  [
    "B much better",
    [7, 5],
    ranked(
      [
        [7, 2],
        [5, 1],
      ],
      { strength: 3 },
    ),
  ],
  [
    "Tie",
    [7, 5],
    ranked([
      [7, 1],
      [5, 1],
    ]),
  ],
  [
    "Both bad",
    [7, 5],
    ranked(
      [
        [7, 1],
        [5, 1],
      ],
      { unacceptable: [7, 5] },
    ),
  ],
  [
    "B first, A second, C unacceptable.",
    [7, 5, 6],
    ranked(
      [
        [7, 2],
        [5, 1],
        [6, 3],
      ],
      { unacceptable: [6] },
    ),
  ],
])("an answer reopened and left alone is the same answer: %s", (words, ids, answer) => {
  const reopened = assignment(ids, answer);
  expect(answerIn(draftOf(reopened), reopened)).toEqual(answer);
  expect(answerInWords(answer)).toBe(words);
});

test("a task that nobody has touched has no answer in it", () => {
  for (const ids of [
    [1, 2],
    [1, 2, 3],
  ]) {
    const fresh = assignment(ids, null);
    expect(answerIn(draftOf(fresh), fresh)).toBeNull();
  }
});
