/** The tasks in this tab: fetches them ahead, hands answers to the outbox, reopens them. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useReducer, useRef, useState } from "react";

import { ApiError } from "@/api/client";
import { sessionKey } from "@/api/queryClient";
import type { Answer, Assignment, Submission, Work } from "@/api/types";
import { fetchAssignment, fetchNext, workQuery } from "@/api/work";
import { dropDraft, writeDraft } from "@/lib/drafts";
import { backOff, type Entry, type Outbox } from "@/lib/outbox";
import { EMPTY_QUEUE, queueReducer, reopenable, wantsMore, type QueueEvent } from "@/lib/taskQueue";
import { uuid } from "@/lib/uuid";

import { draftOf } from "./draftOf";
import { outboxOf, useEntries } from "./outboxes";
import { useLessons } from "./useLessons";

type Dispatch = (event: QueueEvent) => void;

function firstAnswers(entries: Entry[]): number[] {
  const first = entries.filter((entry) => entry.body.revision === 0 && !entry.follows);
  return first.map((entry) => entry.assignment);
}

/** Fetches while there is room, one request at a time, and tries again after a failure. */
function useFetchAhead(slug: string, wanted: boolean, holding: number[], dispatch: Dispatch) {
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [round, setRound] = useState(0);
  const busy = useRef(false);
  const failures = useRef(0);
  const held = holding.join();

  useEffect(() => {
    if (!wanted || busy.current) return;
    busy.current = true;
    fetchNext(slug, held === "" ? [] : held.split(",").map(Number))
      .then(({ assignment, reason }) => {
        failures.current = 0;
        setFailure(null);
        if (assignment) dispatch({ type: "fetched", assignment });
        else dispatch({ type: "ended", reason: reason ?? "There are no tasks left for you." });
      })
      .catch((error: ApiError) => {
        failures.current += 1;
        setFailure(error);
      })
      .finally(() => {
        busy.current = false;
        window.setTimeout(
          () => setRound((count) => count + 1),
          failures.current ? backOff(failures.current) : 0,
        );
      });
  }, [slug, wanted, held, round, dispatch]);

  useEffect(() => {
    const again = () => setRound((count) => count + 1);
    window.addEventListener("online", again);
    return () => window.removeEventListener("online", again);
  }, []);
  return failure;
}

/** What the server said about answers that this tab sent: a notice that fades, and the queue's part. */
function useReceipts(slug: string, outbox: Outbox, dispatch: Dispatch) {
  const client = useQueryClient();
  const [late, setLate] = useState<number | null>(null);
  useEffect(
    () =>
      outbox.watch(({ entry, sent }) => {
        if (sent.outcome === "signed out") void client.invalidateQueries({ queryKey: sessionKey });
        if (sent.outcome !== "stored") return;
        const { assignment, revision } = sent.receipt;
        dispatch({ type: "stored", key: entry.body.key, assignment, revision });
        if (sent.receipt.late) setLate(assignment);
        void client.invalidateQueries({ queryKey: workQuery(slug).queryKey });
      }),
    [slug, outbox, client, dispatch],
  );
  return { late, forgetLate: useCallback(() => setLate(null), []) };
}

type Spent = Pick<Submission, "active_ms" | "pasted">;

function oneMoreDone(work: Work | undefined): Work | undefined {
  if (!work) return work;
  const { done, done_today } = work.progress;
  return { ...work, progress: { ...work.progress, done: done + 1, done_today: done_today + 1 } };
}

export function useTasks(slug: string, user: number) {
  const client = useQueryClient();
  const outbox = outboxOf(user);
  const entries = useEntries(outbox).filter((entry) => entry.slug === slug);
  const [queue, dispatch] = useReducer(queueReducer, EMPTY_QUEUE);
  const unsent = firstAnswers(entries);
  const holding = [...new Set([...queue.tasks.map((task) => task.id), ...unsent])];
  const failure = useFetchAhead(slug, wantsMore(queue, unsent), holding, dispatch);
  const receipts = useReceipts(slug, outbox, dispatch);
  const lessons = useLessons(outbox);
  const refused = entries.filter((entry) => entry.refusal);

  function answer(assignment: Assignment, given: Answer, spent: Spent): void {
    const key = uuid();
    const earlier = entries.filter((entry) => entry.assignment === assignment.id);
    const follows = earlier.findLast((entry) => !entry.refusal)?.body.key ?? null;
    const body = { ...given, key, revision: assignment.revision, ...spent };
    dropDraft(window.localStorage, user, assignment.id);
    if (assignment.training) lessons.expect(assignment, key);
    outbox.add({ slug, assignment: assignment.id, body, follows });
    // Only now, with the newer answer kept, may the refused one go.
    earlier.filter((entry) => entry.refusal).forEach((entry) => outbox.remove(entry.body.key));
    dispatch({ type: "answered", answered: { assignment, answer: given, key } });
    if (assignment.revision === 0 && earlier.length === 0) {
      client.setQueryData(workQuery(slug).queryKey, oneMoreDone);
    }
  }

  function undo(): void {
    const last = reopenable(queue);
    if (!last) return;
    // A draft that was fetched with the task is older than the answer.
    const assignment = { ...last.assignment, answer: last.answer, draft: null };
    dispatch({ type: "opened", assignment });
  }

  /** Puts a reopened answer away again, as the server has it. */
  function close(assignment: Assignment): void {
    dropDraft(window.localStorage, user, assignment.id);
    dispatch({ type: "dropped", assignment: assignment.id });
  }

  const open = useCallback(
    async (id: number) => dispatch({ type: "opened", assignment: await fetchAssignment(slug, id) }),
    [slug],
  );

  /** Brings a refused answer back to the screen as the rater left it. */
  async function reopen({ assignment: id, body }: Entry): Promise<void> {
    const assignment = await fetchAssignment(slug, id);
    writeDraft(window.localStorage, user, id, { ...draftOf({ ...assignment, answer: body }) });
    dispatch({ type: "opened", assignment });
  }

  const canUndo = reopenable(queue) !== null;
  const calls = { dispatch, answer, undo, close, open, reopen };
  return { queue, entries, refused, failure, outbox, canUndo, lessons, ...calls, ...receipts };
}

export type Tasks = ReturnType<typeof useTasks>;
