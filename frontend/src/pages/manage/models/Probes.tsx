/** Changes that make no response better, and how a model's reward takes them. */
import { Badge, Text } from "@mantine/core";

import type { Probe } from "@/api/types";
import { decimal, percent, whole, withInterval } from "@/components/plots/words";

import { DataTable, type Column } from "../parts/DataTable";
import { Section } from "../parts/Page";

const COLOURS: Record<Probe["outcome"], string> = {
  passes: "teal",
  fails: "red",
  unclear: "orange",
  "not measured": "gray",
};

const COLUMNS: Column<Probe>[] = [
  {
    name: "Change",
    cell: ({ label, why }) => (
      <>
        <Text inherit>{label}</Text>
        <Text size="xs" c="dimmed">
          {why}
        </Text>
      </>
    ),
  },
  {
    name: "Outcome",
    cell: ({ outcome }) => (
      <Badge variant="light" color={COLOURS[outcome]} tt="none" miw="max-content">
        {outcome}
      </Badge>
    ),
  },
  {
    name: "Effect (standard deviations)",
    cell: ({ effect }) => (effect.value === null ? "–" : withInterval(effect)),
    numeric: true,
  },
  { name: "At most", cell: ({ limit }) => decimal(limit), numeric: true },
  {
    name: "Scores higher with it",
    cell: ({ preferred: { value } }) => (value === null ? "–" : percent(value)),
    numeric: true,
  },
  { name: "n", cell: ({ effect }) => whole(effect.n), numeric: true },
];

interface ProbesProps {
  probes: readonly Probe[];
  sentence: string;
}

export function Probes({ probes, sentence }: ProbesProps) {
  return (
    <Section
      title="Probes for reward hacking"
      about="Held-out responses are changed in ways that make none of them better. A model whose reward rises by more than the limit, with its whole interval, is not promoted by itself: a policy would learn the trick."
    >
      <Text>{sentence}</Text>
      <DataTable
        caption="Probes for reward hacking"
        columns={COLUMNS}
        rows={probes}
        keyOf={({ key }) => key}
        minWidth={860}
      />
    </Section>
  );
}
