/** The filter of the tasks page as it stands in the address; what isn't known is dropped. */
import type { TaskFilter } from "@/api/manage";

const KNOWN = {
  status: ["open", "judged", "flagged", "gold", "training", "repeat"],
  source: ["import", "round"],
  order: ["uncertain"],
} as const;

export function taskSearch(search: Record<string, unknown>): TaskFilter {
  const kept = Object.entries(KNOWN).filter(([key, values]) =>
    (values as readonly unknown[]).includes(search[key]),
  );
  return Object.fromEntries(kept.map(([key]) => [key, search[key]]));
}
