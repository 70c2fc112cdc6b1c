/** A rater's own latest answers, in words, each with the way to change it. */
import { Anchor, Badge, Button, Container, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { getRouteApi, Link } from "@tanstack/react-router";

import type { HistoryEntry, Progress } from "@/api/types";
import { useHistory, useWork } from "@/api/work";
import { ColorSchemeToggle } from "@/components/frame/ColorSchemeToggle";
import { PersonMenu } from "@/components/frame/PersonMenu";
import { AfterPause, Failure, PendingPage } from "@/components/States";
import { dateTime, duration, plural } from "@/lib/words";
import { DecisionNote } from "@/pages/own/DecisionNote";

import { answerInWords } from "./answerInWords";

const route = getRouteApi("/p/$slug/history");

function OwnProgress({ progress }: { progress: Progress }) {
  const { done, done_today: today, daily_target: target, median_seconds: pace } = progress;
  const parts = [
    target ? `${today} of ${target} today` : `${today} today`,
    `${plural(done, "task")} in all`,
    pace === null ? null : `about ${duration(pace)} each`,
  ];
  return <Text c="dimmed">{parts.filter(Boolean).join(" · ")}</Text>;
}

function EntryCard({ slug, entry }: { slug: string; entry: HistoryEntry }) {
  const tags = entry.answer.tags ?? [];
  return (
    <Paper component="li" withBorder p="md">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Stack gap={4} miw={0}>
          <Text lineClamp={2}>{entry.prompt_excerpt}</Text>
          <Text fw={600}>{answerInWords(entry.answer, entry.responses)}</Text>
          {tags.length > 0 && <Text size="sm">{tags.join(", ")}</Text>}
          {entry.answer.note && (
            <Text size="sm" lineClamp={3}>
              “{entry.answer.note}”
            </Text>
          )}
          <Group gap="xs">
            <Text size="sm" c="dimmed">
              {dateTime(entry.submitted_at)}
            </Text>
            {entry.revision > 1 && (
              <Badge variant="default" tt="none">
                changed {plural(entry.revision - 1, "time")}
              </Badge>
            )}
            {entry.late && (
              <Badge variant="default" tt="none">
                late
              </Badge>
            )}
          </Group>
        </Stack>
        <Button
          component={Link}
          to={`/p/${slug}/work?edit=${entry.assignment}`}
          variant="default"
          size="sm"
          flex="none"
          aria-label={`Edit the answer to task ${entry.assignment}`}
        >
          Edit
        </Button>
      </Group>
      <DecisionNote slug={slug} item={entry} />
    </Paper>
  );
}

function Entries({ slug }: { slug: string }) {
  const history = useHistory(slug);
  if (history.error) return <Failure error={history.error} retry={() => void history.refetch()} />;
  if (!history.data) return <PendingPage />;
  if (history.data.length === 0) return <Text>Nothing yet: your answers will be listed here.</Text>;
  return (
    <Stack
      component="ul"
      gap="sm"
      m={0}
      p={0}
      style={{ listStyle: "none" }}
      aria-label="My answers"
    >
      {history.data.map((entry) => (
        <EntryCard key={entry.assignment} slug={slug} entry={entry} />
      ))}
    </Stack>
  );
}

export function HistoryPage() {
  const { slug } = route.useParams();
  const work = useWork(slug);
  return (
    <Container size="md" py="lg" component="main">
      <Stack gap="lg">
        <Group justify="space-between">
          <Anchor component={Link} to={`/p/${slug}/work`}>
            ← Back to the tasks
          </Anchor>
          <Group gap="xs">
            <ColorSchemeToggle />
            <PersonMenu slug={slug} />
          </Group>
        </Group>
        <div>
          <Title order={1} size="h2">
            My answers
          </Title>
          {work.data ? <OwnProgress progress={work.data.progress} /> : <AfterPause>…</AfterPause>}
        </div>
        <Entries slug={slug} />
      </Stack>
    </Container>
  );
}
