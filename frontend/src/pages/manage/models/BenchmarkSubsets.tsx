/** What one run on a benchmark came to, subset by subset, and what was left out of it. */
import { Stack, Text } from "@mantine/core";

import type { BenchmarkFigures, BenchmarkLine, BenchmarkRun } from "@/api/benchmarks";
import type { Estimate } from "@/api/types";
import { percent, whole } from "@/components/plots/words";
import { listed } from "@/lib/letters";

import { DataTable, type Column } from "../parts/DataTable";
import { accuracyWords } from "../words";

const without = (missing: readonly string[]) =>
  `without ${listed([...missing])}, which had no item`;

/** On one line where it is a figure; a reason for there being none may take more. */
export function Right({ accuracy }: { accuracy: Estimate }) {
  const whiteSpace = accuracy.value === null ? undefined : "nowrap";
  return <span style={{ whiteSpace }}>{accuracyWords(accuracy)}</span>;
}

const COLUMNS: Column<BenchmarkLine>[] = [
  {
    name: "Subset",
    cell: ({ kind, name, missing }) => (
      <>
        <Text inherit fw={kind === "section" ? 600 : undefined}>
          {name}
        </Text>
        {missing.length > 0 && (
          <Text size="xs" c="dimmed">
            {without(missing)}
          </Text>
        )}
      </>
    ),
  },
  { name: "Kind", cell: ({ kind }) => kind },
  { name: "Right", cell: ({ accuracy }) => <Right accuracy={accuracy} /> },
  { name: "Longer wins", cell: ({ floor }) => percent(floor), numeric: true },
  { name: "Items", cell: ({ accuracy }) => whole(accuracy.n), numeric: true },
];

/** Sections first: there are few of them, and they are what people compare. */
function ordered(lines: readonly BenchmarkLine[]): BenchmarkLine[] {
  const isSection = ({ kind }: BenchmarkLine) => kind === "section";
  return [...lines.filter(isSection), ...lines.filter((line) => !isSection(line))];
}

function LeftOut({ figures }: { figures: BenchmarkFigures }) {
  const rows = figures.bad_rows.map(({ file, place, reason }) => `${file}, row ${place}: ${reason}`);
  const files = figures.unread.map(({ file, reason }) => `${file}: ${reason}`);
  return [...rows, ...files].map((sentence) => (
    <Text key={sentence} size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
      {sentence}
    </Text>
  ));
}

interface BenchmarkSubsetsProps {
  run: BenchmarkRun;
  figures: BenchmarkFigures;
}

export function BenchmarkSubsets({ run, figures }: BenchmarkSubsetsProps) {
  return (
    <Stack gap="xs">
      <DataTable
        caption={`Subsets of ${run.benchmark}`}
        columns={COLUMNS}
        rows={ordered(figures.lines)}
        keyOf={({ kind, name }) => `${kind} ${name}`}
        minWidth={560}
        atFirst={40}
      />
      <Text size="sm" c="dimmed">
        {run.message} A tie counts half. Reward of a text: the {figures.aggregate} of the heads.
        {figures.missing.length > 0 && ` The total is ${without(figures.missing)}.`}
      </Text>
      <LeftOut figures={figures} />
    </Stack>
  );
}
