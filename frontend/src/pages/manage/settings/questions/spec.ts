/** A question's settings as a form holds them, and in words. Pure. */
import type { Kind, ProjectQuestion, SentSpec } from "@/api/manageTypes";
import type { ComparisonSpec, RatingSpec, RevisionSpec, StepsSpec } from "@/api/types";
import { counted } from "@/components/plots/words";

/** A number that was emptied is null until another is typed; the server says that it is missing. */
type Editable<Spec> = {
  [Name in keyof Spec]: Spec[Name] extends number ? number | null : Spec[Name];
};

export type Drafted =
  | { kind: "comparison"; spec: Editable<ComparisonSpec> }
  | { kind: "rating"; spec: Editable<RatingSpec> }
  | { kind: "steps"; spec: Editable<StepsSpec> }
  | { kind: "revision"; spec: Editable<RevisionSpec> };

export function draftedOf({ kind, spec }: Pick<ProjectQuestion, "kind" | "spec">): Drafted {
  return { kind, spec } as Drafted;
}

export function sentOf({ spec }: Drafted): SentSpec {
  return spec as SentSpec;
}

/** What every spec's fields get. */
export interface SpecProps<Spec> {
  spec: Editable<Spec>;
  set: (part: Partial<Editable<Spec>>) => void;
  faults: Record<string, string[]>;
}

export const KINDS: Record<Kind, string> = {
  comparison: "Comparison",
  rating: "Rating",
  steps: "Steps",
  revision: "Revision",
};

export const LABELS: Record<string, string> = {
  prompt: "What raters are asked",
  k_max: "Most responses a task",
  ties: "Ties",
  strength: "Strength of a preference",
  both_bad: "Unacceptable responses",
  criteria: "Criteria",
  place: "Which responses need a place",
  top_m: "How many of the best",
  reasons: "Reasons",
  note: "Note",
  minimum: "Lowest rating",
  maximum: "Highest rating",
  low: "The lowest means",
  high: "The highest means",
  slider: "Slider",
  optional: "Cells may stay empty",
  marks: "Categories for marking text",
  separator: "Between two steps",
  neutral: "Neutral",
  first_error: "Only up to the first wrong step",
  reason: "Reason for a wrong step",
  principles: "Principles",
  critique: "Critique",
};

function valueWords(value: unknown): string {
  if (value === null || value === "") return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (!Array.isArray(value)) return String(value);
  const names = value.map((each) =>
    typeof each === "string" ? each : (each as { name: string }).name,
  );
  return names.length === 0 ? "none" : names.join("; ");
}

/** Every setting with its value, for reading. */
export function settingsOf(spec: object): [string, string][] {
  return Object.entries(spec).map(([name, value]) => [LABELS[name] ?? name, valueWords(value)]);
}

/** How long a rater has for a task. */
export function leaseWords(seconds: number | null): string {
  if (seconds === null) return "as long as the project says, until there are enough answers";
  return `${counted(Math.round(seconds / 60), "minute")}: five times the median answer`;
}
