/** The sentences of a rater's own page and of what a reviewer says to them. Pure; knows no page. */
import { ApiError } from "@/api/client";
import type { Appeal, Decision, Share, TrainingProgress } from "@/api/own";
import { counted, percent, withInterval } from "@/components/plots/words";

/** "4 of 10 training tasks done, 3 right; work begins at 7 of 10 right." */
export function trainingSentence(training: TrainingProgress): string {
  const { done, right, needed, right_needed: enoughRight } = training;
  if (needed === 0) return "Work begins after your next training task.";
  const enough = `${enoughRight} of ${needed} right`;
  if (done <= needed) {
    return `${done} of ${needed} training tasks done, ${right} right; work begins at ${enough}.`;
  }
  const newest = `of the newest ${needed}, ${right} right`;
  return `${done} training tasks done; ${newest}. Work begins at ${enough}.`;
}

/** "72 % (64 % to 79 %)", or why there is no share. */
export function shareWords(share: Share): string {
  if (share.value === null) return share.reason ?? "There is nothing to count yet.";
  return withInterval(share, percent);
}

/** What a share rests on: "n = 1 repeat". */
export function sizeWords({ n }: Share, [one, many]: readonly [string, string]): string {
  return `n = ${counted(n, one, many)}.`;
}

/** Null stands for kinds of question where two answers are never simply the same. */
export function decidedWords(agrees: Decision["agrees"]): string {
  if (agrees === null) return "A reviewer decided this task.";
  return `A reviewer decided this task ${agrees ? "the same way" : "differently"}.`;
}

const APPEALS: Record<Appeal["state"], string> = {
  open: "Your appeal waits for an answer.",
  upheld: "Your appeal was upheld: the reviewer says that you were right.",
  rejected: "Your appeal was not upheld: the decision stands.",
};

export function appealWords({ state }: Appeal): string {
  return APPEALS[state];
}

/** What the server refused, without the names of its fields. */
export function refusal(error: Error): string {
  const said = error instanceof ApiError ? Object.values(error.fields).flat() : [];
  return said.length > 0 ? said.join(" ") : error.message;
}
