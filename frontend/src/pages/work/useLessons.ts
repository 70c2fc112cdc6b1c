/** Training tasks: after an answer the next task waits until the server has said what it thinks of it. */
import { useEffect, useRef, useState } from "react";

import type { Answer, Assignment, Feedback } from "@/api/types";
import type { Outbox } from "@/lib/outbox";

export interface Lesson {
  feedback: Feedback;
  /** What the rater answered. */
  own: Answer;
  /** Null where the task was answered before this page was opened. */
  assignment: Assignment | null;
}

export function useLessons(outbox: Outbox) {
  const [waiting, setWaiting] = useState<string | null>(null);
  const [lesson, setLesson] = useState<Lesson | null>(null);
  const answered = useRef(new Map<string, Assignment>());

  useEffect(
    () =>
      outbox.watch(({ entry, sent }) => {
        const { key } = entry.body;
        // Whatever came of it: without a connection the work goes on.
        setWaiting((now) => (now === key ? null : now));
        const feedback = sent.outcome === "stored" ? sent.receipt.feedback : null;
        if (!feedback) return;
        const assignment = answered.current.get(key) ?? null;
        setLesson({ feedback, own: entry.body, assignment });
      }),
    [outbox],
  );

  return {
    waiting: waiting !== null,
    lesson,
    expect: (assignment: Assignment, key: string) => {
      answered.current.set(key, assignment);
      setWaiting(key);
    },
    close: () => setLesson(null),
  };
}
