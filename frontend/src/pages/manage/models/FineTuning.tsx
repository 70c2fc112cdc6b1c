/** How a fine-tune goes: its network, speed and time left while it is on, and its loss by step. */
import { isLive } from "@/api/manageData";
import { useTrainingPoints, type TrainingPoint } from "@/api/training";
import type { TrainingRun } from "@/api/types";
import { StepLines, type StepSeries } from "@/components/plots";
import { counted, decimal, whole } from "@/components/plots/words";

import { Facts } from "../parts/Facts";
import { Empty, Loaded, Section } from "../parts/Page";
import { aboutTime } from "./runWords";

/** One line a network, in the order in which they are trained. */
function linesOf(points: readonly TrainingPoint[]): StepSeries[] {
  const members = [...new Set(points.map(({ member }) => member))];
  return members.map((member) => ({
    name: `network ${member + 1}`,
    points: points
      .filter((point) => point.member === member)
      .map(({ step, loss }) => ({ x: step, y: loss })),
  }));
}

function Loss({ points, steps }: { points: readonly TrainingPoint[]; steps: number }) {
  const series = linesOf(points);
  return (
    <StepLines
      title="Loss by step"
      reading="Lower is better. A step sees few prompts, so the line is ragged; its trend counts. One that rises asks for a lower learning rate."
      n={`n = ${counted(points.length, "step")} drawn, of ${counted(series.length, "network")}`}
      series={series}
      last={steps}
      xLabel="optimiser step"
      yLabel="loss (nats)"
      format={(value) => decimal(value, 3)}
      table={{
        columns: ["network", "step", "loss", "learning rate", "pairs a second"],
        rows: points.map((each) => [
          `network ${each.member + 1}`,
          each.step,
          each.loss,
          each.learning_rate.toExponential(2),
          each.pairs_per_second,
        ]),
      }}
    />
  );
}

function Now({ last, members }: { last: TrainingPoint; members: number }) {
  const networks = Math.max(members, last.member + 1);
  const left = last.seconds_left > 0 ? aboutTime(last.seconds_left) : "none: measuring comes next";
  return (
    <Facts
      facts={[
        ["Network", `${last.member + 1} of ${networks}`],
        ["Step", `${whole(last.step)} of ${whole(last.steps)}`],
        ["Pairs a second", decimal(last.pairs_per_second, 1)],
        ["Training left", left],
      ]}
    />
  );
}

interface MeasuredProps {
  run: TrainingRun;
  points: readonly TrainingPoint[];
}

function Measured({ run, points }: MeasuredProps) {
  const last = points[points.length - 1];
  if (!last) {
    return isLive(run.state) ? (
      <Empty>The first step shows its loss here.</Empty>
    ) : (
      <Empty>It ended before its first step.</Empty>
    );
  }
  return (
    <>
      {isLive(run.state) && <Now last={last} members={run.members} />}
      <Loss points={points} steps={last.steps} />
    </>
  );
}

interface FineTuningProps {
  slug: string;
  run: TrainingRun;
}

export function FineTuning({ slug, run }: FineTuningProps) {
  const points = useTrainingPoints(slug, run);
  return (
    <Section title="Fine-tuning">
      <Loaded query={points}>{(data) => <Measured run={run} points={data} />}</Loaded>
    </Section>
  );
}
