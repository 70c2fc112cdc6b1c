/**
 * One rater's figures and signals as sentences. Pure. A signal is evidence to look at: each sentence
 * is followed on the page by the innocent reasons it may have.
 */
import type { Share, Signals } from "@/api/manageTypes";
import { counted, percent, whole, withInterval } from "@/components/plots/words";

/** "71 % (64 % to 77 %)". */
function interval(share: Share): string {
  return withInterval(share, (value) => percent(value));
}

export function agreementWords(share: Share): string {
  if (share.value === null) return "Nobody else has judged the same tasks yet.";
  return `Says what most of the others say on ${interval(share)} of ${counted(share.n, "comparison or step", "comparisons and steps")}.`;
}

export function goldWords(share: Share): string {
  if (share.value === null) return "Has answered no gold task yet.";
  return `${interval(share)} of the last ${counted(share.n, "gold answer")} were right.`;
}

export function consistencyWords(share: Share): string {
  if (share.value === null) return "Has answered no repeat yet.";
  return `Answered ${interval(share)} of ${counted(share.n, "repeat")} as before, with the sides swapped.`;
}

export function tooFastWords(share: Share): string {
  if (share.value === null) return "No answer has a time yet.";
  return `${percent(share.value)} of ${counted(share.n, "answer")} were faster than anyone reads (900 words a minute).`;
}

const CHOICES = ["the left", "a tie", "the right"];

/** How often chance does this, in words rather than in zeros. */
function chanceWords(probability: number): string {
  if (probability >= 0.2) return "chance alone often gives one as long";
  if (probability >= 1e-6) {
    return `chance alone gives one as long in about 1 of ${whole(1 / probability)} such histories`;
  }
  return "chance alone gives one as long in fewer than 1 of a million such histories";
}

export function runWords(run: Signals["longest_run"]): string {
  if (run === null) return "Has compared no two responses yet.";
  const choice = CHOICES[run.choice] ?? "one choice";
  return `The longest run of one choice is ${choice} ${counted(run.length, "time")} in a row, in ${counted(run.n, "comparison")}; ${chanceWords(run.probability)}.`;
}

export function pasteWords({ pasted, with_paste: share }: Signals): string {
  if (share.value === null) return "No answer says yet whether text was pasted.";
  if (pasted === 0) return `Pasted nothing in ${counted(share.n, "answer")}.`;
  return `Pasted text in ${percent(share.value)} of ${counted(share.n, "answer")}: ${counted(pasted, "character")} in all.`;
}

export function leftWords(share: Share): string {
  if (share.value === null) return "Has preferred no side yet.";
  return `Chose the left in ${interval(share)} of ${counted(share.n, "preference")}.`;
}
