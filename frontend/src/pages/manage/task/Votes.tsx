/** Every answer to the task with its author; earlier revisions are folded, decisions are marked. */
import { Badge, Group, Paper, Stack, Text } from "@mantine/core";

import type { JudgmentRow, TaskDetail } from "@/api/types";
import { counted, duration, whole } from "@/components/plots/words";
import { letter } from "@/lib/letters";

import { Disclosure } from "../parts/Disclosure";
import { Empty, Section } from "../parts/Page";
import { KindBadge } from "../parts/StateBadge";
import { When } from "../parts/When";
import { AnswerView } from "./AnswerView";
import { answerOf, judgedBy, questionOf, type Judged } from "./task";

/** "A was 2, B was 1": the order in which this rater saw the responses. */
function shownWords({ shown }: JudgmentRow): string {
  return shown.map((index, place) => `${letter(place)} was ${index + 1}`).join(", ");
}

function facts(vote: JudgmentRow): string {
  const parts = [
    vote.active_ms !== null && `took ${duration(vote.active_ms / 1000)}`,
    vote.pasted !== null && vote.pasted > 0 && `pasted ${whole(vote.pasted)} characters`,
    vote.shown.length > 1 && !vote.decision && shownWords(vote),
    `revision ${vote.revision}`,
    `version ${vote.version} of the question`,
  ];
  return parts.filter((part) => part !== false).join("; ");
}

function Vote({ vote, task }: { vote: JudgmentRow; task: TaskDetail }) {
  return (
    <Stack gap={4}>
      <AnswerView
        question={questionOf(task)}
        responses={task.responses}
        answer={answerOf(vote.answer)}
      />
      {vote.note && (
        <Text size="sm" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }} dir="auto">
          {vote.decision ? "Explanation: " : "Note: "}
          {vote.note}
        </Text>
      )}
      <Text size="xs" c="dimmed">
        <When at={vote.submitted_at} />; {facts(vote)}
      </Text>
    </Stack>
  );
}

function Author({ vote }: { vote: JudgmentRow }) {
  return (
    <Group gap="xs">
      <Text fw={600}>{vote.rater}</Text>
      <KindBadge kind={vote.kind} />
      {vote.decision && (
        <Badge variant="filled" tt="none" miw="max-content">
          decision
        </Badge>
      )}
      {vote.late && (
        <Badge variant="light" color="orange" tt="none" miw="max-content">
          late
        </Badge>
      )}
    </Group>
  );
}

function Answers({ judged, task }: { judged: Judged; task: TaskDetail }) {
  const { newest, older } = judged;
  const many = counted(older.length, "earlier revision");
  return (
    <Paper withBorder p="md" component="article" aria-label={`Answer of ${newest.rater}`}>
      <Stack gap="xs">
        <Author vote={newest} />
        <Vote vote={newest} task={task} />
        {older.length > 0 && (
          <Disclosure show={`Show ${many}`} hide={`Hide ${many}`}>
            <Stack gap="md" pl="md">
              {older.map((vote) => (
                <Vote key={vote.id} vote={vote} task={task} />
              ))}
            </Stack>
          </Disclosure>
        )}
      </Stack>
    </Paper>
  );
}

export function Votes({ task }: { task: TaskDetail }) {
  return (
    <Section
      title="Answers"
      about={task.k > 1 ? "Numbers are those of the responses above." : undefined}
    >
      {task.votes.length === 0 && <Empty>No answers yet.</Empty>}
      {judgedBy(task.votes).map((judged) => (
        <Answers key={judged.newest.id} judged={judged} task={task} />
      ))}
    </Section>
  );
}
