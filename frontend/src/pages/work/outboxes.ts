/** The outbox of the person at this browser, its pulse, and its contents as React sees them. */
import { useEffect, useSyncExternalStore } from "react";

import { sendAnswer } from "@/api/work";
import { Outbox, type Entry } from "@/lib/outbox";

const outboxes = new Map<number, Outbox>();

/** One outbox a person: another one who signs in here must not send the first one's answers. */
export function outboxOf(user: number): Outbox {
  const known = outboxes.get(user);
  if (known) return known;
  const made = new Outbox({
    store: window.localStorage,
    name: `tiebreak.outbox.${user}`,
    send: sendAnswer,
    now: Date.now,
  });
  outboxes.set(user, made);
  return made;
}

export function useEntries(outbox: Outbox): Entry[] {
  return useSyncExternalStore(outbox.subscribe, outbox.entries);
}

/** Keeps the outbox going while a page of the project is open. */
export function useSending(user: number | undefined): void {
  useEffect(() => {
    if (user === undefined) return;
    const outbox = outboxOf(user);
    const flush = () => void outbox.flush();
    const retry = () => outbox.retryNow();
    flush();
    const pulse = window.setInterval(flush, 1000);
    window.addEventListener("online", retry);
    return () => {
      window.clearInterval(pulse);
      window.removeEventListener("online", retry);
    };
  }, [user]);
}
