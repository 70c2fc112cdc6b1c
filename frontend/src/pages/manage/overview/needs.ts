/** What raters and rules have left for a manager, a sentence and a page each. Pure. */
import type { TaskFilter } from "@/api/manage";
import type { Appeal, Proposal } from "@/api/manageTypes";
import type { TaskRow } from "@/api/types";
import { counted } from "@/components/plots/words";

import { taskSearch } from "../taskSearch";

export interface Need {
  text: string;
  /** Below /manage. */
  page: string;
  search?: TaskFilter;
}

interface Page<Row> {
  results: readonly Row[];
  next: string | null;
}

/** What a list with `count` of them on its first page has: "3 disputes", or "50 disputes or more". */
function many(count: number, one: string, page: Page<unknown> | undefined): string {
  return page?.next ? `${counted(count, one)} or more` : counted(count, one);
}

export function disputeNeed(page: Page<unknown> | undefined): Need | null {
  const count = page?.results.length ?? 0;
  if (count === 0) return null;
  const text = `${many(count, "dispute", page)}: raters differ and nobody has decided.`;
  return { text, page: "disputes" };
}

export function appealNeed(appeals: readonly Appeal[]): Need | null {
  const open = appeals.filter(({ state }) => state === "open").length;
  if (open === 0) return null;
  const text = `${counted(open, "appeal")} against a reviewer's decision to answer.`;
  return { text, page: "disputes/appeals" };
}

export function proposalNeed(proposals: readonly Proposal[]): Need | null {
  const open = proposals.filter(({ state }) => state === "open").length;
  if (open === 0) return null;
  return {
    text: `${counted(open, "proposal")} about raters to confirm or dismiss.`,
    page: "people",
  };
}

export const FLAGGED = taskSearch({ status: "flagged" });

type Flagged = Pick<TaskRow, "id" | "decided">;

/** Flagged tasks wait until they are decided: a flag itself is never taken back. */
export function flagNeed(page: Page<Flagged> | undefined): Need | null {
  const waiting = page?.results.filter(({ decided }) => !decided) ?? [];
  const [first] = waiting;
  if (first === undefined) return null;
  if (waiting.length === 1) {
    return { text: `Task ${first.id} was flagged by a rater.`, page: `tasks/${first.id}` };
  }
  const text = `${many(waiting.length, "task", page)} flagged by raters.`;
  return { text, page: "tasks", search: FLAGGED };
}
