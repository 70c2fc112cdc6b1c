import { expect, test } from "vitest";

import type { Answer, Assignment } from "@/api/types";
import { answerInWords } from "@/pages/history/answerInWords";
import { answerIn, draftOf, missing } from "@/pages/work/draftOf";

import { comparison, rating, revision, steps, texts } from "./samples";

function assignment(ids: number[], answer: Answer | null): Assignment {
  return comparison({}, { responses: texts(...ids), answer });
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

const CRITERIA = { criteria: ["Helpful", "Honest"] };
const first = (a: number, b: number) => [
  { response: 7, rank: a },
  { response: 5, rank: b },
];

test.each<[string, Assignment]>([
  [
    "Helpful: A better · Honest: Tie",
    comparison(CRITERIA, {
      responses: texts(7, 5),
      answer: {
        criteria: [
          { criterion: "Helpful", ranks: first(1, 2), strength: 2 },
          { criterion: "Honest", ranks: first(1, 1), strength: null },
        ],
        unacceptable: [],
        tags: [],
        note: "",
      },
    }),
  ],
  [
    "B first, A second, C left out.",
    comparison(
      { place: "top", top_m: 2 },
      {
        responses: texts(7, 5, 6),
        answer: { ranks: first(2, 1), strength: null, unacceptable: [], tags: [], note: "" },
      },
    ),
  ],
  [
    "A: Helpful 4, Honest 1 · B: Helpful 2, Honest 5 · 1 mark",
    rating(
      { marks: ["Wrong"] },
      {
        responses: texts(7, 5),
        answer: {
          ratings: [
            { response: 7, criterion: "Helpful", value: 4 },
            { response: 7, criterion: "Honest", value: 1 },
            { response: 5, criterion: "Helpful", value: 2 },
            { response: 5, criterion: "Honest", value: 5 },
          ],
          marks: [{ response: 5, category: "Wrong", start: 0, end: 4, note: "no" }],
          note: "x",
        },
      },
    ),
  ],
  [
    "3 steps: 1 right, 1 neutral and 1 wrong",
    steps({}, { answer: { labels: [1, 0, -1], reasons: [{ step: 2, text: "no" }], note: "" } }),
  ],
  [
    "First wrong step: 2 of 3",
    steps({ first_error: true }, { answer: { labels: [1, -1, null], reasons: [], note: "" } }),
  ],
  [
    "“better”",
    revision(
      { principles: ["Be kind."] },
      { answer: { critique: "rude", text: "better", principle: 0, note: "" } },
    ),
  ],
])("an answer of any kind, reopened and left alone, is the same answer: %s", (words, task) => {
  expect(answerIn(draftOf(task), task)).toEqual(task.answer);
  const shown = task.responses.map(({ id }) => id);
  expect(answerInWords(task.answer!, shown)).toBe(words);
});

test("the empty parts that the server adds to an answer change nothing", () => {
  const empty = { ranks: [], criteria: [], ratings: [], marks: [], labels: [], reasons: [] };
  const rest = { strength: null, unacceptable: [], tags: [], note: "", critique: null, text: null };
  const task = steps({}, { answer: { ...empty, ...rest, principle: null, labels: [1, 1, 1] } });
  expect(answerIn(draftOf(task), task)).toEqual({ labels: [1, 1, 1], reasons: [], note: "" });
  expect(answerInWords(task.answer!)).toBe("3 steps: 3 right");
});

test.each<[string, Assignment]>([
  ["Choose first, then submit.", comparison({}, { responses: texts(1, 2) })],
  ["Choose in every row first, then submit.", comparison(CRITERIA, { responses: texts(1, 2) })],
  ["Give every response a place first.", comparison({}, { responses: texts(1, 2, 3) })],
  [
    "Give every response a place on Helpful first.",
    comparison(CRITERIA, { responses: texts(1, 2, 3) }),
  ],
  [
    "Place the best 2 responses first.",
    comparison({ place: "top", top_m: 2 }, { responses: texts(1, 2, 3, 4) }),
  ],
  ["Fill every rating first: 4 are empty.", rating({}, { responses: texts(1, 2) })],
  ["Judge every step first: 3 are open.", steps({})],
  ["Choose a principle first.", revision({ principles: ["Be kind."] })],
])("what is missing is said: %s", (words, task) => {
  const draft = draftOf(task);
  expect(answerIn(draft, task)).toBeNull();
  expect(missing(draft, task)).toBe(words);
});
