/** What a run measured on prompts that training never saw, as words and as three plots. */
import { SimpleGrid, Text } from "@mantine/core";

import type { Evaluation } from "@/api/types";
import { DotIntervals, LineBand, Reliability } from "@/components/plots";
import type { DotRow } from "@/components/plots/DotIntervals";
import { counted, decimal, percent, whole, withInterval } from "@/components/plots/words";

import { Probes } from "./models/Probes";
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

const DIMENSIONS = {
  group: "Accuracy by group of prompts",
  margin: "Accuracy by how clear the raters were",
  length: "Accuracy by length",
};
const READINGS = {
  group: "Where a group is far below the others, its prompts need more judgments.",
  margin:
    "Clear: the raters are at least 90 % sure which is better; close: less than 70 %. Close ones can't be got right much more often than raters agree.",
  length:
    "Adverse: the shorter response is the better one; friendly: the longer. A model that has learnt length is good at the second and bad at the first.",
};

function Slices({ evaluation: { slices = [] } }: { evaluation: Evaluation }) {
  const dimensions = (["length", "margin", "group"] as const).filter((dimension) =>
    slices.some((part) => part.dimension === dimension),
  );
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }}>
      {dimensions.map((dimension) => (
        <DotIntervals
          key={dimension}
          title={DIMENSIONS[dimension]}
          reading={READINGS[dimension]}
          n="n counts unseen comparisons; bars are 95 % intervals over prompts"
          rows={slices
            .filter((part) => part.dimension === dimension)
            .map(({ name, accuracy }) => ({
              name,
              marks: [{ series: "reward model", estimate: accuracy }],
            }))}
          xLabel="accuracy"
          format={(value) => percent(value)}
          reference={{ x: 0.5, label: "a coin" }}
          missing={null}
          ownN
        />
      ))}
    </SimpleGrid>
  );
}

export function RunResults({ evaluation }: { evaluation: Evaluation }) {
  const { ece, nll, comparisons, reliability, probes, suspects } = evaluation;
  return (
    <Section title="On prompts that training never saw">
      <Text>
        {unseenSentence(evaluation)} {evaluation.beats_floors}
      </Text>
      <Facts
        facts={[
          [
            "Log loss (0.69 is a coin)",
            nll.value === null ? (nll.reason ?? "–") : withInterval(nll),
          ],
          ["Calibration error", ece === null ? "–" : `${decimal(ece, 3)} (0 is best)`],
        ]}
      />
      <Floors evaluation={evaluation} />
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Curve evaluation={evaluation} />
        <Reliability
          title="Reliability of the predictions"
          reading="On the dashed diagonal the model means what it says. Below it, the model is too sure."
          n={`n = ${counted(comparisons, "comparison")}`}
          bins={reliability}
        />
      </SimpleGrid>
      <Slices evaluation={evaluation} />
      {probes && <Probes probes={probes} sentence={evaluation.probes_sentence ?? ""} />}
      {suspects && <Suspects suspects={suspects} />}
    </Section>
  );
}
