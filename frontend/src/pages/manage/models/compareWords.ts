/** What a comparison of two models says, in words. Pure. */
import type { ComparedRow, ModelComparison } from "@/api/rewardModels";
import { counted, decimal, percent, withInterval } from "@/components/plots/words";

/** Right on all of five prompts happens to a coin once in 32: the gate asks for as many. */
const FEWEST_PROMPTS = 6;

/** A difference of shares in points of 100, signed. */
export function points(value: number | null): string {
  if (value === null) return "–";
  const text = decimal(100 * value, 1);
  return value > 0 ? `+${text}` : text;
}

function better({ a, b, difference, prompts }: ModelComparison): string {
  const { value, lower, upper } = difference;
  if (value === null || lower === null || upper === null || prompts < FEWEST_PROMPTS) {
    return `so few prompts (${prompts}; it takes ${FEWEST_PROMPTS}) tell nothing`;
  }
  if (lower > 0) return `model ${a} is better`;
  if (upper < 0) return `model ${b} is better`;
  return "the interval holds 0, so neither is shown to be better";
}

/** "Model 2 is right on 71 % of 120 comparisons about 40 prompts, model 1 on 65 %. The difference is …" */
export function comparisonSentence(found: ModelComparison): string {
  const { a, b, comparisons, prompts, skipped_ties: ties } = found;
  const about = `${counted(comparisons, "comparison")} about ${counted(prompts, "prompt")}`;
  const left = ties > 0 ? ` ${counted(ties, "tie")} left out.` : "";
  return (
    `Model ${a} is right on ${percent(found.accuracy_a.value)} of ${about}, ` +
    `model ${b} on ${percent(found.accuracy_b.value)}. The difference is ` +
    `${withInterval(found.difference, points)} points: ${better(found)}.${left}`
  );
}

/** The chance that the first response is preferred, by the difference of two rewards. */
export function chance(margin: number): number {
  return 1 / (1 + Math.exp(-margin));
}

/** Which of the two models goes with the raters. */
export function whoIsRight(row: ComparedRow, a: number, b: number): string {
  const raters = Math.sign(row.consensus - 0.5);
  const right = [
    ...(Math.sign(row.margin_a) === raters ? [a] : []),
    ...(Math.sign(row.margin_b) === raters ? [b] : []),
  ];
  if (right.length === 2) return "both";
  return right.length === 0 ? "neither" : `model ${right[0]}`;
}
