/** A training plan as a form holds it, and back. A setting that is left empty is left out of the plan. */
import type { TrainingPlan } from "@/api/training";

import { faultsOf } from "../parts/faults";
import { PLAN_FIELDS, type PlanField } from "./trainingFields";

/** By the paths of the fields; an emptied one is "". */
export type PlanDraft = Record<string, string | number | boolean>;

function valueAt(plan: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], plan);
}

type Weights = Record<string, number>;

/** "learned" as it is, weights as "helpful: 0.7, harmless: 0.3". */
function weightsWords(value: string | number | boolean | Weights): string {
  if (typeof value !== "object") return value === "overall" ? "" : String(value);
  return Object.entries(value)
    .map(([name, weight]) => `${name}: ${String(weight)}`)
    .join(", ");
}

/** The weights that the words give; a word alone, or what can't be read, as it is. */
function weightsOf(words: string): Weights | string {
  if (!words.includes(":")) return words.trim();
  const parts = words.split(",").map((part) => {
    const colon = part.lastIndexOf(":");
    return [part.slice(0, colon).trim(), Number(part.slice(colon + 1).trim() || NaN)] as const;
  });
  return parts.every(([name, weight]) => name && Number.isFinite(weight))
    ? Object.fromEntries(parts)
    : words;
}

function shown({ kind, path }: PlanField, plan: TrainingPlan): string | number | boolean {
  const value = (valueAt(plan, path) ?? null) as string | number | boolean | Weights | null;
  if (value === null) return kind === "switch" ? false : "";
  if (kind === "weights" || typeof value === "object") return weightsWords(value);
  return kind === "rate" ? Number(value).toExponential() : value;
}

export function draftOf(plan: TrainingPlan): PlanDraft {
  return Object.fromEntries(PLAN_FIELDS.map((field) => [field.path, shown(field, plan)]));
}

type Settings = Record<string, unknown>;

/** What the form holds of a field; undefined where it is as usual. */
function sent({ kind, path }: PlanField, draft: PlanDraft): unknown {
  const value = draft[path];
  if (value === "" || value === false) return undefined;
  if (kind === "weights") return weightsOf(String(value));
  return kind === "rate" ? Number(value) : value;
}

function settingsOf(prefix: string, draft: PlanDraft): Settings {
  const fields = PLAN_FIELDS.filter(
    ({ path }) => path.startsWith(prefix) && !path.slice(prefix.length).includes("."),
  );
  const told = fields.map((field) => [field.path.slice(prefix.length), sent(field, draft)]);
  return Object.fromEntries(told.filter(([, value]) => value !== undefined)) as Settings;
}

export function planOf(draft: PlanDraft): TrainingPlan {
  const objective = settingsOf("full.objective.", draft);
  const some = Object.keys(objective).length > 0;
  return {
    nightly: settingsOf("nightly.", draft),
    full: { ...settingsOf("full.", draft), ...(some && { objective }) },
    weekly: draft.weekly === true,
    grown: draft.grown === "" ? null : Number(draft.grown),
    drifted: draft.drifted === "" ? null : Number(draft.drifted),
  };
}

/** How many of the fields are not as usual. */
export function countSet(fields: readonly PlanField[], draft: PlanDraft): number {
  return fields.filter((field) => sent(field, draft) !== undefined).length;
}

/** What is wrong with a rate before it is sent; null where nothing is. */
export function rateFault(value: unknown): string | null {
  return value === "" || Number(value) > 0 ? null : "Give a number above 0, such as 2e-5.";
}

export interface PlanFaults {
  /** By the paths of the fields. */
  at: Record<string, string>;
  /** What belongs to none of them. */
  elsewhere: string | null;
}

/**
 * The server tells what is wrong by the plan's first level; deeper names stand before the message, as
 * in full: "objective: centring: …".
 */
export function planFaults(error: Error | null): PlanFaults {
  const at: Record<string, string> = {};
  const others: string[] = [];
  for (const [part, messages] of Object.entries(faultsOf(error))) {
    for (const message of messages) {
      const place = PLAN_FIELDS.map(({ path }) => path).find(
        (path) => path === part || message.startsWith(marked(part, path)),
      );
      if (place === undefined) others.push(message.replaceAll("non_field_errors: ", ""));
      else at[place] = place === part ? message : message.slice(marked(part, place).length);
    }
  }
  if (error && Object.keys(at).length + others.length === 0) others.push(error.message);
  return { at, elsewhere: others.length > 0 ? others.join(" ") : null };
}

/** "objective: centring: " of "full.objective.centring" under "full". */
function marked(part: string, path: string): string {
  if (!path.startsWith(`${part}.`)) return "\0";
  return `${path.slice(part.length + 1).replaceAll(".", ": ")}: `;
}
