/** What a run measured on prompts that training never saw, as words and as three plots. */
import { SimpleGrid, Text } from "@mantine/core";

import type { Estimate, Evaluation } from "@/api/types";
import { DotIntervals, LineBand, Reliability } from "@/components/plots";
import type { DotRow } from "@/components/plots/DotIntervals";
import { counted, decimal, percent, whole, withInterval } from "@/components/plots/words";

import { Criteria } from "./models/Criteria";
import { Probes } from "./models/Probes";
import { Slices } from "./models/Slices";
import { Suspects } from "./models/Suspects";
import { Facts } from "./parts/Facts";
import { Section } from "./parts/Page";
import { unseenSentence } from "./words";

function Floors({ evaluation }: { evaluation: Evaluation }) {
  const rows: DotRow[] = [
    { name: "reward model", marks: [{ series: "reward model", estimate: evaluation.accuracy }] },
    ...evaluation.floors.map(({ name, accuracy }) => ({
      name,
      marks: [{ series: name, estimate: accuracy }],
    })),
  ];
  const { accuracy, comparisons, prompts } = evaluation;
  return (
    <DotIntervals
      title="Accuracy on unseen prompts, beside the floors"
      reading="Further right is better. A floor is a rule that reads no meaning; a model should leave all of them behind."
      n={`n = ${counted(comparisons, "comparison")} about ${counted(prompts, "prompt")}; bars are 95 % intervals over prompts`}
      rows={rows}
      xLabel="accuracy"
      format={(value) => percent(value)}
      reference={{ x: 0.5, label: "a coin" }}
      missing={accuracy.value === null ? (accuracy.reason ?? "Too few data.") : null}
    />
  );
}

function Curve({ evaluation }: { evaluation: Evaluation }) {
  const points = evaluation.learning_curve.map(({ comparisons, accuracy }) => ({
    x: comparisons,
    y: accuracy.value,
    lower: accuracy.lower,
    upper: accuracy.upper,
    n: accuracy.n,
  }));
  const most = points[points.length - 1]?.x ?? 0;
  return (
    <LineBand
      title="Learning curve"
      reading="Accuracy on unseen prompts after training on a part of the data; the band is its 95 % interval. Where it still rises, more judgments will help."
      n={`n = ${whole(evaluation.comparisons)} unseen comparisons a point; the last is trained on ${whole(most)}`}
      series={[{ name: "reward model", points }]}
      x="log"
      xLabel="comparisons trained on (log scale)"
      yLabel="accuracy"
      format={(value) => percent(value)}
      reference={{ y: 0.5, label: "a coin" }}
      needs={{ points: 2, noun: "point" }}
    />
  );
}

function measured(estimate: Estimate): string {
  return estimate.value === null ? (estimate.reason ?? "–") : withInterval(estimate);
}

/** What a run from before it was measured doesn't have is left out. */
function factsOf({ nll, ece, brier, temperature }: Evaluation): [string, string][] {
  const facts: [string, string | null][] = [
    ["Log loss (0.69 is a coin)", measured(nll)],
    ["Brier score (0 is best)", brier ? measured(brier) : null],
    ["Calibration error (0 is best)", ece === null ? "–" : decimal(ece, 3)],
    ["Rewards divided by", temperature == null ? null : decimal(temperature)],
  ];
  return facts.flatMap(([name, words]) => (words === null ? [] : [[name, words]]));
}

interface RunResultsProps {
  evaluation: Evaluation;
  /** The run that measured it. */
  run: number;
}

export function RunResults({ evaluation, run }: RunResultsProps) {
  const { comparisons, reliability, probes, suspects, criteria } = evaluation;
  return (
    <Section title="On prompts that training never saw">
      <Text>
        {unseenSentence(evaluation)} {evaluation.beats_floors}
      </Text>
      <Facts facts={factsOf(evaluation)} />
      <Floors evaluation={evaluation} />
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        {evaluation.learning_curve.length > 0 && <Curve evaluation={evaluation} />}
        <Reliability
          title="Reliability of the predictions"
          reading="On the dashed diagonal the model means what it says. Below it, the model is too sure."
          n={`n = ${counted(comparisons, "comparison")}`}
          bins={reliability}
        />
      </SimpleGrid>
      <Slices evaluation={evaluation} />
      {criteria && (
        <Criteria criteria={criteria} sentence={evaluation.criteria_sentence ?? ""} />
      )}
      {probes && <Probes probes={probes} sentence={evaluation.probes_sentence ?? ""} />}
      {suspects && <Suspects suspects={suspects} run={run} />}
    </Section>
  );
}
