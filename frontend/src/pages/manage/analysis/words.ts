/**
 * What the analysis found, as sentences. Pure. About people it gives evidence and no verdict: the
 * pages say beside it what innocent reasons there may be.
 */
import type {
  Coefficients,
  RaterProfile,
  Standing,
  StyleEffect,
  UnusualPair,
} from "@/api/manageTypes";
import type { Estimate } from "@/api/types";
import { counted, decimal, percent, whole, withInterval } from "@/components/plots/words";

export type NameOf = (rater: number) => string;

/** The number with its interval, or the server's reason for there being none. */
export function orReason(
  estimate: Estimate,
  format: (value: number | null) => string = decimal,
): string {
  if (estimate.value === null) return estimate.reason ?? "There are too few votes.";
  return withInterval(estimate, format);
}

export interface Coefficient {
  key: keyof Coefficients;
  name: string;
  chance: string;
  format: (value: number | null) => string;
}

const share = (value: number | null) => percent(value);
const number = (value: number | null) => decimal(value);

export const COEFFICIENTS: readonly Coefficient[] = [
  {
    key: "raw",
    name: "Raw agreement",
    chance: "Nothing: the share of pairs of votes that say the same.",
    format: share,
  },
  {
    key: "alpha_ordinal",
    name: "Krippendorff's α, ordinal",
    chance:
      "Two answers drawn from all answers given. A tie lies between the two sides, so it differs less from either than they do from each other.",
    format: number,
  },
  {
    key: "alpha_nominal",
    name: "Krippendorff's α, nominal",
    chance: "The same draw, but any two different answers differ alike.",
    format: number,
  },
  {
    key: "gwet_ac1",
    name: "Gwet's AC1",
    chance:
      "Guesses alone, taken to be rare where nearly everybody answers the same. It stays high there, where α and κ drop.",
    format: number,
  },
  {
    key: "gwet_ac2",
    name: "Gwet's AC2, quadratic weights",
    chance: "As AC1, and a tie against a side counts as agreeing in part.",
    format: number,
  },
  {
    key: "fleiss_kappa",
    name: "Fleiss' κ",
    chance:
      "Two answers drawn from all answers given, as for nominal α, without α's allowance for few data.",
    format: number,
  },
];

/** Standard errors from one half from which a side is marked. */
export const MARKED = 3;

/** "leans left" where chance alone would hardly give such a share. */
export function leaning({ left_excess: excess }: RaterProfile): string | null {
  if (excess === null || Math.abs(excess) < MARKED) return null;
  return excess > 0 ? "leans left" : "leans right";
}

/** "agrees more" where the interval of the change leaves out 0. */
export function changed({ drift: { lower, upper } }: RaterProfile): string | null {
  if (lower !== null && lower > 0) return "agrees more";
  return upper !== null && upper < 0 ? "agrees less" : null;
}

/** A difference of shares in percentage points: 0.042 as "+4". */
export function points(difference: number | null): string {
  const text = difference === null ? "–" : decimal(100 * difference, 0);
  return difference !== null && Math.round(100 * difference) > 0 ? `+${text}` : text;
}

function falseAlarms(q: number): string {
  if (q < 0.001) return "fewer than 1 in 1,000";
  return `about ${percent(q, q < 0.01 ? 1 : 0)}`;
}

/** What follows the two names. */
export function pairWords({
  together,
  same,
  expected,
  q,
}: Pick<UnusualPair, "together" | "same" | "expected" | "q">): string {
  return `gave the same answer on ${whole(same)} of ${counted(together, "comparison or step", "comparisons and steps")} that both judged; their skill and chance explain ${decimal(expected, 0)}. Of pairs this unusual ${falseAlarms(q)} would be false alarms (q ${q < 0.001 ? "below 0.001" : `= ${decimal(q, 3)}`}).`;
}

const SUFFIXES: Record<string, string> = { one: "st", two: "nd", few: "rd" };
const ORDINAL = new Intl.PluralRules("en-GB", { type: "ordinal" });

/** 1 as "1st", 12 as "12th". */
export function ordinal(rank: number): string {
  return `${rank}${SUFFIXES[ORDINAL.select(rank)] ?? "th"}`;
}

/** "2nd; 1st to 3rd can't be ruled out"; null where there is no rank. */
export function rankWords({ rank, best, worst }: Standing): string | null {
  if (rank === null) return null;
  if (best === null || worst === null) return ordinal(rank);
  if (best === worst) return `${ordinal(rank)}; every other rank is ruled out`;
  return `${ordinal(rank)}; ${ordinal(best)} to ${ordinal(worst)} can't be ruled out`;
}

const FEATURES: Record<string, string> = {
  length: "A longer response",
  "list items": "A response with more list items",
  headings: "A response with more headings",
  "bold passages": "A response with more bold passages",
};

/** Log odds as the share of decided comparisons that are won. */
function won(logOdds: number | null): string {
  return logOdds === null ? "–" : percent(1 / (1 + Math.exp(-logOdds)));
}

function gain({ lower, upper }: Estimate): string {
  if (lower === null || upper === null) return "";
  if (lower > 0) return ": it gains";
  return upper < 0 ? ": it loses" : ": no clear gain or loss";
}

/** "A longer response wins 58 % (54 % to 62 %) against an equal one: it gains." */
export function styleWords({ feature, effect }: StyleEffect): string {
  const what = FEATURES[feature] ?? `A response with more ${feature}`;
  if (effect.value === null) return `${what}: ${effect.reason ?? "there are too few votes."}`;
  return `${what} wins ${withInterval(effect, won)} of decided comparisons${gain(effect)}.`;
}

/** "60 % of the raters, likeliest 12: policy-a before policy-b." */
export function tasteWords(share: number, raters: number, order: readonly string[]): string {
  return `About ${percent(share)} of the raters (${whole(raters)} most likely) put ${order.join(" before ")}.`;
}
