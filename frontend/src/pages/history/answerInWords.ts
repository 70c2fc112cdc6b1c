/** An answer of any kind in words, with the letters that its author saw. */
import type { Answer, AnswerParts } from "@/api/types";
import { letter, listed } from "@/lib/letters";
import { placesOf, sentence } from "@/lib/ranking";
import { firstError } from "@/lib/steps";
import { plural } from "@/lib/words";

const DEGREES = { 1: "slightly better", 2: "better", 3: "much better" } as const;
const QUOTED = 160;

type Order = Pick<AnswerParts, "ranks" | "strength" | "unacceptable">;

function orderInWords({ ranks, strength, unacceptable }: Order, ids: readonly number[]): string {
  if (ids.length > 2) return sentence(ids, placesOf({ ranks, unacceptable }), "left out");
  const rank = (id: number | undefined) =>
    ranks.find(({ response }) => response === id)?.rank ?? Infinity;
  const [first, second] = [rank(ids[0]), rank(ids[1])];
  if (first === second) return unacceptable.length === 2 ? "Both bad" : "Tie";
  return `${first < second ? "A" : "B"} ${strength ? DEGREES[strength] : "better"}`;
}

function criteriaInWords(answer: Answer, ids: readonly number[]): string {
  const unacceptable = answer.unacceptable ?? [];
  if (ids.length === 2 && unacceptable.length === 2) return "Both bad";
  return (answer.criteria ?? [])
    .map((order) => `${order.criterion}: ${orderInWords({ ...order, unacceptable }, ids)}`)
    .join(" · ");
}

function ratingsInWords({ ratings, marks }: Answer, ids: readonly number[]): string {
  const own = (id: number) => (ratings ?? []).filter(({ response }) => response === id);
  const parts = ids.flatMap((id, index) => {
    const values = own(id).map(({ criterion, value }) => `${criterion} ${value}`);
    return values.length > 0 ? [`${letter(index)}: ${values.join(", ")}`] : [];
  });
  if (marks?.length) parts.push(plural(marks.length, "mark"));
  return parts.join(" · ");
}

function stepsInWords(labels: AnswerParts["labels"]): string {
  const error = firstError(labels);
  const count = (label: number) => labels.filter((other) => other === label).length;
  if (labels.includes(null) && error !== null) {
    return `First wrong step: ${error + 1} of ${labels.length}`;
  }
  const named = [
    [count(1), "right"],
    [count(0), "neutral"],
    [count(-1), "wrong"],
  ] as const;
  const parts = named.filter(([many]) => many > 0).map(([many, word]) => `${many} ${word}`);
  return `${plural(labels.length, "step")}: ${listed(parts)}`;
}

function textInWords(text: string): string {
  return text.length > QUOTED ? `“${text.slice(0, QUOTED).trimEnd()} …”` : `“${text}”`;
}

/** The responses that an answer speaks of, in the order in which it names them. */
function named({ ranks, criteria, ratings, marks }: Answer): number[] {
  const ranked = [...(ranks ?? []), ...(criteria ?? []).flatMap((order) => order.ranks)];
  const all = [...ranked, ...(ratings ?? []), ...(marks ?? [])];
  return [...new Set(all.map(({ response }) => response))];
}

/** `shown`: the ids of the task's responses from A on; without them, those that the answer names. */
export function answerInWords(answer: Answer, shown?: readonly number[]): string {
  const ids = shown ?? named(answer);
  if (answer.labels?.length) return stepsInWords(answer.labels);
  if (answer.ratings?.length) return ratingsInWords(answer, ids);
  if (typeof answer.text === "string") return textInWords(answer.text);
  if (answer.criteria?.length) return criteriaInWords(answer, ids);
  const { ranks, strength, unacceptable } = answer;
  const order = { ranks: ranks ?? [], strength: strength ?? null };
  return orderInWords({ ...order, unacceptable: unacceptable ?? [] }, ids);
}
