/** Assignments of every kind of question, for the tests of the work screen. */
import type {
  Answer,
  Assignment,
  ComparisonSpec,
  RatingSpec,
  RevisionSpec,
  StepsSpec,
} from "@/api/types";

export const COMPARISON: ComparisonSpec = {
  prompt: "Which?",
  k_max: 6,
  ties: true,
  strength: true,
  both_bad: true,
  reasons: ["clear"],
  note: true,
  criteria: [],
  place: "all",
  top_m: null,
};

export const RATING: RatingSpec = {
  prompt: "How good?",
  k_max: 4,
  criteria: [
    { name: "Helpful", about: "Does what was asked." },
    { name: "Honest", about: "" },
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

export const STEPS: StepsSpec = {
  prompt: "Which steps are right?",
  separator: "line",
  neutral: true,
  first_error: false,
  reason: true,
  note: true,
};

export const REVISION: RevisionSpec = {
  prompt: "Make it better",
  principles: [],
  critique: true,
  note: true,
};

interface Given {
  responses?: { id: number; text: string }[];
  answer?: Answer | null;
}

function made(kind: string, spec: object, { responses, answer }: Given): Assignment {
  return {
    id: 1,
    question: { id: 1, kind, version: 1, title: "", spec } as Assignment["question"],
    prompt: [],
    responses: responses ?? [{ id: 7, text: "one\ntwo\nthree" }],
    lease_expires_at: "",
    state: answer ? "submitted" : "leased",
    answer: answer ?? null,
    revision: answer ? 1 : 0,
    draft: null,
    training: false,
  };
}

export function texts(...ids: number[]): { id: number; text: string }[] {
  return ids.map((id) => ({ id, text: `Text of ${id}. And more.` }));
}

export const comparison = (spec: Partial<ComparisonSpec>, given: Given) =>
  made("comparison", { ...COMPARISON, ...spec }, given);
export const rating = (spec: Partial<RatingSpec>, given: Given = {}) =>
  made("rating", { ...RATING, ...spec }, given);
export const steps = (spec: Partial<StepsSpec>, given: Given = {}) =>
  made("steps", { ...STEPS, ...spec }, given);
export const revision = (spec: Partial<RevisionSpec>, given: Given = {}) =>
  made("revision", { ...REVISION, ...spec }, given);
