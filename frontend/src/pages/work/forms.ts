/** What every form gets, and how it brings what is still missing to the rater. */
import { useEffect, type ReactNode } from "react";

import type { Assignment } from "@/api/types";
import type { Draft } from "@/lib/drafts";

export interface FormProps {
  assignment: Assignment;
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  submit: () => void;
  /** How often the rater wanted to submit while something was missing. */
  sought: number;
  /** What the server refused, by field. */
  errors: Record<string, string[]>;
  children: ReactNode;
}

/** Each time that submitting fails for want of something, `show` moves the focus to it. */
export function useSought(sought: number, show: () => void): void {
  useEffect(() => {
    if (sought > 0) show();
    // Only when asked: `show` is another one at each change.
  }, [sought]);
}

export function faultsOf(errors: FormProps["errors"], fields: string[]): string {
  return fields.flatMap((field) => errors[field] ?? []).join(" ");
}
