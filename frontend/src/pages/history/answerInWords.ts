/** An answer in words, with the letters that its author saw. */
import type { Answer } from "@/api/types";
import { placesOf, sentence } from "@/lib/ranking";

const DEGREES = { 1: "slightly better", 2: "better", 3: "much better" } as const;

export function answerInWords(answer: Answer): string {
  const [first, second] = answer.ranks;
  if (!first || !second || answer.ranks.length > 2) {
    const ids = answer.ranks.map(({ response }) => response);
    return sentence(ids, placesOf(answer));
  }
  if (first.rank === second.rank) return answer.unacceptable.length === 2 ? "Both bad" : "Tie";
  const winner = first.rank < second.rank ? "A" : "B";
  return `${winner} ${answer.strength ? DEGREES[answer.strength] : "better"}`;
}
