/** One row a rater: how much they agree with the others, which side they choose, pace and change. */
import { Badge, Group, Stack, Text } from "@mantine/core";

import type { RaterProfile } from "@/api/manageTypes";
import type { Estimate } from "@/api/types";
import { IntervalBar } from "@/components/plots";
import type { Table } from "@/components/plots/table";
import { counted, duration, percent, whole } from "@/components/plots/words";

import { CsvButton, estimateCells } from "../parts/CsvButton";
import { DataTable, type Column } from "../parts/DataTable";
import { Empty, Section } from "../parts/Page";
import { Why } from "../parts/Why";
import { RaterName } from "./RaterName";
import { changed, leaning, points, type NameOf } from "./words";

interface ValueProps {
  estimate: Estimate;
  format?: (value: number | null) => string;
  /** True where not all votes of the rater count. */
  ofPart?: boolean;
}

/** The interval stands below the number: seven columns side by side have no room for both. */
function Value({ estimate, format = (value) => percent(value), ofPart = false }: ValueProps) {
  const { value, lower, upper, n, reason } = estimate;
  if (value === null) return <Why reason={reason} />;
  return (
    <Stack gap={0}>
      <span>{format(value)}</span>
      {lower !== null && (
        <Text span size="xs" c="dimmed">
          ({format(lower)} to {format(upper)}){ofPart && ` of ${whole(n)}`}
        </Text>
      )}
    </Stack>
  );
}

function Mark({ words }: { words: string | null }) {
  if (words === null) return null;
  return (
    <Badge variant="light" color="orange" tt="none" miw="max-content">
      {words}
    </Badge>
  );
}

function Agreement({ agreement }: RaterProfile) {
  return (
    <Group gap="xs" wrap="nowrap" justify="flex-end">
      <IntervalBar name="raw agreement" interval={agreement} />
      <Value estimate={agreement} ofPart />
    </Group>
  );
}

function Left({ profile }: { profile: RaterProfile }) {
  return (
    <Stack gap={2} align="flex-end">
      <Value estimate={profile.left} ofPart />
      <Mark words={leaning(profile)} />
    </Stack>
  );
}

function Drift({ profile }: { profile: RaterProfile }) {
  return (
    <Stack gap={2} align="flex-end">
      <Value estimate={profile.drift} format={points} ofPart />
      <Mark words={changed(profile)} />
    </Stack>
  );
}

function columns(nameOf: NameOf): Column<RaterProfile>[] {
  return [
    {
      name: "Rater",
      cell: ({ rater }) => <RaterName id={rater} name={nameOf(rater)} />,
      sortBy: ({ rater }) => nameOf(rater),
    },
    {
      name: "Votes",
      cell: ({ units }) => whole(units),
      sortBy: ({ units }) => units,
      numeric: true,
    },
    {
      name: "Agreement with the others",
      cell: (profile) => <Agreement {...profile} />,
      sortBy: ({ agreement }) => agreement.value,
      numeric: true,
    },
    {
      name: "Chose the left",
      cell: (profile) => <Left profile={profile} />,
      sortBy: ({ left }) => left.value,
      numeric: true,
    },
    {
      name: "Ties",
      cell: ({ ties }) => <Value estimate={ties} />,
      sortBy: ({ ties }) => ties.value,
      numeric: true,
    },
    {
      name: "Median time",
      cell: ({ median_seconds: seconds }) =>
        seconds === null ? <Why reason="No answer of theirs has a time." /> : duration(seconds),
      sortBy: ({ median_seconds: seconds }) => seconds,
      numeric: true,
    },
    {
      name: "Change, points",
      cell: (profile) => <Drift profile={profile} />,
      sortBy: ({ drift }) => drift.value,
      numeric: true,
    },
  ];
}

const SHARES = ["agreement", "left", "ties", "drift"] as const;

function tableOf(profiles: readonly RaterProfile[], nameOf: NameOf): Table {
  const parts = SHARES.flatMap((name) => [name, `${name} lower`, `${name} upper`, `${name} n`]);
  return {
    columns: ["rater", "name", "votes", ...parts, "left excess", "median seconds"],
    rows: profiles.map((profile) => [
      profile.rater,
      nameOf(profile.rater),
      profile.units,
      ...SHARES.flatMap((name) => estimateCells(profile[name])),
      profile.left_excess,
      profile.median_seconds,
    ]),
  };
}

interface RaterTableProps {
  profiles: readonly RaterProfile[];
  nameOf: NameOf;
}

export function RaterTable({ profiles, nameOf }: RaterTableProps) {
  if (profiles.length === 0) {
    return <Empty>Nobody has compared responses yet. Raters appear here once they have.</Empty>;
  }
  const votes = profiles.reduce((sum, { units }) => sum + units, 0);
  const rows = [...profiles].sort((one, other) => other.units - one.units);
  return (
    <Section
      title="Each rater"
      about={`n = ${counted(votes, "vote")} on pairs of responses by ${counted(profiles.length, "rater")}; a ranking of three holds three. In brackets: the 95 % interval, and behind them of how many votes where not all count. Preferences differ honestly, so compare raters with each other, not with 100 %.`}
      actions={<CsvButton title="Raters" table={() => tableOf(rows, nameOf)} />}
    >
      <DataTable
        caption="Raters"
        columns={columns(nameOf)}
        rows={rows}
        keyOf={({ rater }) => rater}
        minWidth={900}
        atFirst={50}
        holdFirst
      />
    </Section>
  );
}
