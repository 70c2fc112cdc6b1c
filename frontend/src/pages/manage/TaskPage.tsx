/** One task: what was asked, what was answered, by whom, and what the answers mean together. */
import { Anchor, Code, Group } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";

import { useTask } from "@/api/manage";
import type { TaskPurpose } from "@/api/manageTypes";
import { runsProjects, useRole } from "@/api/session";
import type { TaskDetail } from "@/api/types";
import { counted, percent } from "@/components/plots/words";

import { Facts } from "./parts/Facts";
import { Loaded, Page, Section } from "./parts/Page";
import { When } from "./parts/When";
import { Decide } from "./task/Decide";
import { KnownAnswer } from "./task/KnownAnswer";
import { Leases } from "./task/Leases";
import { Prompt, Responses } from "./task/Responses";
import { Review } from "./task/Review";
import { Together } from "./task/Together";
import { Votes } from "./task/Votes";
import { disagreementWords, entropyWords, rankingWords, sourceWords } from "./words";

const PURPOSES: Record<TaskPurpose, string> = {
  work: "work",
  gold: "gold: has a known answer, mixed in among the work",
  training: "training: has a known answer, and raters are told it",
  repeat: "a rater's own earlier task, with the sides swapped",
};

function recordedWords(recorded: number[] | null): string {
  if (recorded === null) return "the file named no preference";
  return `${rankingWords(recorded)} (as the file said; no rater's answer, and never shown to raters)`;
}

/** A known answer gives a task more places than there are raters. */
function judgedWords(task: TaskDetail): string {
  const of = task.purpose === "work" ? ` of ${task.overlap}` : "";
  return `${task.judgments}${of}; ${counted(task.live_leases, "copy", "copies")} lent out`;
}

function About({ task }: { task: TaskDetail }) {
  return (
    <Facts
      facts={[
        ["Question", task.question.title],
        ["Asked for", PURPOSES[task.purpose]],
        ["Came from", sourceWords(task)],
        ["Judged", judgedWords(task)],
        ["Still open", entropyWords(task.entropy)],
        ["Votes", disagreementWords(task.disagreement)],
        ["Sureness", percent(task.confidence)],
        ["Decided by a reviewer", task.decided ? "yes" : "no"],
        ["Recorded preference", recordedWords(task.recorded_ranks)],
        ["Made", <When key="made" at={task.created_at} />],
        ["Flagged by a rater", task.flagged ? "yes: see below who had it" : "no"],
      ]}
    />
  );
}

function Meta({ meta }: Pick<TaskDetail, "meta">) {
  if (meta === null || Object.keys(meta).length === 0) return null;
  return (
    <Section
      title="What the file said of it"
      about="Kept beside the task; raters never see it. It travels with exports."
    >
      <Code block tabIndex={0} aria-label="What the file said of it">
        {JSON.stringify(meta, null, 2)}
      </Code>
    </Section>
  );
}

function Detail({ slug, task }: { slug: string; task: TaskDetail }) {
  const manages = runsProjects(useRole(slug));
  // One at a time: the forms listen to the keys of the whole page.
  const [editing, setEditing] = useState<"decision" | "known answer" | null>(null);
  const editor = (name: typeof editing) => ({
    open: editing === name,
    begin: () => setEditing(name),
    close: () => setEditing(null),
  });
  return (
    <>
      <Review task={task} />
      <About task={task} />
      <Prompt task={task} />
      <Responses task={task} />
      <Together task={task} />
      <Votes task={task} />
      <Decide slug={slug} task={task} editor={editor("decision")} />
      {manages && <KnownAnswer slug={slug} task={task} editor={editor("known answer")} />}
      <Leases leases={task.leases} />
      <Meta meta={task.meta} />
    </>
  );
}

export function TaskPage() {
  const { slug, id } = useParams({ from: "/p/$slug/manage/tasks/$id" });
  const task = useTask(slug, id);
  return (
    <Page title={`Task ${id}`}>
      <Group gap="md" mt={-12}>
        <Anchor component={Link} to={`/p/${slug}/manage/tasks`} size="sm">
          All tasks
        </Anchor>
        <Anchor component={Link} to={`/p/${slug}/manage/disputes`} size="sm">
          Disputes
        </Anchor>
      </Group>
      <Loaded query={task}>{(data) => <Detail key={data.id} slug={slug} task={data} />}</Loaded>
    </Page>
  );
}
