/** The form of one assignment: its state, kept in the browser at every change, and the time spent on it. */
import { useCallback, useEffect, useRef, useState } from "react";

import type { Assignment } from "@/api/types";
import { readDraft, writeDraft, type Draft } from "@/lib/drafts";

import { draftOf } from "./draftOf";
import { useActiveTime } from "./useActiveTime";

function startingDraft(user: number, assignment: Assignment): Draft {
  const kept = readDraft(window.localStorage, user, assignment.id);
  return kept && kept.revision === assignment.revision ? kept : draftOf(assignment);
}

export function useDraft(user: number, assignment: Assignment) {
  const [draft, setDraft] = useState(() => startingDraft(user, assignment));
  const { read, active } = useActiveTime(draft.active_ms);
  const sent = useRef(false);
  const newest = useRef({ draft, assignment });
  newest.current = { draft, assignment };

  const keep = useCallback(() => {
    if (sent.current) return;
    const { draft: now, assignment: task } = newest.current;
    const kept = { ...now, active_ms: read(), revision: task.revision };
    writeDraft(window.localStorage, user, task.id, kept);
  }, [user, read]);

  useEffect(keep, [draft, keep]);
  useEffect(() => {
    sent.current = false;
    window.addEventListener("pagehide", keep);
    return () => {
      window.removeEventListener("pagehide", keep);
      keep();
    };
  }, [keep]);

  const change = useCallback(
    (part: Partial<Draft>) => setDraft((now) => ({ ...now, ...part })),
    [],
  );
  /** Call when the answer has gone to the outbox: from then on there is nothing to keep. */
  const done = useCallback(() => {
    sent.current = true;
  }, []);
  return { draft, change, done, activeMs: read, active };
}
