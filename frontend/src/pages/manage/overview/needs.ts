/** What raters and rules have left for a manager, a sentence and a page each. Pure. */
import type { Appeal, Proposal } from "@/api/manageTypes";
import type { AuditEntry } from "@/api/types";
import { counted } from "@/components/plots/words";

export interface Need {
  text: string;
  /** Below /manage. */
  page: string;
}

interface Page {
  results: readonly unknown[];
  next: string | null;
}

/** Of the disputes only the first page is read: more than those are "50 or more". */
export function disputeNeed(page: Page | undefined): Need | null {
  const count = page?.results.length ?? 0;
  if (count === 0) return null;
  const many = page?.next ? `${count} disputes or more` : counted(count, "dispute");
  return { text: `${many}: raters differ and nobody has decided.`, page: "disputes" };
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

const WEEK_MS = 7 * 24 * 3_600_000;
/** More flagged tasks than these are counted, not named. */
const NAMED = 3;

interface Flag {
  task: number;
  note: string;
}

function flagIn({ action, detail }: AuditEntry): Flag | null {
  const { task, note } = (detail ?? {}) as { task?: unknown; note?: unknown };
  if (action !== "task flagged" || typeof task !== "number") return null;
  return { task, note: typeof note === "string" ? note : "" };
}

function flagNeed({ task, note }: Flag): Need {
  const words = note ? `: “${note}”` : ".";
  return { text: `Task ${task} was flagged by a rater${words}`, page: `tasks/${task}` };
}

/**
 * Tasks that raters flagged in the last week, as the audit log has them: a flag is never taken back, so
 * an older one has most likely been seen.
 */
export function flagNeeds(audit: readonly AuditEntry[], now: number): Need[] {
  const recent = audit.filter(({ at }) => now - Date.parse(at) < WEEK_MS);
  const flags = recent.map(flagIn).filter((flag) => flag !== null);
  const byTask = [...new Map(flags.map((flag) => [flag.task, flag])).values()];
  if (byTask.length <= NAMED) return byTask.map(flagNeed);
  const text = `${counted(byTask.length, "task")} flagged by raters in the last 7 days.`;
  return [{ text, page: "tasks" }];
}
