/** A critique and a rewrite of one response: when they are an answer, and what is still missing. */
import type { AnswerParts, RevisionSpec } from "@/api/types";

import type { Draft } from "./drafts";

type Typed = Pick<Draft, "critique" | "text" | "principle">;

export function rewriteOf(original: string, { text }: Pick<Draft, "text">): string {
  return text ?? original;
}

/** The first part that keeps the draft from being an answer; null where none does. */
export function missingPart(
  spec: RevisionSpec,
  original: string,
  typed: Typed,
): "principle" | "text" | "critique" | null {
  const text = rewriteOf(original, typed);
  if (spec.principles.length > 0 && typed.principle === null) return "principle";
  if (text === original) return null;
  if (text.trim() === "") return "text";
  return spec.critique && typed.critique.trim() === "" ? "critique" : null;
}

/** What to do about it, as a sentence to the rater. */
export const ASKED_FOR = {
  principle: "Choose a principle first.",
  text: "The rewrite is empty: write it, or put the original back.",
  critique: "Write what is wrong with the response first: the critique is empty.",
} as const;

export function revisionAnswer(
  spec: RevisionSpec,
  original: string,
  typed: Typed,
): Pick<AnswerParts, "critique" | "text" | "principle"> | null {
  if (missingPart(spec, original, typed) !== null) return null;
  const { critique, principle } = typed;
  return { critique, text: rewriteOf(original, typed), principle };
}
