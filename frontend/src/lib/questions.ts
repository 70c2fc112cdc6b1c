/** Which form a task gets: by the kind of its question and, in a comparison, the number of responses. */
import type { Assignment } from "@/api/types";

import { plural } from "./words";

export type FormName = "compare" | "rank" | "rating" | "steps" | "revision";

export function formOf({
  question,
  responses,
}: Pick<Assignment, "question" | "responses">): FormName {
  if (question.kind !== "comparison") return question.kind;
  return responses.length > 2 ? "rank" : "compare";
}

/** "Task 12: rank 4 responses". */
export function nameOf(assignment: Assignment): string {
  const count = assignment.responses.length;
  const what: Record<FormName, string> = {
    compare: "compare two responses",
    rank: `rank ${plural(count, "response")}`,
    rating: `rate ${plural(count, "response")}`,
    steps: "judge the steps of a response",
    revision: "revise a response",
  };
  const start = assignment.training ? "Training task" : "Task";
  return `${start} ${assignment.id}: ${what[formOf(assignment)]}`;
}
