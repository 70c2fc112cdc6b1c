/**
 * An answer of any kind in words, by the numbers of the responses in the task's own order. Raters'
 * letters follow the order that each of them saw, so they would mean different things here.
 */
import type { Answer, AnswerParts } from "@/api/types";
import { counted } from "@/components/plots/words";
import { listed } from "@/lib/letters";
import { codePoints, quote, spanOfMark } from "@/lib/marks";

import { rankingWords } from "../words";

type Order = Pick<AnswerParts, "ranks" | "strength">;
type Ids = readonly number[];

/** 1-based number of a response. */
const numberOf = (ids: Ids, id: number) => ids.indexOf(id) + 1;

/** Ranks in the task's order; 0 for a response that was left out. */
function ranksOf({ ranks }: Pick<Order, "ranks">, ids: Ids): number[] {
  return ids.map((id) => ranks.find(({ response }) => response === id)?.rank ?? 0);
}

function orderWords(order: Order, ids: Ids): string {
  return rankingWords(ranksOf(order, ids), order.strength);
}

function comparisonWords(answer: Answer, ids: Ids): string[] {
  const { ranks = [], strength = null, criteria = [], unacceptable = [] } = answer;
  const orders =
    criteria.length > 0
      ? criteria.map((order) => `${order.criterion}: ${orderWords(order, ids)}`)
      : [orderWords({ ranks, strength }, ids)];
  const bad = unacceptable.map((id) => String(numberOf(ids, id)));
  return bad.length > 0 ? [...orders, `${listed(bad.sort())} unacceptable`] : orders;
}

function ratingWords({ ratings = [] }: Answer, ids: Ids): string[] {
  return ids.map((id, i) => {
    const own = ratings.filter(({ response }) => response === id);
    const values = own.map(({ criterion, value }) => `${criterion} ${value}`);
    return `${i + 1}: ${values.join(", ") || "not rated"}`;
  });
}

const LABELS = [
  [-1, "wrong"],
  [0, "neutral"],
  [1, "right"],
  [null, "not judged"],
] as const;
/** More steps than these are counted, not named. */
const NAMED = 8;

function labelWords(labels: AnswerParts["labels"]): string {
  const groups = LABELS.map(([label, word]) => ({
    word,
    steps: labels.flatMap((own, i) => (own === label ? [String(i + 1)] : [])),
  })).filter(({ steps }) => steps.length > 0);
  const words = groups.map(({ word, steps }) => {
    if (steps.length > NAMED) return `${counted(steps.length, "step")} ${word}`;
    return `${steps.length === 1 ? "step" : "steps"} ${listed(steps)} ${word}`;
  });
  return words.join("; ");
}

function stepsWords({ labels = [], reasons = [] }: Answer): string[] {
  return [labelWords(labels), ...reasons.map(({ step, text }) => `step ${step + 1}: ${text}`)];
}

/** What was given, a line each; the critique and the rewrite of a revision are shown, not said. */
export function answerLines(kind: string, answer: Answer, ids: Ids): string[] {
  switch (kind) {
    case "comparison":
      return comparisonWords(answer, ids);
    case "rating":
      return ratingWords(answer, ids);
    case "steps":
      return stepsWords(answer);
    default:
      return [];
  }
}

const QUOTED = 120;

/** The words that a mark covers; null where it is about the whole response. */
function quoted(text: string, mark: AnswerParts["marks"][number]): string | null {
  const span = spanOfMark(mark);
  if (span === null) return null;
  const own = quote(text, span);
  return codePoints(own) > QUOTED ? `${quote(own, [0, QUOTED])} …` : own;
}

interface Text {
  id: number;
  text: string;
}

/** "2, tone: “as I said” (too harsh)". */
export function markLines({ marks = [] }: Answer, responses: readonly Text[]): string[] {
  return marks.map((mark) => {
    const at = responses.findIndex(({ id }) => id === mark.response);
    const words = quoted(responses[at]?.text ?? "", mark);
    const note = mark.note ? ` (${mark.note})` : "";
    return `${at + 1}, ${mark.category}: ${words === null ? "the whole response" : `“${words}”`}${note}`;
  });
}
