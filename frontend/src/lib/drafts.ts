/** What somebody has typed on a task but not sent, kept in the browser until it is. */
import type { Label, Mark } from "@/api/types";

import type { Places } from "./ranking";

/** The state of every kind of form: a question uses its own parts, the others stay empty. */
export interface Draft {
  /** Ids of the choices between two responses, by criterion. */
  choices: Record<string, string>;
  /** Places of three or more responses, by criterion. */
  boards: Record<string, Places>;
  /** Values by response id, then by criterion. */
  ratings: Record<number, Record<string, number>>;
  marks: Mark[];
  /** One a step; a step that is missing is not judged, like one with null. */
  labels: (Label | null)[];
  /** Why a step is wrong, by the step's index. */
  reasons: Record<number, string>;
  critique: string;
  /** The rewrite, or null while nothing was changed. */
  text: string | null;
  principle: number | null;
  tags: string[];
  note: string;
  /** Characters that were pasted so far. */
  pasted: number;
  active_ms: number;
  /** The revision that it changes: a draft of an older one no longer counts. */
  revision: number;
}

export const EMPTY_DRAFT: Draft = {
  choices: {},
  boards: {},
  ratings: {},
  marks: [],
  labels: [],
  reasons: {},
  critique: "",
  text: null,
  principle: null,
  tags: [],
  note: "",
  pasted: 0,
  active_ms: 0,
  revision: 0,
};

const PREFIX = "tiebreak.draft.";
const KEPT_MS = 14 * 24 * 3_600_000;

/** Drafts belong to a person as well as to an assignment: browsers are shared. */
function keyOf(user: number, assignment: number): string {
  return `${PREFIX}${user}.${assignment}`;
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return true;
  return typeof value === "object" && Object.values(value).every(isEmpty);
}

export function isUntouched({ pasted, active_ms, revision, ...parts }: Draft): boolean {
  return isEmpty(parts);
}

function shapeOf(value: unknown): string {
  return Array.isArray(value) ? "array" : typeof value;
}

const OR_NULL: Partial<Record<keyof Draft, string>> = { text: "string", principle: "number" };

function fits(part: keyof Draft, value: unknown): boolean {
  if (value === null || value === undefined) return false;
  return shapeOf(value) === (OR_NULL[part] ?? shapeOf(EMPTY_DRAFT[part]));
}

/** A draft from what was kept, perhaps by another version: a part of another shape is left empty. */
export function draftFrom(data: unknown): Draft | null {
  if (shapeOf(data) !== "object" || data === null) return null;
  const kept = data as Partial<Draft>;
  if (!fits("revision", kept.revision)) return null;
  const names = Object.keys(EMPTY_DRAFT) as (keyof Draft)[];
  const parts = names.filter((part) => fits(part, kept[part])).map((part) => [part, kept[part]]);
  return { ...EMPTY_DRAFT, ...Object.fromEntries(parts) };
}

export function readDraft(store: Storage, user: number, assignment: number): Draft | null {
  try {
    const text = store.getItem(keyOf(user, assignment));
    return text === null ? null : draftFrom((JSON.parse(text) as { draft: unknown }).draft);
  } catch {
    return null;
  }
}

/** A full or forbidden store is no reason to stop the work: the answer is still on the screen. */
export function writeDraft(
  store: Storage,
  user: number,
  assignment: number,
  draft: Draft,
): boolean {
  try {
    store.setItem(keyOf(user, assignment), JSON.stringify({ at: Date.now(), draft }));
    return true;
  } catch {
    return false;
  }
}

export function dropDraft(store: Storage, user: number, assignment: number): void {
  store.removeItem(keyOf(user, assignment));
}

/** Forgets drafts of two weeks ago and older. */
export function sweepDrafts(store: Storage, now: number): void {
  const keys = Array.from({ length: store.length }, (_, index) => store.key(index) ?? "");
  for (const key of keys.filter((name) => name.startsWith(PREFIX))) {
    try {
      const { at } = JSON.parse(store.getItem(key) ?? "{}") as { at?: number };
      if (!at || now - at > KEPT_MS) store.removeItem(key);
    } catch {
      store.removeItem(key);
    }
  }
}
