/** A share of a rater's answers, in words. Pure. */
import type { Share } from "@/api/manageTypes";
import { percent, withInterval } from "@/components/plots/words";

/** "82 % (70 % to 90 %) of 45"; an en dash where nothing was counted. */
export function shareWords(share: Share): string {
  if (share.value === null) return "–";
  return `${withInterval(share, (value) => percent(value))} of ${share.n}`;
}
