/**
 * The form of one assignment: its state, kept in the browser at every change and on the server after a
 * pause, and the time spent on it.
 */
import { useCallback, useEffect, useRef, useState } from "react";

import type { Assignment } from "@/api/types";
import { saveDraft } from "@/api/work";
import { draftFrom, readDraft, writeDraft, type Draft } from "@/lib/drafts";

import { draftOf } from "./draftOf";
import { useActiveTime } from "./useActiveTime";

const PAUSE_MS = 1500;

function startingDraft(user: number, assignment: Assignment): Draft {
  const kept = [
    readDraft(window.localStorage, user, assignment.id),
    draftFrom(assignment.draft),
  ].find((draft) => draft?.revision === assignment.revision);
  return kept ?? draftOf(assignment);
}

/** The browser has the first copy, so a copy that can't be sent is no news: the next one follows. */
function sendCopy(slug: string, assignment: number, data: Partial<Draft>): void {
  saveDraft(slug, assignment, data).catch(() => undefined);
}

export function useDraft(slug: string, user: number, assignment: Assignment) {
  const [draft, setDraft] = useState(() => startingDraft(user, assignment));
  const { read, active } = useActiveTime(draft.active_ms);
  const sent = useRef(false);
  const newest = useRef({ draft, assignment });
  newest.current = { draft, assignment };

  const current = useCallback((): Draft => {
    const { draft: now, assignment: task } = newest.current;
    return { ...now, active_ms: read(), revision: task.revision };
  }, [read]);
  const keep = useCallback(() => {
    if (sent.current) return;
    writeDraft(window.localStorage, user, newest.current.assignment.id, current());
  }, [user, current]);

  useEffect(keep, [draft, keep]);
  useEffect(() => {
    sent.current = false;
    window.addEventListener("pagehide", keep);
    return () => {
      window.removeEventListener("pagehide", keep);
      keep();
    };
  }, [keep]);

  const opened = useRef(draft);
  useEffect(() => {
    if (draft === opened.current) return;
    const timer = window.setTimeout(() => {
      if (!sent.current) sendCopy(slug, newest.current.assignment.id, current());
    }, PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [slug, draft, current]);

  const change = useCallback(
    (part: Partial<Draft>) => setDraft((now) => ({ ...now, ...part })),
    [],
  );
  /** Call when the answer has gone to the outbox: from then on there is nothing to keep. */
  const done = useCallback(() => {
    sent.current = true;
  }, []);
  /** Takes the copy on the server back, after the draft here was given up. */
  const forget = useCallback(() => sendCopy(slug, newest.current.assignment.id, {}), [slug]);
  return { draft, change, done, forget, activeMs: read, active };
}
