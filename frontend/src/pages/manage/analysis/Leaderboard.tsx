/** Policies ranked by the votes on their responses: as judged, and at equal style. */
import { Group, List, Stack, Text } from "@mantine/core";

import type { Policies, RankedPolicy, Standing } from "@/api/manageTypes";
import { DotIntervals, Matrix } from "@/components/plots";
import type { MatrixCell } from "@/components/plots/Matrix";
import type { Table } from "@/components/plots/table";
import { counted, percent, whole } from "@/components/plots/words";

import { CsvButton, ESTIMATE_COLUMNS, estimateCells } from "../parts/CsvButton";
import { DataTable, type Column } from "../parts/DataTable";
import { Empty, Section } from "../parts/Page";
import { Why } from "../parts/Why";
import { Analysed } from "./Analysed";
import { rankWords, styleWords, tasteWords } from "./words";

/** Every comparison stands in the counts of two policies. */
function comparisonsOf({ policies }: Policies): number {
  return policies.reduce((sum, { plain }) => sum + plain.win_rate.n, 0) / 2;
}

function WinRates({ found }: { found: Policies }) {
  const total = counted(comparisonsOf(found), "comparison");
  const bars =
    found.no_intervals === null ? "; bars are 95 % intervals that hold for all at once" : "";
  return (
    <DotIntervals
      title="Win rate against the average of the others"
      reading="How often a policy's response would win, a tie counting half. “At equal style” is what would be left if both responses were equally long and had as many lists, headings and bold passages."
      n={`n = ${total} of two policies, counted at each of them${bars}`}
      rows={found.policies.map(({ name, plain, controlled }) => ({
        name,
        marks: [
          { series: "as judged", estimate: plain.win_rate },
          { series: "at equal style", estimate: controlled.win_rate },
        ],
      }))}
      xLabel="expected win rate"
      format={(value) => percent(value)}
      reference={{ x: 0.5, label: "the others" }}
      missing={null}
      ownN
    />
  );
}

function Rank({ standing, why }: { standing: Standing; why: string | null }) {
  const words = rankWords(standing);
  return words === null ? <Why reason={standing.win_rate.reason ?? why} /> : <>{words}</>;
}

function columns({ no_intervals: why }: Policies): Column<RankedPolicy>[] {
  return [
    { name: "Policy", cell: ({ name }) => name },
    { name: "Rank", cell: ({ plain }) => <Rank standing={plain} why={why} /> },
    {
      name: "Rank at equal style",
      cell: ({ controlled }) => <Rank standing={controlled} why={why} />,
    },
    {
      name: "Comparisons",
      cell: ({ plain }) => whole(plain.win_rate.n),
      numeric: true,
    },
  ];
}

function tableOf({ policies }: Policies): Table {
  const parts = ["as judged", "at equal style"];
  const named = parts.flatMap((part) => ESTIMATE_COLUMNS.map((column) => `${part}: ${column}`));
  return {
    columns: ["policy", "rank", "rank at equal style", ...named],
    rows: policies.map(({ name, plain, controlled }) => [
      name,
      plain.rank,
      controlled.rank,
      ...[plain.win_rate, controlled.win_rate].flatMap(estimateCells),
    ]),
  };
}

const APART: MatrixCell = { value: null, shade: 0, word: "apart" };

/** The tint goes by the lead over the other one: both chances are small where ties are common. */
function cellsOf({ wins }: Policies): (MatrixCell | null)[][] {
  return wins.map((row, i) =>
    row.map((chance, j) => {
      if (i === j) return null;
      if (chance === null) return APART;
      return { value: chance, shade: (chance - (wins[j]?.[i] ?? chance)) / 0.6 };
    }),
  );
}

function Wins({ found }: { found: Policies }) {
  const cells = cellsOf(found);
  const apart = cells.flat().some((cell) => cell?.value === null);
  return (
    <Matrix
      title="Who beats whom"
      reading="The chance that the policy of the row beats that of the column, as judged. What the two chances between the same policies leave of 100 % is a tie."
      n={`n = ${counted(comparisonsOf(found), "comparison")}; policies that never met are judged by those they both met`}
      names={found.policies.map(({ name }) => name)}
      cells={cells}
      format={(value) => percent(value)}
      columns={["policy", "beats", "chance"]}
      tints={{ above: "the row's policy leads", below: "the column's leads" }}
      notes={apart ? ["“apart”: no chain of comparisons joins the two."] : []}
    />
  );
}

function Style({ found }: { found: Policies }) {
  if (found.style_effects.length === 0) return null;
  const n = found.style_effects[0]?.effect.n ?? 0;
  return (
    <Stack gap="xs">
      <Text fw={600}>What style gains</Text>
      <List size="sm" spacing={4}>
        {found.style_effects.map((each) => (
          <List.Item key={each.feature}>{styleWords(each)}</List.Item>
        ))}
      </List>
      <Text size="sm" c="dimmed">
        Between equally good policies, where 50 % would mean that it makes no difference; “longer”
        and “more” mean by as much as two responses here usually differ. Ties are left out. In
        brackets: the 95 % interval; n = {counted(n, "comparison")}.
      </Text>
    </Stack>
  );
}

/** Disagreement is often taste: one sentence, and each group's order where there are several. */
function Taste({ tastes: { summary, groups } }: Pick<Policies, "tastes">) {
  return (
    <Stack gap="xs">
      <Text fw={600}>Whether raters differ in taste</Text>
      <Text size="sm">{summary}</Text>
      {groups.length > 1 && (
        <List size="sm" spacing={4}>
          {groups.map(({ share, raters, order }) => (
            <List.Item key={order.join()}>{tasteWords(share, raters, order)}</List.Item>
          ))}
        </List>
      )}
      <Text size="sm" c="dimmed">
        Groups are those of raters with an order of the policies in common, as many as foretell
        votes that were held out. A group may be a view, or the guidelines read in another way.
      </Text>
    </Stack>
  );
}

function Ranked({ found }: { found: Policies }) {
  const { same_policy: same, incomparable, no_intervals: why } = found;
  return (
    <>
      {[incomparable, why].map((said) => said && <Text key={said}>{said}</Text>)}
      <WinRates found={found} />
      <Stack gap="xs">
        <Group justify="space-between">
          <Text fw={600}>Ranks</Text>
          <CsvButton title="Ranks of the policies" table={() => tableOf(found)} />
        </Group>
        <DataTable
          caption="Ranks of the policies"
          columns={columns(found)}
          rows={found.policies}
          keyOf={({ id }) => id}
          minWidth={760}
          holdFirst
        />
      </Stack>
      <Wins found={found} />
      <Style found={found} />
      <Taste tastes={found.tastes} />
      {same > 0 && (
        <Text size="sm" c="dimmed">
          {counted(same, "comparison")} of two responses of one policy: they say nothing here and
          are left out.
        </Text>
      )}
    </>
  );
}

export function Leaderboard() {
  return (
    <Section
      title="Leaderboard"
      about="Policies by people's votes on their responses. It takes prompts as they came: policies that met on easy prompts are not set right for it."
    >
      <Analysed>
        {({ policies }) =>
          policies === null ? (
            <Empty>It appears once raters have compared responses of two policies.</Empty>
          ) : (
            <Ranked found={policies} />
          )
        }
      </Analysed>
    </Section>
  );
}
