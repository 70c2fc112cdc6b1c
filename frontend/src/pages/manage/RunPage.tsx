/** One training run: live while it runs, then its verdict and what it measured. */
import { Alert, Anchor, Card, Code, Group, Progress, ScrollArea, Stack, Text } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";

import { isLive } from "@/api/manageData";
import { useCancelRun, useRewardModels, useRun } from "@/api/manageModels";
import type { TrainingRun } from "@/api/types";
import { duration, percent, whole } from "@/components/plots/words";

import { FineTuning } from "./models/FineTuning";
import { TIERS } from "./models/ModelBadges";
import { Promote } from "./models/Promote";
import { RunFailure } from "./models/RunFailure";
import { TRIGGERS } from "./models/runWords";
import { Confirm } from "./parts/Confirm";
import { Facts } from "./parts/Facts";
import { Loaded, Page, Section } from "./parts/Page";
import { StateBadge, VerdictBadge } from "./parts/StateBadge";
import { Ago, When } from "./parts/When";
import { RunResults } from "./RunResults";

function Live({ run }: { run: TrainingRun }) {
  return (
    <Card withBorder padding="lg">
      <Stack gap="xs">
        <Group gap="xs">
          <StateBadge state={run.state} />
          <Text fw={600} aria-live="polite">
            {run.stage || "Waiting for a worker"}
          </Text>
          <Text c="dimmed">{percent(run.progress)}</Text>
        </Group>
        <Progress value={100 * run.progress} aria-label="Progress of the run" />
        {run.message && <Text size="sm">{run.message}</Text>}
        <Text size="sm" c="dimmed">
          {run.heartbeat_at ? (
            <>
              Last sign of life <Ago at={run.heartbeat_at} />.
            </>
          ) : (
            "No worker has taken it yet."
          )}
        </Text>
      </Stack>
    </Card>
  );
}

function Ended({ run }: { run: TrainingRun }) {
  if (run.state === "failed") return <RunFailure run={run} />;
  if (run.state === "cancelled") {
    return (
      <Alert color="gray" variant="light" title="The run was cancelled">
        {run.message || "The champion and all judgments are as they were."}
      </Alert>
    );
  }
  return (
    <Card withBorder padding="lg">
      <Stack gap="xs">
        <Group gap="xs">
          <Text fw={600} size="lg">
            Verdict
          </Text>
          <VerdictBadge verdict={run.verdict} />
        </Group>
        <Text>{run.verdict_sentence || run.message || "The run gave no verdict."}</Text>
      </Stack>
    </Card>
  );
}

function Log({ run }: { run: TrainingRun }) {
  return (
    <Section title="Log">
      {run.log ? (
        <ScrollArea.Autosize mah={320} type="auto" viewportProps={{ tabIndex: 0 }}>
          <Code block>{run.log}</Code>
        </ScrollArea.Autosize>
      ) : (
        <Text c="dimmed">Nothing written yet.</Text>
      )}
    </Section>
  );
}

function Detail({ slug, run }: { slug: string; run: TrainingRun }) {
  const live = isLive(run.state);
  return (
    <>
      {live ? <Live run={run} /> : <Ended run={run} />}
      {run.tier === "full" && <FineTuning slug={slug} run={run} />}
      {run.evaluation && <RunResults evaluation={run.evaluation} run={run.id} />}
      <Facts
        facts={[
          ["Trains", TIERS[run.tier]],
          ["Started by", TRIGGERS[run.trigger]],
          ["Made", <When key="made" at={run.created_at} />],
          ["Started", <When key="started" at={run.started_at} none="not yet" />],
          ["Ended", <When key="ended" at={run.finished_at} none="not yet" />],
          ["Took", duration(run.seconds)],
          ["Most memory used", run.peak_mb === null ? "–" : `${whole(run.peak_mb)} MB`],
        ]}
      />
      <Log run={run} />
    </>
  );
}

function Actions({ slug, run }: { slug: string; run: TrainingRun }) {
  const cancel = useCancelRun(slug);
  const models = useRewardModels(slug).data;
  const model = models?.find((each) => each.id === run.reward_model);
  if (isLive(run.state)) {
    return (
      <Confirm
        label="Cancel the run"
        question="Cancel this run?"
        consequence="It stops at its next step and gives no model. The champion and all judgments stay as they are."
        yes="Cancel the run"
        loading={cancel.isPending}
        onYes={() => cancel.mutate(run.id)}
      />
    );
  }
  return model && !model.champion ? <Promote model={model} /> : null;
}

export function RunPage() {
  const { slug, id } = useParams({ from: "/p/$slug/manage/reward-models/runs/$id" });
  const run = useRun(slug, id);
  return (
    <Page title={`Training run ${id}`} actions={run.data && <Actions slug={slug} run={run.data} />}>
      <Anchor component={Link} to={`/p/${slug}/manage/reward-models`} size="sm" mt={-12}>
        All reward models
      </Anchor>
      <Loaded query={run}>{(data) => <Detail slug={slug} run={data} />}</Loaded>
    </Page>
  );
}
