/** A rater's own figures: training, pace, and three shares with their intervals. */
import { Alert, SimpleGrid, Stack, Text, Title } from "@mantine/core";

import type { OwnFigures } from "@/api/own";
import { Bars } from "@/components/plots";
import { counted } from "@/components/plots/words";
import { duration } from "@/lib/words";

import { ShareCard } from "./ShareCard";
import { trainingSentence } from "./words";

function Training({ training }: { training: NonNullable<OwnFigures["training"]> }) {
  return (
    <Alert variant="light" title="You are in training">
      <Text size="sm">
        {trainingSentence(training)} Each training task has a known answer, and tells you after
        yours whether it was right and why.
      </Text>
    </Alert>
  );
}

function Pace({ figures }: { figures: OwnFigures }) {
  const { days, median_seconds: median } = figures;
  const total = days.reduce((sum, { done }) => sum + done, 0);
  return (
    <Stack component="section" gap="sm">
      <Title order={2} size="h4">
        Pace
      </Title>
      <Text>
        {median === null
          ? "No time is measured yet: it appears after your first task."
          : `About ${duration(median)} a task: half of your newest ones took less.`}
      </Text>
      <Bars
        title="Tasks judged by day"
        reading="Each bar is one day. A changed answer is not counted again."
        n={`n = ${counted(total, "judgment")} in ${counted(days.length, "day")}`}
        days={days.map(({ day, done }) => ({ day, count: done }))}
        name="judgments"
        missing={total > 0 ? null : `You judged nothing in the last ${days.length} days.`}
      />
    </Stack>
  );
}

function Shares({ figures }: { figures: OwnFigures }) {
  return (
    <Stack component="section" gap="sm">
      <Title order={2} size="h4">
        Agreement
      </Title>
      <Text size="sm" c="dimmed">
        In brackets stands the 95 % interval: the fewer the answers, the wider it is, and the less
        the share means.
      </Text>
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <ShareCard
          title="Agreement with the others"
          share={figures.agreement}
          reading="How often you say what most others say of the same task. People prefer different things, so it needn't be near 100 %."
          counts={["comparison with the others", "comparisons with the others"]}
          waits="It appears once others have judged tasks of yours."
        />
        <ShareCard
          title="Known answers"
          share={figures.checks}
          reading="A few tasks have a known answer, which you aren't told. This is how often yours was the same, over the newest 50."
          counts={["task with a known answer", "tasks with a known answer"]}
          waits="It appears after your first such task."
        />
        <ShareCard
          title="Same answer again"
          share={figures.consistency}
          reading="A few tasks come to you twice, with the sides swapped. This is how often you answered as before."
          counts={["task judged twice", "tasks judged twice"]}
          waits="It appears after the first such task."
        />
      </SimpleGrid>
    </Stack>
  );
}

export function Figures({ figures }: { figures: OwnFigures }) {
  return (
    <Stack gap="xl">
      {figures.training && <Training training={figures.training} />}
      <Pace figures={figures} />
      <Shares figures={figures} />
    </Stack>
  );
}
