/**
 * A response judged step by step. The steps are the text cut at its line breaks or blank lines, so that
 * joining them gives the text back; a step without words is no work for anybody and counts as right.
 */
import type { AnswerParts, Label, StepsSpec } from "@/api/types";

export type Labels = readonly (Label | null | undefined)[];

export function split(text: string, separator: StepsSpec["separator"]): string[] {
  return text.split(separator === "line" ? "\n" : "\n\n");
}

export function isBlank(step: string): boolean {
  return step.trim() === "";
}

/** The label of every step so far: null where there is none yet. */
export function labelled(steps: readonly string[], labels: Labels): (Label | null)[] {
  return steps.map((step, index) => (isBlank(step) ? 1 : (labels[index] ?? null)));
}

/** The index of the first step that is wrong, or null. */
export function firstError(labels: Labels): number | null {
  const index = labels.indexOf(-1);
  return index < 0 ? null : index;
}

/** The steps that are to be judged: those with words, up to the first error where only that is asked. */
export function asked(
  spec: Pick<StepsSpec, "first_error">,
  steps: readonly string[],
  labels: Labels,
): number[] {
  const error = spec.first_error ? firstError(labelled(steps, labels)) : null;
  const last = error ?? steps.length - 1;
  return steps.flatMap((step, index) => (isBlank(step) || index > last ? [] : [index]));
}

/** Of those, the ones without a label. */
export function openSteps(
  spec: Pick<StepsSpec, "first_error">,
  steps: readonly string[],
  labels: Labels,
): number[] {
  return asked(spec, steps, labels).filter((index) => (labels[index] ?? null) === null);
}

/** The next step with words in one direction; where there is none, the same step. */
export function neighbour(steps: readonly string[], from: number, by: 1 | -1): number {
  for (let index = from + by; index >= 0 && index < steps.length; index += by) {
    if (!isBlank(steps[index]!)) return index;
  }
  return from;
}

export function stepsAnswer(
  spec: StepsSpec,
  steps: readonly string[],
  labels: Labels,
  reasons: Readonly<Record<number, string>>,
): Pick<AnswerParts, "labels" | "reasons"> | null {
  if (openSteps(spec, steps, labels).length > 0) return null;
  const all = labelled(steps, labels);
  const error = spec.first_error ? firstError(all) : null;
  const sent = all.map((label, index) => (error !== null && index > error ? null : label));
  const given = Object.entries(reasons).map(([step, text]) => ({ step: Number(step), text }));
  return {
    labels: sent,
    reasons: given.filter(({ step, text }) => sent[step] === -1 && text.trim() !== ""),
  };
}
