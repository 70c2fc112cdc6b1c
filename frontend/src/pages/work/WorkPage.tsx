/** The rater's page: bars on top, one task below, and what holds from one task to the next. */
import { useDocumentTitle } from "@mantine/hooks";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useEffect, useState, type ReactNode } from "react";

import { useSession } from "@/api/session";
import type { Work } from "@/api/types";
import { useWork } from "@/api/work";
import { ErrorPage, PendingPage } from "@/components/States";
import { sweepDrafts } from "@/lib/drafts";
import { NoticeBar } from "@/pages/own/NoticeBar";

import { GuidelinesDrawer } from "./dialogs";
import { Judging } from "./Judging";
import { KeysDialog } from "./KeysDialog";
import { LessonPanel } from "./LessonPanel";
import { NoConnection, NoTasksLeft, TaskSkeleton } from "./NoTask";
import { LateBar, OfflineBar, RefusedBar } from "./StatusBars";
import { TopBar } from "./TopBar";
import { useCommands } from "./useCommands";
import { useSaid } from "./useSaid";
import { useTasks, type Tasks } from "./useTasks";
import classes from "./work.module.css";

const route = getRouteApi("/p/$slug/work");

export function WorkPage() {
  const { slug } = route.useParams();
  const work = useWork(slug);
  const user = useSession().data?.user;
  if (work.error && !work.data) {
    return <ErrorPage error={work.error} reset={() => void work.refetch()} />;
  }
  if (!work.data || !user) return <PendingPage />;
  return <WorkScreen key={`${user.id} ${slug}`} slug={slug} user={user.id} work={work.data} />;
}

/** Opens the answer that the address asks for, once, and takes it out of the address. */
function useEditFromAddress(tasks: Tasks, onFault: (text: string) => void): void {
  const { edit } = route.useSearch();
  const navigate = route.useNavigate();
  const { open } = tasks;
  useEffect(() => {
    if (edit === undefined) return;
    void navigate({ search: {}, replace: true });
    open(edit).catch((error: Error) => onFault(`That answer can't be opened: ${error.message}`));
  }, [edit, navigate, open, onFault]);
}

/** A refused answer comes back by itself while nothing has been begun on the task now on the screen. */
function useReopenRefused(tasks: Tasks, touched: boolean, onReopen: () => void): void {
  const entry = tasks.refused[0];
  const shown = tasks.queue.tasks[0];
  const key = entry?.body.key;
  useEffect(() => {
    if (!entry || touched || shown?.id === entry.assignment) return;
    // Where it can't be opened the bar stays, and says so when asked.
    tasks.reopen(entry).then(onReopen, () => undefined);
    // Once for each refusal, which `key` stands for: not again when the rater moves on.
  }, [key]);
}

function Bars({ tasks }: { tasks: Tasks }) {
  const { refused, outbox, entries, late, forgetLate, queue } = tasks;
  const elsewhere = refused.find((entry) => entry.assignment !== queue.tasks[0]?.id);
  return (
    <>
      <OfflineBar
        waiting={entries.filter((entry) => !entry.refusal)}
        onRetry={() => outbox.retryNow()}
      />
      {elsewhere && (
        <RefusedBar
          key={elsewhere.body.key}
          entry={elsewhere}
          onOpen={() => tasks.reopen(elsewhere)}
          onDiscard={() => outbox.remove(elsewhere.body.key)}
        />
      )}
      {late !== null && <LateBar onClose={forgetLate} />}
    </>
  );
}

const WAITING =
  "Your last answers are kept here and wait for the connection. The next task follows them.";

interface InsteadProps {
  slug: string;
  work: Work;
  tasks: Tasks;
  said: ReactNode;
}

function InsteadOfTask({ slug, work, tasks, said }: InsteadProps) {
  const { queue, failure, entries, dispatch } = tasks;
  const onLook = useCallback(() => dispatch({ type: "look again" }), [dispatch]);
  if (queue.ended !== null) {
    return (
      <NoTasksLeft
        slug={slug}
        reason={queue.ended}
        progress={work.progress}
        said={said}
        onUndo={tasks.canUndo ? tasks.undo : null}
        onLook={onLook}
      />
    );
  }
  if (entries.some((entry) => entry.tries > 0)) return <NoConnection message={WAITING} />;
  return failure ? <NoConnection message={failure.message} /> : <TaskSkeleton />;
}

function WorkScreen({ slug, user, work }: { slug: string; user: number; work: Work }) {
  const tasks = useTasks(slug, user);
  const [open, setOpen] = useState<"guidelines" | "keys" | null>(null);
  const [promptOpen, setPromptOpen] = useState(true);
  const [touched, setTouched] = useState(false);
  const { said, say, hush } = useSaid(tasks.canUndo);
  const shown = tasks.queue.tasks[0];
  useEffect(() => sweepDrafts(window.localStorage, Date.now()), []);
  useEditFromAddress(tasks, say);
  useReopenRefused(tasks, touched, hush);
  useDocumentTitle(`${work.project.name} · Tiebreak`);

  const undo = () => {
    tasks.undo();
    hush();
  };
  useCommands({ undo, guidelines: () => setOpen("guidelines"), keys: () => setOpen("keys") });

  function middle(): ReactNode {
    const { lesson, waiting, close } = tasks.lessons;
    if (lesson) return <LessonPanel lesson={lesson} onClose={close} />;
    if (waiting) return <TaskSkeleton />;
    if (!shown) return <InsteadOfTask slug={slug} work={work} tasks={tasks} said={said} />;
    return (
      <Judging
        key={shown.id}
        slug={slug}
        user={user}
        assignment={shown}
        tasks={tasks}
        said={said}
        promptOpen={promptOpen}
        onPrompt={() => setPromptOpen((now) => !now)}
        onSaid={say}
        onTouched={setTouched}
        onUndo={undo}
      />
    );
  }

  return (
    <div className={classes.screen}>
      <TopBar
        work={work}
        onGuidelines={() => setOpen("guidelines")}
        onKeys={() => setOpen("keys")}
      />
      <NoticeBar slug={slug} notice={work.notice} />
      <Bars tasks={tasks} />
      {middle()}
      <GuidelinesDrawer
        opened={open === "guidelines"}
        onClose={() => setOpen(null)}
        text={work.guidelines}
      />
      <KeysDialog
        opened={open === "keys"}
        onClose={() => setOpen(null)}
        assignment={shown ?? null}
      />
    </div>
  );
}
