/** What a rater says where most of the others say the same: where the two part ways. */
import { Text } from "@mantine/core";

import type { Profile } from "@/api/manageTypes";
import { counted, percent, whole } from "@/components/plots/words";

import { DataTable, type Column } from "../parts/DataTable";
import { Section } from "../parts/Page";

type Counts = [number, number, number];

interface Row {
  others: string;
  /** Null where no other side is the same. */
  same: number | null;
  tie: number;
  other: number;
  n: number;
}

/** Which response of a pair comes first means nothing, so both sides count together. */
export function rowsOf(confusion: readonly (readonly number[])[]): Row[] {
  const [first, tie, second] = confusion.map((row) => row as Counts);
  if (!first || !tie || !second) return [];
  const sides = [first[0] + second[2], first[1] + second[1], first[2] + second[0]] as const;
  const total = (counts: readonly number[]) => counts.reduce((sum, n) => sum + n, 0);
  return [
    {
      others: "Prefer one response",
      same: sides[0],
      tie: sides[1],
      other: sides[2],
      n: total(sides),
    },
    { others: "Call it a tie", same: null, tie: tie[1], other: tie[0] + tie[2], n: total(tie) },
  ];
}

const shareOf = (part: number, n: number) => (n === 0 ? "–" : percent(part / n));

const COLUMNS: Column<Row>[] = [
  { name: "Most of the others", cell: ({ others }) => others },
  {
    name: "Prefers the same",
    cell: ({ same, n }) => (same === null ? "–" : shareOf(same, n)),
    numeric: true,
  },
  { name: "Calls it a tie", cell: ({ tie, n }) => shareOf(tie, n), numeric: true },
  { name: "Prefers otherwise", cell: ({ other, n }) => shareOf(other, n), numeric: true },
  { name: "n", cell: ({ n }) => whole(n), numeric: true },
];

export function BesideOthers({ beside_others: found }: Pick<Profile, "beside_others">) {
  if (found === null) return null;
  const { confusion, agreement } = found;
  const rows = rowsOf(confusion);
  return (
    <Section
      title="Beside the others"
      about="What they say of pairs of responses on which most of the others say the same, as of the last computation on Agreement. Ties where the others see a winner are caution, or guidelines read in another way; winners of the others' ties may be a sharper eye."
    >
      {agreement.value === null ? (
        <Text>{agreement.reason}</Text>
      ) : (
        <>
          <DataTable
            caption="What they say where most of the others say the same"
            columns={COLUMNS}
            rows={rows}
            keyOf={({ others }) => others}
          />
          <Text size="sm" c="dimmed">
            n = {counted(agreement.n, "pair")} with a single favourite among the others.
          </Text>
        </>
      )}
    </Section>
  );
}
