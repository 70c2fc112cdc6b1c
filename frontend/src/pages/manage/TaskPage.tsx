/** One task: what was asked, what was answered, by whom, and what the answers mean together. */
import { Anchor, Group, Paper, SimpleGrid, Stack, Text } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";

import { useTask } from "@/api/manage";
import type { TaskDetail } from "@/api/types";
import type { JudgmentRow, PairPosterior } from "@/api/types";
import { Markdown } from "@/components/Markdown";
import { Shares } from "@/components/plots";
import { counted, duration, percent } from "@/components/plots/words";
import { letter, listed } from "@/lib/letters";

import { DataTable, type Column } from "./parts/DataTable";
import { Facts } from "./parts/Facts";
import { Empty, Loaded, Page, Section } from "./parts/Page";
import { KindBadge } from "./parts/StateBadge";
import { When } from "./parts/When";
import { entropyWords, rankingWords, sourceWords } from "./words";

function answer(row: JudgmentRow): string {
  const bad = row.unacceptable.flatMap((own, i) => (own ? [String(i + 1)] : []));
  const words = rankingWords(row.ranks, row.strength);
  return bad.length > 0 ? `${words}; ${listed(bad)} unacceptable` : words;
}

/** "A was 2, B was 1": the order in which this rater saw the responses. */
function order(row: JudgmentRow): string {
  return row.shown.map((index, place) => `${letter(place)} was ${index + 1}`).join(", ");
}

const VOTES: Column<JudgmentRow>[] = [
  {
    name: "Rater",
    cell: (row) => (
      <Group gap="xs" wrap="nowrap">
        {row.rater} <KindBadge kind={row.kind} />
      </Group>
    ),
  },
  {
    name: "Answer",
    cell: (row) => (
      <>
        {answer(row)}
        {row.tags.length > 0 && ` (${row.tags.join(", ")})`}
        {row.note && (
          <Text size="sm" c="dimmed" style={{ whiteSpace: "pre-wrap" }} dir="auto">
            {row.note}
          </Text>
        )}
      </>
    ),
  },
  { name: "Shown", cell: order },
  {
    name: "Revision",
    cell: (row) => `${row.revision}${row.newest ? "" : " (replaced)"}${row.late ? ", late" : ""}`,
  },
  {
    name: "Time taken",
    cell: (row) => duration(row.active_ms === null ? null : row.active_ms / 1000),
    numeric: true,
  },
  { name: "Answered", cell: (row) => <When at={row.submitted_at} /> },
];

function Prompt({ task }: { task: TaskDetail }) {
  return (
    <Section title="Prompt">
      {task.prompt.map((message, i) => (
        <Paper key={i} withBorder p="md">
          <Text size="xs" c="dimmed" fw={600}>
            {message.role}
          </Text>
          <Markdown text={message.content} />
        </Paper>
      ))}
    </Section>
  );
}

function Responses({ task }: { task: TaskDetail }) {
  return (
    <Section
      title="Responses"
      about="Numbered in the task's own order; each rater saw them in an order drawn for them."
    >
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        {task.responses.map((response, i) => (
          <Paper key={response.id} withBorder p="md">
            <Text size="xs" c="dimmed" fw={600}>
              Response {i + 1}
              {response.policy ? ` by ${response.policy}` : ""}
            </Text>
            <Markdown text={response.text} />
          </Paper>
        ))}
      </SimpleGrid>
    </Section>
  );
}

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

function Together({ task }: { task: TaskDetail }) {
  return (
    <Section
      title="What raters mean together"
      about="Shares of the newest answers, drawn a little towards “anything is possible”, so that one vote is not yet certainty."
    >
      {task.posterior === null ? (
        <Empty>Nobody has judged this task yet.</Empty>
      ) : (
        task.posterior.map((pair) => <Pair key={`${pair.first}-${pair.second}`} pair={pair} />)
      )}
    </Section>
  );
}

function recordedWords(recorded: number[] | null): string {
  if (recorded === null) return "the file named no preference";
  return `${rankingWords(recorded)} (as the file said; no rater's answer, and never shown to raters)`;
}

function Detail({ task }: { task: TaskDetail }) {
  return (
    <>
      <Facts
        facts={[
          ["Came from", sourceWords(task)],
          [
            "Judged",
            `${task.judgments} of ${task.overlap}; ${counted(task.live_leases, "copy", "copies")} lent out`,
          ],
          ["Still open", entropyWords(task.entropy)],
          ["Recorded preference", recordedWords(task.recorded_ranks)],
          ["Made", <When key="made" at={task.created_at} />],
          ["Flagged by a rater", task.flagged ? "yes" : "no"],
        ]}
      />
      <Prompt task={task} />
      <Responses task={task} />
      <Together task={task} />
      <Section title="Answers" about="Numbers are those of the responses above.">
        {task.votes.length === 0 ? (
          <Empty>No answers yet.</Empty>
        ) : (
          <DataTable
            caption="Answers to this task"
            columns={VOTES}
            rows={task.votes}
            keyOf={(row) => row.id}
            minWidth={820}
          />
        )}
      </Section>
    </>
  );
}

export function TaskPage() {
  const { slug, id } = useParams({ from: "/p/$slug/manage/tasks/$id" });
  const task = useTask(slug, id);
  return (
    <Page title={`Task ${id}`}>
      <Stack gap="xs" mt={-12}>
        <Anchor component={Link} to={`/p/${slug}/manage/tasks`} size="sm">
          All tasks
        </Anchor>
      </Stack>
      <Loaded query={task}>{(data) => <Detail task={data} />}</Loaded>
    </Page>
  );
}
