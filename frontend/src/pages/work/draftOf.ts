/** From an assignment with its answer to the state of the form, and back. */
import type { Answer, Assignment } from "@/api/types";
import { EMPTY_DRAFT, type Draft } from "@/lib/drafts";
import { orderOf, placesOf } from "@/lib/ranking";
import { choiceOf, choices, verdictOf } from "@/lib/verdict";

export function responseIds(assignment: Assignment): number[] {
  return assignment.responses.map((response) => response.id);
}

function pairOf(assignment: Assignment): [number, number] {
  const [a, b] = responseIds(assignment);
  return [a!, b!];
}

export function draftOf(assignment: Assignment): Draft {
  const { answer, revision, question } = assignment;
  if (!answer) return { ...EMPTY_DRAFT, revision };
  const { tags, note } = answer;
  if (assignment.responses.length > 2) {
    return { ...EMPTY_DRAFT, places: placesOf(answer), tags, note, revision };
  }
  const choice = choiceOf(answer, pairOf(assignment), choices(question.spec))?.id ?? null;
  return { ...EMPTY_DRAFT, choice, tags, note, revision };
}

/** The answer in a draft, or null while it isn't one yet. */
export function answerIn(draft: Draft, assignment: Assignment): Answer | null {
  const rest = { tags: draft.tags, note: draft.note };
  if (assignment.responses.length > 2) {
    const order = orderOf(responseIds(assignment), draft.places);
    return order && { ...order, ...rest };
  }
  const choice = choices(assignment.question.spec).find(({ id }) => id === draft.choice);
  return choice ? { ...verdictOf(choice, pairOf(assignment)), ...rest } : null;
}
