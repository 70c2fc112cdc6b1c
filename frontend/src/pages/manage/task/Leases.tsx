/** Who had the task, what became of it, and what they said when they passed it on. */
import { Text } from "@mantine/core";

import type { TaskLease } from "@/api/manageTypes";
import type { AssignmentState, SkipReason } from "@/api/types";

import { DataTable, type Column } from "../parts/DataTable";
import { Empty, Section } from "../parts/Page";
import { When } from "../parts/When";

const STATES: Record<AssignmentState, string> = {
  leased: "has it now",
  submitted: "answered",
  skipped: "skipped it",
  expired: "let it run out",
  late: "answered late",
  reviewed: "decided it",
};

const SKIPS: Record<SkipReason, string> = {
  unclear: "the task is unclear",
  cannot_judge: "can't judge it",
  offensive: "it is offensive",
  broken: "it is broken",
  other: "another reason",
};

export function leaseWords({ state, skip_reason: reason }: TaskLease): string {
  const why = SKIPS[reason as SkipReason];
  return why ? `${STATES[state]}: ${why}` : STATES[state];
}

const COLUMNS: Column<TaskLease>[] = [
  { name: "Who", cell: ({ rater }) => rater },
  { name: "What became of it", cell: leaseWords },
  {
    name: "Said",
    cell: ({ flagged, note }) => (
      <Text size="sm" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }} dir="auto">
        {flagged && <strong>Flagged{note ? ": " : ""}</strong>}
        {note || (flagged ? "" : "–")}
      </Text>
    ),
  },
  { name: "Lent", cell: ({ leased_at: at }) => <When at={at} /> },
  { name: "Until", cell: ({ lease_expires_at: at }) => <When at={at} /> },
];

export function Leases({ leases }: { leases: readonly TaskLease[] }) {
  return (
    <Section title="Who had it">
      {leases.length === 0 ? (
        <Empty>Nobody has been given this task yet.</Empty>
      ) : (
        <DataTable
          caption="Who had this task"
          columns={COLUMNS}
          rows={leases}
          keyOf={(lease) => `${lease.rater} ${lease.leased_at}`}
          minWidth={720}
        />
      )}
    </Section>
  );
}
