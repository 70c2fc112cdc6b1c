/** The sentences that go with a project's numbers. Pure; knows no page. */
import type { TaskRow } from "@/api/types";
import type { Agreement, Estimate, Evaluation, RewardModel } from "@/api/types";
import { counted, decimal, percent, whole, withInterval } from "@/components/plots/words";
import { listed } from "@/lib/letters";

/**
 * What a value of Krippendorff's α means for preferences. Honest preference data give about 0.15 to
 * 0.4 (for instance 0.29 on 8,931 votes about language models); 0.667 is asked of facts, not of taste.
 */
export function alphaMeaning(alpha: number): string {
  if (alpha < 0) return "below chance: raters contradict each other, so look at the guidelines";
  if (alpha < 0.15) return "low, even for preferences";
  if (alpha < 0.4) return "usual for preferences";
  if (alpha < 0.667) return "high for preferences";
  return "very high for preferences";
}

/** "α = 0.31 (0.27 to 0.35) on 412 tasks judged twice or more: usual for preferences." */
export function agreementSentence(agreement: Agreement): string {
  const { alpha, tasks_overlapping: n } = agreement;
  if (alpha.value === null) {
    return `No α yet: ${alpha.reason ?? "there are too few tasks judged twice or more."}`;
  }
  const on = `${counted(n, "task")} judged twice or more`;
  return `α = ${withInterval(alpha)} on ${on}: ${alphaMeaning(alpha.value)}.`;
}

/** "Two raters who judge the same task give the same answer 53 % of the time (50 % to 56 %)." */
export function rawSentence({ raw }: Agreement): string {
  if (raw.value === null) return `No raw agreement yet: ${raw.reason ?? "too few judgments."}`;
  const between = raw.lower === null ? "" : ` (${percent(raw.lower)} to ${percent(raw.upper)})`;
  return `Two raters of the same task give the same answer ${percent(raw.value)} of the time${between}.`;
}

/** "62 % (58 % to 66 %)" or why there is none. */
export function accuracyWords(accuracy: Estimate | null): string {
  if (accuracy === null) return "not measured";
  if (accuracy.value === null) return accuracy.reason ?? "not measured";
  return withInterval(accuracy, percent);
}

export function unseenSentence(evaluation: Evaluation): string {
  const { accuracy, comparisons, prompts, skipped_ties: ties } = evaluation;
  const about = `${counted(comparisons, "comparison")} about ${counted(prompts, "prompt")}`;
  const left = ties > 0 ? ` ${counted(ties, "tie")} left out.` : "";
  return `It agrees with raters on ${accuracyWords(accuracy)} of ${about} that training never saw.${left}`;
}

export function championSentence(model: RewardModel): string {
  const { number, snapshot, accuracy } = model;
  const measured = accuracy?.value == null ? "" : `, right on ${withInterval(accuracy, percent)}`;
  return `Reward model ${number}, trained on snapshot ${snapshot.number}${measured}.`;
}

/** Groups of equal ranks, best first; `names` are 1-based numbers of responses in canonical order. */
function places(ranks: readonly number[]): number[][] {
  const order = [...new Set(ranks)].filter((rank) => rank > 0).sort((a, b) => a - b);
  return order.map((rank) => ranks.flatMap((own, i) => (own === rank ? [i + 1] : [])));
}

const DEGREES = ["", "slightly", "", "much"];
const ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth"];

function placeWords(group: number[], place: number): string {
  const tied = group.length > 1 ? " tied" : "";
  return `${listed(group.map(String))}${tied} ${ORDINALS[place] ?? `${place + 1}th`}`;
}

/**
 * "2 better than 1", "1 much better than 2", "1 and 2 tied", "2 first, 1 and 3 tied second, 4 left out".
 * A rank below 1 stands for a response that was left out.
 */
export function rankingWords(ranks: readonly number[], strength: number | null = null): string {
  const groups = places(ranks);
  const out = ranks.flatMap((rank, i) => (rank < 1 ? [String(i + 1)] : []));
  if (out.length === ranks.length) return "nothing placed";
  if (groups.length === 1 && out.length === 0) {
    return `${listed((groups[0] ?? []).map(String))} tied`;
  }
  if (ranks.length === 2 && groups.length === 2) {
    const degree = DEGREES[strength ?? 0] ?? "";
    return `${groups[0]?.[0]} ${degree ? `${degree} ` : ""}better than ${groups[1]?.[0]}`;
  }
  const left = out.length > 0 ? [`${listed(out)} left out`] : [];
  return [...groups.map(placeWords), ...left].join(", ");
}

/** The most that three outcomes leave open. */
const MOST = Math.log(3);

/** How open a task still is, against the most that two responses can leave open: log 3 nats. */
export function entropyWords(entropy: number | null): string {
  if (entropy === null) return "not judged yet";
  return `${opennessWords(entropy)}: ${decimal(entropy)} nats of at most ${decimal(MOST)}`;
}

function opennessWords(entropy: number): string {
  const share = entropy / MOST;
  if (share >= 0.9) return "wide open";
  if (share >= 0.6) return "open";
  return share >= 0.3 ? "leaning one way" : "nearly settled";
}

/** "Two of its raters differ 67 % of the time", for a task with two votes or more. */
export function disagreementWords(disagreement: number | null): string {
  if (disagreement === null) return "too few votes to differ";
  return `${percent(disagreement)} of pairs of votes differ`;
}

const REASONS: Record<string, string> = {
  random: "drawn at random",
  uncertain: "the reward model is unsure which is better",
  "random: the champion has no interval":
    "drawn at random, because the reward model is one network and does not say how sure it is",
  "random: no champion yet": "drawn at random, because there was no reward model yet",
};

export function reasonWords(reason: string): string {
  return REASONS[reason] ?? reason;
}

const SOURCES: Record<TaskRow["source"], string> = {
  import: "an import",
  round: "a round",
  repeat: "a rater's own task, asked again",
};

/** Where a task came from; why a round chose it stands on the round's page. */
export function sourceWords({ source }: Pick<TaskRow, "source">): string {
  return SOURCES[source];
}

/** The detail of an audit entry: text as it is, fields as "name: value". */
export function detailWords(detail: unknown): string {
  if (detail === null || typeof detail !== "object") return String(detail ?? "");
  return Object.entries(detail)
    .map(([key, value]) => `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
}

/** "3 of 12 (25 %)"; nothing to divide by gives "0 of 0". */
export function ofAll(part: number, all: number): string {
  const share = all > 0 ? ` (${percent(part / all)})` : "";
  return `${whole(part)} of ${whole(all)}${share}`;
}
