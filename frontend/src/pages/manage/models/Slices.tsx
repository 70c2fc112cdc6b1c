/** Accuracy by group, by how clear the raters were and by length. */
import { SimpleGrid } from "@mantine/core";

import type { Evaluation } from "@/api/types";
import { DotIntervals } from "@/components/plots";
import { percent } from "@/components/plots/words";

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

export function Slices({ evaluation: { slices = [] } }: { evaluation: Evaluation }) {
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
