/**
 * How long somebody worked on a task: the time during which the tab was in front and the last sign of
 * life (key, pointer, scroll) was at most a minute old. Takes times, reads no clock.
 */

/** After this long without a sign of life, time stops counting until the next one. */
export const IDLE_AFTER_MS = 60_000;

export interface ActiveTime {
  /** Milliseconds counted so far, without the stretch that is still open. */
  total: number;
  /** When the open stretch began, or null while the tab is away. */
  since: number | null;
  lastSign: number;
}

export function begin(at: number, total = 0, inFront = true): ActiveTime {
  return { total, since: inFront ? at : null, lastSign: at };
}

/** What the open stretch is worth at `at`: it ends a minute after the last sign of life. */
function open(time: ActiveTime, at: number): number {
  if (time.since === null) return 0;
  return Math.max(0, Math.min(at, time.lastSign + IDLE_AFTER_MS) - time.since);
}

export function activeMs(time: ActiveTime, at: number): number {
  return Math.round(time.total + open(time, at));
}

/** A key, a pointer, a scroll: banks the stretch so far and opens the next. */
export function sign(time: ActiveTime, at: number): ActiveTime {
  if (time.since === null) return time;
  return { total: time.total + open(time, at), since: at, lastSign: at };
}

/** The tab went out of sight, or lost the focus. */
export function leave(time: ActiveTime, at: number): ActiveTime {
  return { ...time, total: time.total + open(time, at), since: null };
}

export function comeBack(time: ActiveTime, at: number): ActiveTime {
  return time.since === null ? { ...time, since: at, lastSign: at } : time;
}

export function isActive(time: ActiveTime, at: number): boolean {
  return time.since !== null && at - time.lastSign < IDLE_AFTER_MS;
}
