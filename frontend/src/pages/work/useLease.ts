/** Keeps the leases of the tasks in hand alive while somebody works, and says when one is about to end. */
import { useEffect, useRef, useState } from "react";

import { ApiError } from "@/api/client";
import type { Assignment } from "@/api/types";
import { heartbeat } from "@/api/work";
import { serverNow } from "@/lib/serverClock";
import type { QueueEvent } from "@/lib/taskQueue";

const HEARTBEAT_MS = 60_000;
const WARN_MS = 120_000;

type Dispatch = (event: QueueEvent) => void;

/** Milliseconds until the lease ends, or null where it isn't leased. */
function leftOf(task: Assignment): number | null {
  if (task.state !== "leased") return null;
  return Date.parse(task.lease_expires_at) - serverNow();
}

async function renew(slug: string, task: Assignment, shown: boolean, dispatch: Dispatch) {
  try {
    const { lease_expires_at: until } = await heartbeat(slug, task.id);
    dispatch({ type: "lease", assignment: task.id, until });
  } catch (error) {
    const gone = error instanceof ApiError && (error.status === 404 || error.status === 409);
    // A task fetched ahead whose lease has gone is somebody else's now; the one on the screen stays.
    if (gone && !shown) dispatch({ type: "dropped", assignment: task.id });
  }
}

export function useLease(
  slug: string,
  tasks: Assignment[],
  active: () => boolean,
  dispatch: Dispatch,
) {
  const newest = useRef(tasks);
  newest.current = tasks;
  const shown = tasks[0];
  const [left, setLeft] = useState<number | null>(null);

  useEffect(() => {
    const beat = () => {
      if (document.visibilityState !== "visible" || !active()) return;
      newest.current
        .filter((task) => task.state === "leased")
        .forEach((task) => void renew(slug, task, task === newest.current[0], dispatch));
    };
    const timer = window.setInterval(beat, HEARTBEAT_MS);
    return () => window.clearInterval(timer);
  }, [slug, active, dispatch]);

  useEffect(() => {
    const look = () => {
      const now = newest.current[0] ? leftOf(newest.current[0]) : null;
      setLeft(now !== null && now < WARN_MS ? now : null);
    };
    look();
    const timer = window.setInterval(look, 1000);
    return () => window.clearInterval(timer);
  }, [shown?.id, shown?.lease_expires_at]);

  return { left, renew: () => (shown ? renew(slug, shown, true, dispatch) : Promise.resolve()) };
}
