/** A task's parts in the shapes that the page needs. Pure. */
import type { Answer, JudgmentRow, Question, TaskDetail } from "@/api/types";

/** The document can't say that a kind's spec goes with it. */
export function questionOf(task: Pick<TaskDetail, "question">): Question {
  return task.question as Question;
}

export interface Judged {
  newest: JudgmentRow;
  /** Earlier revisions, the latest first. */
  older: JudgmentRow[];
}

/** One entry a rater. The server sends each rater's revisions together, the newest first. */
export function judgedBy(votes: readonly JudgmentRow[]): Judged[] {
  const found: Judged[] = [];
  for (const vote of votes) {
    const last = found[found.length - 1];
    if (vote.newest || !last) found.push({ newest: vote, older: [] });
    else last.older.push(vote);
  }
  return found;
}

/** The decision that counts: the latest of any reviewer's. */
export function decisionOf(votes: readonly JudgmentRow[]): JudgmentRow | null {
  const decisions = votes.filter((vote) => vote.decision && vote.newest);
  return decisions.sort((a, b) => b.submitted_at.localeCompare(a.submitted_at))[0] ?? null;
}

/**
 * The task to go on with: of those that wait now the first that stood after this one `before`, so
 * that what was passed over stays behind; at the end of the list the first of all.
 */
export function nextOf(
  waiting: readonly number[],
  before: readonly number[],
  task: number,
): number | null {
  const passed = before.slice(0, before.indexOf(task) + 1);
  const others = waiting.filter((id) => id !== task);
  return others.find((id) => !passed.includes(id)) ?? others[0] ?? null;
}

export function answerOf(given: JudgmentRow["answer"]): Answer {
  return given as Answer;
}
