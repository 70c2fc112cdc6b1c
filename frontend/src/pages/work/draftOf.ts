/** From an assignment with its answer to the state of the form, and back. */
import type { Answer, AnswerParts, Assignment } from "@/api/types";
import { boardsAnswer, boardsIn, chosenIn, openBoards, pairAnswer } from "@/lib/criteria";
import { EMPTY_DRAFT, type Draft } from "@/lib/drafts";
import { asked } from "@/lib/ranking";
import { emptyCells, ratingsIn, ratingsOf } from "@/lib/rating";
import { missingPart, revisionAnswer, ASKED_FOR } from "@/lib/revision";
import { openSteps, split, stepsAnswer } from "@/lib/steps";
import { plural } from "@/lib/words";

type Comparison = Extract<Assignment["question"], { kind: "comparison" }>;

export function responseIds({ responses }: Pick<Assignment, "responses">): number[] {
  return responses.map((response) => response.id);
}

function pairOf(assignment: Assignment): [number, number] {
  const [a, b] = responseIds(assignment);
  return [a!, b!];
}

/** The text of a task with one response. */
export function onlyText({ responses }: Pick<Assignment, "responses">): string {
  return responses[0]?.text ?? "";
}

function ordered(assignment: Assignment, { spec }: Comparison, answer: Answer): Partial<Draft> {
  if (assignment.responses.length > 2) return { boards: boardsIn(spec, answer) };
  return { choices: chosenIn(spec, pairOf(assignment), answer) };
}

/** The parts of a draft that only this kind of question uses. */
function ownParts(assignment: Assignment, answer: Answer): Partial<Draft> {
  const { question } = assignment;
  switch (question.kind) {
    case "comparison":
      return ordered(assignment, question, answer);
    case "rating":
      return { ratings: ratingsIn(answer.ratings ?? []), marks: answer.marks ?? [] };
    case "steps": {
      const reasons = (answer.reasons ?? []).map(({ step, text }) => [step, text]);
      return { labels: answer.labels ?? [], reasons: Object.fromEntries(reasons) };
    }
    case "revision": {
      const { critique, text, principle } = answer;
      return { critique: critique ?? "", text: text ?? null, principle: principle ?? null };
    }
  }
}

export function draftOf(assignment: Assignment): Draft {
  const { answer, revision } = assignment;
  if (!answer) return { ...EMPTY_DRAFT, revision };
  const rest = { tags: answer.tags ?? [], note: answer.note, revision };
  return { ...EMPTY_DRAFT, ...ownParts(assignment, answer), ...rest };
}

type Parts = Partial<AnswerParts>;

function rated(draft: Draft, assignment: Assignment): Parts | null {
  if (assignment.question.kind !== "rating") return null;
  const ratings = ratingsOf(assignment.question.spec, responseIds(assignment), draft.ratings);
  return ratings && ratings.length > 0 ? { ratings, marks: draft.marks } : null;
}

/** The answer in a draft without tags and note, or null while it isn't one yet. */
function ownAnswer(draft: Draft, assignment: Assignment): Parts | null {
  const { question } = assignment;
  switch (question.kind) {
    case "comparison":
      return assignment.responses.length > 2
        ? boardsAnswer(question.spec, responseIds(assignment), draft.boards)
        : pairAnswer(question.spec, pairOf(assignment), draft.choices);
    case "rating":
      return rated(draft, assignment);
    case "steps": {
      const steps = split(onlyText(assignment), question.spec.separator);
      return stepsAnswer(question.spec, steps, draft.labels, draft.reasons);
    }
    case "revision":
      return revisionAnswer(question.spec, onlyText(assignment), draft);
  }
}

export function answerIn(draft: Draft, assignment: Assignment): Answer | null {
  const own = ownAnswer(draft, assignment);
  if (!own) return null;
  const tags = assignment.question.kind === "comparison" ? { tags: draft.tags } : {};
  return { ...own, ...tags, note: draft.note };
}

function missingPlaces(draft: Draft, assignment: Assignment, { spec }: Comparison): string {
  const ids = responseIds(assignment);
  if (ids.length === 2) {
    return spec.criteria.length > 0
      ? "Choose in every row first, then submit."
      : "Choose first, then submit.";
  }
  const at = openBoards(spec, ids, draft.boards)[0] ?? 0;
  const where = spec.criteria.length > 0 ? ` on ${spec.criteria[at]}` : "";
  if (spec.place === "all") return `Give every response a place${where} first.`;
  const count = asked(spec, ids.length);
  const which = spec.place === "top" ? "the best" : "at least";
  return `Place ${which} ${plural(count, "response")}${where} first.`;
}

/** What keeps the draft from being an answer, as a sentence to the rater. */
export function missing(draft: Draft, assignment: Assignment): string {
  const { question } = assignment;
  switch (question.kind) {
    case "comparison":
      return missingPlaces(draft, assignment, question);
    case "rating": {
      if (question.spec.optional) return "Give at least one rating first, or skip the task.";
      const empty = emptyCells(question.spec, responseIds(assignment), draft.ratings).length;
      return `Fill every rating first: ${plural(empty, "is", "are")} empty.`;
    }
    case "steps": {
      const steps = split(onlyText(assignment), question.spec.separator);
      const open = openSteps(question.spec, steps, draft.labels).length;
      return `Judge every step first: ${plural(open, "is", "are")} open.`;
    }
    case "revision": {
      const part = missingPart(question.spec, onlyText(assignment), draft);
      return part ? ASKED_FOR[part] : "";
    }
  }
}
