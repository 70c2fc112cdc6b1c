/** The reward models: which one serves, the runs that made them, and the button for the next. */
import { Card, Group, Progress, Stack, Text } from "@mantine/core";

import { isLive } from "@/api/manageData";
import { useRewardModels, useRuns } from "@/api/manageModels";
import type { RewardModel, TrainingRun } from "@/api/types";
import { duration, percent } from "@/components/plots/words";

import { ModelTable } from "./models/ModelTable";
import { RollBack } from "./models/RollBack";
import { FailureBadge } from "./models/RunFailure";
import { TIER_NAMES, TRIGGERS } from "./models/runWords";
import { ScratchPad } from "./models/ScratchPad";
import { StartRun } from "./models/StartRun";
import { DataTable, type Column } from "./parts/DataTable";
import { Facts } from "./parts/Facts";
import { GoTo, useSlug } from "./parts/GoTo";
import { Empty, Loaded, Page, Section } from "./parts/Page";
import { StateBadge, VerdictBadge } from "./parts/StateBadge";
import { When } from "./parts/When";
import { accuracyWords } from "./words";

function Champion({ models }: { models: RewardModel[] }) {
  const champion = models.find((model) => model.champion);
  if (!champion) {
    return (
      <Empty>
        No champion yet. “Train” makes the first reward model; it serves if it beats a coin.
      </Empty>
    );
  }
  return (
    <Card withBorder padding="lg">
      <Stack gap="sm">
        <Group justify="space-between" gap="sm">
          <Text size="lg" fw={600}>
            Champion:{" "}
            <GoTo page={`reward-models/${champion.id}`}>reward model {champion.number}</GoTo>
          </Text>
          <RollBack champion={champion} size="xs" />
        </Group>
        <Facts
          facts={[
            ["Right on unseen prompts", accuracyWords(champion.accuracy)],
            ["Trained on", `snapshot ${champion.snapshot.number}`],
            ["Snapshot's hash", <code key="hash">{champion.snapshot.sha256.slice(0, 12)}</code>],
            ["Backbone", champion.backbone],
            ["Heads in the ensemble", champion.heads],
            ["Serving since", <When key="since" at={champion.promoted_at} none="–" />],
            [
              "Made by",
              <GoTo key="run" page={`reward-models/runs/${champion.run}`}>
                run {champion.run}
              </GoTo>,
            ],
          ]}
        />
      </Stack>
    </Card>
  );
}

function Progressing({ run }: { run: TrainingRun }) {
  if (!isLive(run.state)) return <>{run.verdict_sentence || run.message}</>;
  return (
    <Stack gap={4}>
      <Text size="sm">
        {run.stage || "waiting for a worker"}, {percent(run.progress)}
      </Text>
      <Progress value={100 * run.progress} aria-label={`Run ${run.id}`} />
    </Stack>
  );
}

const RUNS: Column<TrainingRun>[] = [
  { name: "Run", cell: ({ id }) => <GoTo page={`reward-models/runs/${id}`}>{id}</GoTo> },
  { name: "Kind", cell: ({ tier }) => TIER_NAMES[tier] },
  {
    name: "State",
    cell: ({ state, failure }) => (
      <Stack gap={4} align="flex-start">
        <StateBadge state={state} />
        <FailureBadge failure={failure} />
      </Stack>
    ),
  },
  { name: "Verdict", cell: ({ verdict }) => <VerdictBadge verdict={verdict} /> },
  { name: "In words", cell: (run) => <Progressing run={run} /> },
  { name: "Took", cell: ({ seconds }) => duration(seconds), numeric: true },
  { name: "Started by", cell: ({ trigger }) => TRIGGERS[trigger] },
  { name: "Made", cell: ({ created_at: at }) => <When at={at} /> },
];

export function RewardModelsPage() {
  const slug = useSlug();
  const runs = useRuns(slug);
  const models = useRewardModels(slug);
  return (
    <Page
      title="Reward models"
      about="A new model serves only if it beats the champion on prompts that training never saw."
      actions={<StartRun slug={slug} />}
    >
      <Loaded query={models}>
        {(all) => (
          <>
            <Champion models={all} />
            {all.length > 0 && <ModelTable models={all} />}
            {all.length > 0 && <ScratchPad models={all} />}
          </>
        )}
      </Loaded>
      <Section title="Training runs">
        <Loaded query={runs}>
          {(all) =>
            all.length === 0 ? (
              <Empty>
                No runs yet. They start by the button above, or nightly by the schedule.
              </Empty>
            ) : (
              <DataTable
                caption="Training runs"
                columns={RUNS}
                rows={all}
                keyOf={({ id }) => id}
                minWidth={880}
              />
            )
          }
        </Loaded>
      </Section>
    </Page>
  );
}
