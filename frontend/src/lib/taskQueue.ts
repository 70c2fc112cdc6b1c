/**
 * The tasks that this tab has in hand: the one on the screen, the ones fetched ahead, and the last one
 * answered, which can be reopened. A reducer: it fetches nothing.
 */
import type { Assignment, Answer } from "@/api/types";

export interface Answered {
  assignment: Assignment;
  answer: Answer;
  /** Idempotency key of the answer, by which the outbox knows it. */
  key: string;
}

export interface TaskQueue {
  /** First is on the screen; the others were fetched ahead. */
  tasks: Assignment[];
  last: Answered | null;
  /** Why there are no more, as the server said; null while there may be. */
  ended: string | null;
}

export const EMPTY_QUEUE: TaskQueue = { tasks: [], last: null, ended: null };

export type QueueEvent =
  | { type: "fetched"; assignment: Assignment }
  | { type: "ended"; reason: string }
  | { type: "look again" }
  | { type: "answered"; answered: Answered }
  | { type: "stored"; key: string; assignment: number; revision: number }
  | { type: "dropped"; assignment: number }
  | { type: "opened"; assignment: Assignment }
  | { type: "lease"; assignment: number; until: string };

/** The rater's limit of live leases: one to read, one ahead. */
export const LEASES = 2;

function without(tasks: Assignment[], id: number): Assignment[] {
  return tasks.filter((task) => task.id !== id);
}

function storedAs(assignment: Assignment, revision: number): Assignment {
  return { ...assignment, state: "submitted", revision };
}

function lastStored(last: Answered, revision: number): Answered {
  return { ...last, assignment: storedAs(last.assignment, revision) };
}

export function queueReducer(queue: TaskQueue, event: QueueEvent): TaskQueue {
  switch (event.type) {
    case "fetched":
      if (queue.tasks.some((task) => task.id === event.assignment.id)) return queue;
      return { ...queue, tasks: [...queue.tasks, event.assignment], ended: null };
    case "ended":
      return { ...queue, ended: event.reason };
    case "look again":
      return { ...queue, ended: null };
    case "answered": {
      const id = event.answered.assignment.id;
      return { ...queue, tasks: without(queue.tasks, id), last: event.answered };
    }
    case "stored":
      return {
        tasks: queue.tasks.map((task) =>
          task.id === event.assignment ? storedAs(task, event.revision) : task,
        ),
        last: queue.last?.key === event.key ? lastStored(queue.last, event.revision) : queue.last,
        // The answer freed a lease, so there may be more again.
        ended: null,
      };
    case "dropped":
      return { ...queue, tasks: without(queue.tasks, event.assignment), ended: null };
    case "opened":
      return {
        ...queue,
        tasks: [event.assignment, ...without(queue.tasks, event.assignment.id)],
      };
    case "lease":
      return {
        ...queue,
        tasks: queue.tasks.map((task) =>
          task.id === event.assignment ? { ...task, lease_expires_at: event.until } : task,
        ),
      };
  }
}

/** The answer that undo would reopen, or null: there is none, or it is on the screen already. */
export function reopenable(queue: TaskQueue): Answered | null {
  return queue.last && queue.last.assignment.id !== queue.tasks[0]?.id ? queue.last : null;
}

/** True where another task may be fetched: `unsent` are first answers that the server hasn't yet. */
export function wantsMore(queue: TaskQueue, unsent: readonly number[]): boolean {
  if (queue.ended !== null) return false;
  const leased = queue.tasks.filter((task) => task.state === "leased").map((task) => task.id);
  return new Set([...leased, ...unsent]).size < LEASES;
}
