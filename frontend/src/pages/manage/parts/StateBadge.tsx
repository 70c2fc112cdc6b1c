/** Small labels. The word carries the meaning; the colour only helps to find it. */
import { Badge } from "@mantine/core";

import type { PersonKind, Verdict, WorkState } from "@/api/types";

const STATES: Record<WorkState, { words: string; colour: string }> = {
  queued: { words: "waiting", colour: "gray" },
  running: { words: "running", colour: "blue" },
  done: { words: "done", colour: "teal" },
  failed: { words: "failed", colour: "orange" },
  cancelled: { words: "cancelled", colour: "gray" },
};

export function StateBadge({ state }: { state: WorkState }) {
  const { words, colour } = STATES[state];
  return (
    <Badge variant="light" color={colour} tt="none" miw="max-content">
      {words}
    </Badge>
  );
}

const VERDICTS: Record<Verdict, { words: string; colour: string }> = {
  promote: { words: "promoted", colour: "teal" },
  reject: { words: "rejected", colour: "orange" },
  inconclusive: { words: "inconclusive", colour: "gray" },
};

export function VerdictBadge({ verdict }: { verdict: Verdict | null }) {
  if (verdict === null) return <>–</>;
  const { words, colour } = VERDICTS[verdict];
  return (
    <Badge variant="light" color={colour} tt="none" miw="max-content">
      {words}
    </Badge>
  );
}

const KINDS: Record<Exclude<PersonKind, "person">, string> = {
  simulated: "simulated",
  ai_judge: "AI judge",
  imported: "imported",
};

/** Nobody may take a simulated answer for a person's. */
export function KindBadge({ kind }: { kind: PersonKind }) {
  if (kind === "person") return null;
  return (
    <Badge variant="outline" color="grape" tt="none" miw="max-content">
      {KINDS[kind]}
    </Badge>
  );
}
