/** What somebody has typed on a task but not sent, kept in the browser until it is. */
import type { Place, Places } from "./ranking";

export interface Draft {
  choice: string | null;
  places: Record<number, Place>;
  tags: string[];
  note: string;
  active_ms: number;
  /** The revision that it changes: a draft of an older one no longer counts. */
  revision: number;
}

export const EMPTY_DRAFT: Draft = {
  choice: null,
  places: {},
  tags: [],
  note: "",
  active_ms: 0,
  revision: 0,
};

const PREFIX = "tiebreak.draft.";
const KEPT_MS = 14 * 24 * 3_600_000;

/** Drafts belong to a person as well as to an assignment: browsers are shared. */
function keyOf(user: number, assignment: number): string {
  return `${PREFIX}${user}.${assignment}`;
}

export function isUntouched(draft: Draft): boolean {
  const placed = Object.keys(draft.places as Places).length;
  return draft.choice === null && placed === 0 && draft.tags.length === 0 && draft.note === "";
}

export function readDraft(store: Storage, user: number, assignment: number): Draft | null {
  try {
    const text = store.getItem(keyOf(user, assignment));
    return text === null
      ? null
      : { ...EMPTY_DRAFT, ...(JSON.parse(text) as { draft: Draft }).draft };
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
