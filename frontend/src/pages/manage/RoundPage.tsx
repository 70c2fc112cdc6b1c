/** One round: what it chose, why, with what probability, and what has been answered. */
import { Alert, Anchor, Group, Text } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";

import { isLive } from "@/api/manageData";
import { useRound } from "@/api/manageModels";
import type { Round, RoundTask } from "@/api/types";
import { counted, decimal, percent, whole } from "@/components/plots/words";

import { DataTable, type Column } from "./parts/DataTable";
import { Facts } from "./parts/Facts";
import { GoTo } from "./parts/GoTo";
import { Empty, Loaded, Page, Section } from "./parts/Page";
import { StateBadge } from "./parts/StateBadge";
import { When } from "./parts/When";
import { ofAll, reasonWords } from "./words";

/** Three significant digits: a probability of 0.0012 must not read as 0.00. */
function chance(probability: number): string {
  return String(Number(probability.toPrecision(3)));
}

const COLUMNS: Column<RoundTask>[] = [
  { name: "Task", cell: ({ task }) => <GoTo page={`tasks/${task}`}>{task}</GoTo> },
  {
    name: "Prompt",
    cell: ({ prompt_excerpt: text }) => (
      <Text size="sm" lineClamp={2} maw={380} dir="auto">
        {text}
      </Text>
    ),
  },
  { name: "Why", cell: ({ reason }) => reasonWords(reason) },
  { name: "Probability", cell: ({ probability }) => chance(probability), numeric: true },
  { name: "Score of 1", cell: ({ mean_first: mean }) => decimal(mean), numeric: true },
  { name: "Score of 2", cell: ({ mean_second: mean }) => decimal(mean), numeric: true },
  { name: "Judgments", cell: ({ judgments }) => whole(judgments), numeric: true },
];

function Chosen({ round, tasks }: { round: Round; tasks: RoundTask[] }) {
  if (tasks.length === 0) {
    return (
      <Empty>
        {isLive(round.state)
          ? "Still choosing. This page follows it."
          : "It chose nothing. The message above says why."}
      </Empty>
    );
  }
  return (
    <Section
      title="Tasks"
      about="“Probability” is the chance that this prompt's pair had of being chosen. Scores are the champion's at that time; only their difference means something."
    >
      <DataTable
        caption="Tasks of this round"
        columns={COLUMNS}
        rows={tasks}
        keyOf={({ task }) => task}
        minWidth={860}
      />
    </Section>
  );
}

function Detail({ round }: { round: Round }) {
  return (
    <>
      <Group gap="xs" aria-live="polite">
        <StateBadge state={round.state} />
        {round.state !== "failed" && <Text>{round.message}</Text>}
      </Group>
      {round.state === "failed" && (
        <Alert color="orange" variant="light" title="The round failed">
          {round.message}
        </Alert>
      )}
      <Facts
        facts={[
          ["Chosen", `${whole(round.chosen)} of ${whole(round.size)} asked for`],
          [
            "At random",
            `${ofAll(round.random_chosen, round.chosen)}; ${percent(round.random_share)} asked for`,
          ],
          ["Answered", ofAll(round.answered, round.chosen)],
          [
            "Chosen with",
            round.champion === null ? "no model yet" : `reward model ${round.champion}`,
          ],
          [
            "Pool",
            `${counted(round.pool_responses, "response")} to ${counted(round.pool_prompts, "prompt")}`,
          ],
          ["Started by", round.trigger],
          ["Made", <When key="made" at={round.created_at} />],
          ["Ended", <When key="ended" at={round.finished_at} none="not yet" />],
        ]}
      />
      <Chosen round={round} tasks={round.tasks ?? []} />
    </>
  );
}

export function RoundPage() {
  const { slug, id } = useParams({ from: "/p/$slug/manage/rounds/$id" });
  const round = useRound(slug, id);
  return (
    <Page title={round.data ? `Round ${round.data.number}` : "Round"}>
      <Anchor component={Link} to={`/p/${slug}/manage/rounds`} size="sm" mt={-12}>
        All rounds
      </Anchor>
      <Loaded query={round}>{(data) => <Detail round={data} />}</Loaded>
    </Page>
  );
}
