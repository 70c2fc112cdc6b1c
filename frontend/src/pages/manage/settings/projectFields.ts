/**
 * A project's settings as a form holds them: what each is called, what it does, and its way to the
 * server's units and back. Shares are percentages in a form; an emptied number is "".
 */
import type { Project } from "@/api/types";

type Numeric =
  | "overlap"
  | "overlap_max"
  | "confidence"
  | "budget"
  | "lease_minutes"
  | "edit_hours"
  | "daily_target"
  | "daily_cap"
  | "total_cap"
  | "prompt_cooldown"
  | "gold_rate"
  | "repeat_rate"
  | "training_tasks"
  | "training_pass"
  | "gold_floor"
  | "random_share"
  | "round_size";

export interface NumberField {
  key: Numeric;
  label: string;
  /** One sentence on what it does. */
  help: string;
  unit: "whole" | "percent";
  min: number;
  max: number;
  /** What an empty field means; undefined where a number is needed. */
  empty?: string;
}

export type Draft = Partial<Record<keyof Project, string | number | boolean>>;

function shown(value: number | null, { unit }: NumberField): string | number {
  if (value === null) return "";
  return unit === "percent" ? Number((100 * value).toFixed(2)) : value;
}

function sent(value: string | number, { unit }: NumberField): number | null {
  if (value === "") return null;
  return unit === "percent" ? Number((Number(value) / 100).toFixed(4)) : Number(value);
}

export function draftOf(project: Project, fields: readonly NumberField[]): Draft {
  return Object.fromEntries(fields.map((field) => [field.key, shown(project[field.key], field)]));
}

/** Only what was changed, in the server's units. */
export function changesOf(
  draft: Draft,
  project: Project,
  fields: readonly NumberField[],
): Partial<Project> {
  const before = draftOf(project, fields);
  const changed = fields.filter(({ key }) => draft[key] !== before[key]);
  return Object.fromEntries(
    changed.map((field) => [field.key, sent(draft[field.key] as string | number, field)]),
  );
}

/** True where a number is missing that the server needs. */
export function lacksNumber(draft: Draft, fields: readonly NumberField[]): boolean {
  return fields.some(({ key, empty }) => empty === undefined && draft[key] === "");
}
