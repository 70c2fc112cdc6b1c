/** What the answers mean together: a bar for each pair of responses, or for each step. */
import type { StepPosterior } from "@/api/manageTypes";
import type { PairPosterior, TaskDetail } from "@/api/types";
import { Shares } from "@/components/plots";
import { percent } from "@/components/plots/words";

import { Empty, Section } from "../parts/Page";

function Pair({ pair }: { pair: PairPosterior }) {
  const [first, second] = [pair.first + 1, pair.second + 1];
  const words = `${first} better ${percent(pair.win)}, tie ${percent(pair.tie)}, ${second} better ${percent(pair.lose)}`;
  return (
    <Shares
      label={words}
      shares={[
        { name: "win", label: `${first} better`, share: pair.win },
        { name: "tie", label: "tie", share: pair.tie },
        { name: "lose", label: `${second} better`, share: pair.lose },
      ]}
    />
  );
}

function Step({ step: { step, right, neutral, wrong } }: { step: StepPosterior }) {
  const name = `Step ${step + 1}`;
  return (
    <Shares
      label={`${name}: right ${percent(right)}, neutral ${percent(neutral)}, wrong ${percent(wrong)}`}
      shares={[
        { name: "win", label: `${name} right`, share: right },
        { name: "tie", label: "neutral", share: neutral },
        { name: "lose", label: "wrong", share: wrong },
      ]}
    />
  );
}

export function Together({ task }: { task: TaskDetail }) {
  // Of one response without steps there is nothing to compare.
  if (task.k === 1 && task.kind !== "steps") return null;
  const { posterior, steps, votes } = task;
  return (
    <Section
      title="What raters mean together"
      about="Shares of the newest answers, drawn a little towards “anything is possible”, so that one vote is not yet certainty. A reviewer's decision counts as certain."
    >
      {posterior === null && steps === null && (
        <Empty>
          {votes.length === 0
            ? "Nobody has judged this task yet."
            : "Not computed yet: it follows the answers within seconds."}
        </Empty>
      )}
      {posterior?.map((pair) => (
        <Pair key={`${pair.first}-${pair.second}`} pair={pair} />
      ))}
      {steps?.map((step) => (
        <Step key={step.step} step={step} />
      ))}
    </Section>
  );
}
