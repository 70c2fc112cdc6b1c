import { describe, expect, test } from "vitest";

import type { Assignment } from "@/api/types";
import {
  EMPTY_QUEUE,
  queueReducer,
  reopenable,
  wantsMore,
  type QueueEvent,
  type TaskQueue,
} from "@/lib/taskQueue";

function task(id: number, more: Partial<Assignment> = {}): Assignment {
  return {
    id,
    question: {} as Assignment["question"],
    prompt: [],
    responses: [],
    lease_expires_at: "",
    state: "leased",
    answer: null,
    revision: 0,
    draft: null,
    training: false,
    ...more,
  };
}

const ANSWER = { ranks: [], strength: null, unacceptable: [], tags: [], note: "" };

function after(...events: QueueEvent[]): TaskQueue {
  return events.reduce(queueReducer, EMPTY_QUEUE);
}

const fetched = (id: number): QueueEvent => ({ type: "fetched", assignment: task(id) });
const answered = (id: number): QueueEvent => ({
  type: "answered",
  answered: { assignment: task(id), answer: ANSWER, key: `key ${id}` },
});
const ids = (queue: TaskQueue) => queue.tasks.map(({ id }) => id);

describe("the tasks in hand", () => {
  test("two are held: one to read and one ahead", () => {
    expect(wantsMore(after(), [])).toBe(true);
    expect(wantsMore(after(fetched(1)), [])).toBe(true);
    expect(wantsMore(after(fetched(1), fetched(2)), [])).toBe(false);
  });

  test("an answer that the server hasn't yet still takes up a lease", () => {
    const queue = after(fetched(1), fetched(2), answered(1));
    expect(ids(queue)).toEqual([2]);
    expect(wantsMore(queue, [1])).toBe(false);
    expect(wantsMore(queue, [])).toBe(true);
  });

  test("the same task fetched twice is there once", () => {
    expect(ids(after(fetched(1), fetched(1)))).toEqual([1]);
  });

  test("undo brings the last answer back in front, and the task on the screen waits", () => {
    const opened = { type: "opened", assignment: task(1, { answer: ANSWER }) } as const;
    const queue = after(fetched(1), fetched(2), answered(1), opened);
    expect(ids(queue)).toEqual([1, 2]);
    expect(reopenable(queue)).toBeNull();
    const cancelled = queueReducer(queue, { type: "dropped", assignment: 1 });
    expect(ids(cancelled)).toEqual([2]);
    expect(reopenable(cancelled)?.assignment.id).toBe(1);
  });

  test("a receipt gives the revision to the last answer, or to the task if it was reopened meanwhile", () => {
    const receipt = { type: "stored", key: "key 1", assignment: 1, revision: 1 } as const;
    const waiting = after(fetched(1), answered(1), receipt);
    expect(waiting.last?.assignment).toMatchObject({ revision: 1, state: "submitted" });
    const opened = { type: "opened", assignment: task(1) } as const;
    const reopened = after(fetched(1), answered(1), opened, receipt);
    expect(reopened.tasks[0]).toMatchObject({ revision: 1, state: "submitted" });
  });

  test("a reopened answer takes no lease", () => {
    const done = {
      type: "opened",
      assignment: task(9, { state: "submitted", revision: 1 }),
    } as const;
    expect(wantsMore(after(fetched(1), done), [])).toBe(true);
  });

  test("when none are left nothing more is fetched, until an answer is stored or somebody looks again", () => {
    const end = { type: "ended", reason: "None left." } as const;
    const queue = after(fetched(1), end);
    expect(wantsMore(queue, [])).toBe(false);
    expect(wantsMore(queueReducer(queue, { type: "look again" }), [])).toBe(true);
    const receipt = { type: "stored", key: "k", assignment: 1, revision: 1 } as const;
    expect(queueReducer(queue, receipt).ended).toBeNull();
  });
});
