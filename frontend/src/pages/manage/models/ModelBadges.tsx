/** What a reward model is, in a word each. */
import { Badge } from "@mantine/core";

import type { RewardModel } from "@/api/types";

export function ChampionBadge() {
  return (
    <Badge color="blue" variant="light" tt="none" miw="max-content">
      champion
    </Badge>
  );
}

export const TIERS: Record<RewardModel["tier"], string> = {
  nightly: "heads on a frozen backbone",
  full: "the whole network, fine-tuned",
};
