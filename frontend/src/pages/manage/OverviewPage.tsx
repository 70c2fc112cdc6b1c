/** Three questions at a glance: does anything need me, is it going well, what has it given. */
import { Card, Group, Progress, SimpleGrid, Stack, Text } from "@mantine/core";

import { useOverview } from "@/api/manage";
import type { Overview } from "@/api/types";
import { Bars } from "@/components/plots";
import { counted, whole } from "@/components/plots/words";

import { ForecastLine } from "./overview/ForecastLine";
import { Needs } from "./overview/Needs";
import { GoButton, GoTo, useSlug } from "./parts/GoTo";
import { Loaded, Page, Section } from "./parts/Page";
import { StateBadge, VerdictBadge } from "./parts/StateBadge";
import { agreementSentence, championSentence, ofAll } from "./words";

function ProgressCard({ counts }: Pick<Overview, "counts">) {
  const share = counts.tasks > 0 ? (100 * counts.tasks_judged) / counts.tasks : 0;
  const late = counts.late > 0 ? ` ${whole(counts.late)} came in late and were kept.` : "";
  return (
    <Card withBorder padding="md">
      <Stack gap="xs">
        <Text fw={600}>{ofAll(counts.tasks_judged, counts.tasks)} tasks judged at least once</Text>
        <Progress value={share} aria-label="Tasks judged at least once" />
        <Text size="sm">
          {counted(counts.judgments, "judgment")} by {counted(counts.raters, "rater")}.{late}{" "}
          {counted(counts.tasks_open, "task")} still open.
        </Text>
        <Text size="sm" c="dimmed">
          The pool holds {counted(counts.responses, "response")} to{" "}
          {counted(counts.prompts, "prompt")}.
          {counts.imports_running > 0 && ` ${counted(counts.imports_running, "import")} running.`}
        </Text>
        <ForecastLine />
      </Stack>
    </Card>
  );
}

function AgreementCard({ agreement }: Pick<Overview, "agreement">) {
  return (
    <Card withBorder padding="md">
      <Stack gap="xs">
        <Text fw={600}>Agreement</Text>
        <Text size="sm">
          {agreement
            ? agreementSentence(agreement)
            : "Not computed yet. It needs tasks that two raters or more have judged."}
        </Text>
        <Text size="sm">
          <GoTo page="agreement">Agreement over time</GoTo>
        </Text>
      </Stack>
    </Card>
  );
}

function GoingWell({ overview }: { overview: Overview }) {
  const total = overview.days.reduce((sum, day) => sum + day.judgments, 0);
  return (
    <Section title="Is it going well?">
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <ProgressCard counts={overview.counts} />
        <AgreementCard agreement={overview.agreement} />
      </SimpleGrid>
      <Bars
        title="Judgments per day"
        reading="Each bar is one day's judgments; today's is still growing."
        n={`n = ${counted(total, "judgment")} in the last ${overview.days.length} days`}
        name="judgments"
        days={overview.days.map(({ day, judgments }) => ({ day, count: judgments }))}
        missing={total === 0 ? "No judgments in the last 30 days." : null}
      />
    </Section>
  );
}

function Given({ champion, last_run: run, last_round: round }: Overview) {
  return (
    <Section title="What has it given?">
      <SimpleGrid cols={{ base: 1, md: 3 }}>
        <Card withBorder padding="md">
          <Text fw={600}>Champion</Text>
          <Text size="sm" my="xs">
            {champion ? championSentence(champion) : "No reward model yet. A retrain makes one."}
          </Text>
          <Text size="sm">
            <GoTo page="reward-models">Reward models</GoTo>
          </Text>
        </Card>
        <Card withBorder padding="md">
          <Group gap="xs">
            <Text fw={600}>Last training run</Text>
            {run &&
              (run.verdict ? (
                <VerdictBadge verdict={run.verdict} />
              ) : (
                <StateBadge state={run.state} />
              ))}
          </Group>
          <Text size="sm" my="xs">
            {run ? run.verdict_sentence || run.message : "Nothing has been trained yet."}
          </Text>
          <Text size="sm">
            {run && <GoTo page={`reward-models/runs/${run.id}`}>Run {run.id}</GoTo>}
          </Text>
        </Card>
        <Card withBorder padding="md">
          <Group gap="xs">
            <Text fw={600}>Last round</Text>
            {round && <StateBadge state={round.state} />}
          </Group>
          <Text size="sm" my="xs">
            {round
              ? `${counted(round.chosen, "task")} chosen, ${whole(round.random_chosen)} of them at random; ${whole(round.answered)} answered.`
              : "No round has chosen tasks yet."}
          </Text>
          <Text size="sm">
            {round && <GoTo page={`rounds/${round.id}`}>Round {round.number}</GoTo>}
          </Text>
        </Card>
      </SimpleGrid>
    </Section>
  );
}

function Beginning() {
  return (
    <Section title="Start here">
      <Text>
        There are no tasks yet. Import prompts with their responses, or push responses through the
        API and let a round choose tasks from them.
      </Text>
      <Group>
        <GoButton page="data" variant="filled">
          Import data
        </GoButton>
        <GoButton page="policies">Push responses</GoButton>
        <GoButton page="people">Invite people</GoButton>
      </Group>
    </Section>
  );
}

export function OverviewPage() {
  const slug = useSlug();
  const overview = useOverview(slug);
  return (
    <Page title="Overview">
      <Loaded query={overview}>
        {(data) => (
          <>
            {data.counts.tasks === 0 && <Beginning />}
            <Needs slug={slug} needs={data.needs} />
            <GoingWell overview={data} />
            <Given {...data} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
