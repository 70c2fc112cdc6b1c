/** Two models on the same held-out judgments: the figures, and the comparisons behind them. */
import { SimpleGrid, Stack, Text } from "@mantine/core";

import type { ComparedRow, ModelComparison } from "@/api/rewardModels";
import { DotIntervals } from "@/components/plots";
import { counted, percent, whole, withInterval } from "@/components/plots/words";

import { DataTable, type Column } from "../parts/DataTable";
import { Figure } from "../parts/Figure";
import { GoTo } from "../parts/GoTo";
import { Section } from "../parts/Page";
import { chance, comparisonSentence, points, whoIsRight } from "./compareWords";

function Figures({ found }: { found: ModelComparison }) {
  const { a, b, difference, agreement, rank_correlation: correlation } = found;
  return (
    <SimpleGrid cols={{ base: 1, sm: 3 }}>
      <Figure
        title="Difference in accuracy"
        words={`${withInterval(difference, points)} points`}
        reading={`Model ${a} less model ${b}, paired: in each resample both meet the same prompts.`}
      />
      <Figure
        title="Same preference"
        words={withInterval(agreement, percent)}
        reading="How often both prefer the same response, be it the raters' or not."
      />
      <Figure
        title="Rank correlation"
        words={
          correlation.value === null ? (correlation.reason ?? "–") : withInterval(correlation)
        }
        reading="Spearman's, of the differences in reward: 1 where both order all pairs alike, 0 where one tells nothing of the other."
      />
    </SimpleGrid>
  );
}

function Accuracies({ found }: { found: ModelComparison }) {
  const rows = [
    { number: found.a, estimate: found.accuracy_a },
    { number: found.b, estimate: found.accuracy_b },
  ].map(({ number, estimate }) => ({
    name: `model ${number}`,
    marks: [{ series: "reward model" as const, estimate }],
  }));
  return (
    <DotIntervals
      title="Accuracy on the same prompts"
      reading="Further right is better. The two intervals may overlap and the difference be clear all the same, because hard prompts are hard for both."
      n={`n = ${counted(found.comparisons, "comparison")} about ${counted(found.prompts, "prompt")}; bars are 95 % intervals over prompts`}
      rows={rows}
      xLabel="accuracy"
      format={(value) => percent(value)}
      reference={{ x: 0.5, label: "a coin" }}
      missing={null}
    />
  );
}

function Texts({ row }: { row: ComparedRow }) {
  return (
    <Stack gap={2} miw={320} maw={560}>
      <Text size="sm" lineClamp={2} dir="auto">
        {row.prompt_excerpt}
      </Text>
      {[row.first, row.second].map((text, place) => (
        <Text key={place} size="xs" c="dimmed" lineClamp={2} dir="auto">
          {place + 1}. {text}
        </Text>
      ))}
    </Stack>
  );
}

/** A phone has room for the figures; the texts are a swipe away. */
function columnsOf({ a, b }: ModelComparison): Column<ComparedRow>[] {
  return [
    { name: "Task", cell: ({ task }) => <GoTo page={`tasks/${task}`}>{task}</GoTo> },
    { name: "Right", cell: (row) => whoIsRight(row, a, b) },
    { name: "Raters", cell: ({ consensus }) => percent(consensus), numeric: true },
    { name: `Model ${a}`, cell: (row) => percent(chance(row.margin_a)), numeric: true },
    { name: `Model ${b}`, cell: (row) => percent(chance(row.margin_b)), numeric: true },
    { name: "Prompt and responses", cell: (row) => <Texts row={row} /> },
  ];
}

export function CompareResults({ found }: { found: ModelComparison }) {
  const apart = found.rows.filter(({ agree }) => !agree).length;
  return (
    <>
      <Stack gap={4}>
        <Text>{comparisonSentence(found)}</Text>
        <Text size="sm" c="dimmed">
          Both score the same prompts, and neither has learnt from any of them: what is set aside
          for evaluation never enters training, whichever snapshot a model is from. A model that was
          promoted for its score on them is flattered a little.
        </Text>
      </Stack>
      <Figures found={found} />
      <Accuracies found={found} />
      <Section
        title="Comparison by comparison"
        about={`They disagree on ${whole(apart)} of the ${whole(found.rows.length)} listed; these come first, the furthest apart on top. Percentages: how likely the first response is preferred, by the raters and by each model.`}
      >
        <DataTable
          caption="Comparison by comparison"
          columns={columnsOf(found)}
          rows={found.rows}
          keyOf={(row) => `${row.task} ${row.first} ${row.second}`}
          minWidth={820}
          atFirst={20}
        />
      </Section>
    </>
  );
}
