/** The reward models: which one serves, the runs that made them, and the button for the next. */
import { Button, Card, Group, Progress, Stack, Text, Textarea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";
import { useState, type SubmitEvent } from "react";

import { isLive } from "@/api/manageData";
import { usePromote, useRetrain, useRewardModels, useRuns } from "@/api/manageModels";
import type { RewardModel, TrainingRun } from "@/api/types";
import { duration, percent } from "@/components/plots/words";

import { ScratchPad } from "./models/ScratchPad";
import { DataTable, type Column } from "./parts/DataTable";
import { Dialog } from "./parts/Dialog";
import { Facts } from "./parts/Facts";
import { GoTo, useSlug } from "./parts/GoTo";
import { Empty, Loaded, Page, Section } from "./parts/Page";
import { StateBadge, VerdictBadge } from "./parts/StateBadge";
import { When } from "./parts/When";
import { accuracyWords } from "./words";

export function Promote({ model }: { model: RewardModel }) {
  const promote = usePromote(useSlug());
  const [reason, setReason] = useState("");
  const [open, { open: ask, close }] = useDisclosure(false);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    promote.mutate({ id: model.id, reason: reason.trim() }, { onSuccess: close });
  };
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={ask}>
        Promote
      </Button>
      <Dialog
        opened={open}
        onClose={close}
        title={`Make reward model ${model.number} the champion?`}
      >
        <form onSubmit={submit}>
          <Stack>
            <Text size="sm">
              It serves from now on, and rounds choose with it. The present champion is kept and can
              be promoted again. Your reason goes into the audit log.
            </Text>
            <Textarea
              label="Reason"
              required
              data-autofocus
              autosize
              minRows={2}
              maxLength={1000}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
              error={promote.error?.message}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Leave it
              </Button>
              <Button type="submit" loading={promote.isPending} disabled={!reason.trim()}>
                Promote
              </Button>
            </Group>
          </Stack>
        </form>
      </Dialog>
    </>
  );
}

function Champion({ models }: { models: RewardModel[] }) {
  const champion = models.find((model) => model.champion);
  if (!champion) {
    return (
      <Empty>
        No champion yet. “Retrain now” trains the first reward model; it serves if it beats a coin.
      </Empty>
    );
  }
  return (
    <Card withBorder padding="lg">
      <Stack gap="sm">
        <Text size="lg" fw={600}>
          Champion: reward model {champion.number}
        </Text>
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
  { name: "State", cell: ({ state }) => <StateBadge state={state} /> },
  { name: "Verdict", cell: ({ verdict }) => <VerdictBadge verdict={verdict} /> },
  { name: "In words", cell: (run) => <Progressing run={run} /> },
  { name: "Took", cell: ({ seconds }) => duration(seconds), numeric: true },
  { name: "Started by", cell: ({ trigger }) => trigger },
  { name: "Made", cell: ({ created_at: at }) => <When at={at} /> },
];

const MODELS: Column<RewardModel>[] = [
  { name: "Model", cell: ({ number, champion }) => (champion ? `${number} (champion)` : number) },
  { name: "Right on unseen prompts", cell: ({ accuracy }) => accuracyWords(accuracy) },
  { name: "Snapshot", cell: ({ snapshot }) => snapshot.number, numeric: true },
  { name: "Run", cell: ({ run }) => <GoTo page={`reward-models/runs/${run}`}>{run}</GoTo> },
  { name: "Made", cell: ({ created_at: at }) => <When at={at} /> },
  { name: "", cell: (model) => !model.champion && <Promote model={model} /> },
];

function Retrain({ slug }: { slug: string }) {
  const runs = useRuns(slug);
  const retrain = useRetrain(slug);
  const navigate = useNavigate();
  const busy = runs.data?.some((run) => isLive(run.state)) ?? false;
  const go = () =>
    retrain.mutate(undefined, {
      onSuccess: (run) => void navigate({ to: `/p/${slug}/manage/reward-models/runs/${run.id}` }),
    });
  return (
    <Button onClick={go} loading={retrain.isPending} disabled={busy}>
      {busy ? "A run is under way" : "Retrain now"}
    </Button>
  );
}

export function RewardModelsPage() {
  const slug = useSlug();
  const runs = useRuns(slug);
  const models = useRewardModels(slug);
  return (
    <Page
      title="Reward models"
      about="A new model serves only if it beats the champion on prompts that training never saw."
      actions={<Retrain slug={slug} />}
    >
      <Loaded query={models}>
        {(all) => (
          <>
            <Champion models={all} />
            {all.length > 0 && (
              <Section
                title="Models"
                about="In brackets: 95 % intervals. Promoting by hand overrules the verdict, or rolls back."
              >
                <DataTable caption="Models" columns={MODELS} rows={all} keyOf={({ id }) => id} />
              </Section>
            )}
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
