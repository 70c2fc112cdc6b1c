/** Bars across the screen: working offline, an answer that was refused, a lease about to end, a late one. */
import { Button } from "@mantine/core";
import { useState, type ReactNode } from "react";

import type { Entry } from "@/lib/outbox";
import { countdown, plural } from "@/lib/words";

import classes from "./work.module.css";

function Bar({ children, alert }: { children: ReactNode; alert?: boolean }) {
  return (
    <div className={classes.notice} role={alert ? "alert" : "status"}>
      {children}
    </div>
  );
}

function Action({ children, onClick }: { children: string; onClick: () => void }) {
  return (
    <Button size="compact-sm" variant="default" onClick={onClick}>
      {children}
    </Button>
  );
}

/** Shows once a send has failed: an answer on its way is no news. */
export function OfflineBar({ waiting, onRetry }: { waiting: Entry[]; onRetry: () => void }) {
  if (!waiting.some((entry) => entry.tries > 0)) return null;
  const count = waiting.length;
  return (
    <Bar>
      <span>
        Working offline: {plural(count, "answer")} {count === 1 ? "waits" : "wait"} here
      </span>
      <Action onClick={onRetry}>Send now</Action>
    </Bar>
  );
}

interface RefusedBarProps {
  entry: Entry;
  onOpen: () => Promise<void>;
  onDiscard: () => void;
}

export function RefusedBar({ entry, onOpen, onDiscard }: RefusedBarProps) {
  const [fault, setFault] = useState("");
  const open = () => onOpen().catch((error: Error) => setFault(error.message));
  return (
    <Bar alert>
      <span>
        An answer was not saved: {entry.refusal?.detail} {fault && `It can't be opened: ${fault}`}
      </span>
      <Action onClick={() => void open()}>Open it</Action>
      {fault && <Action onClick={onDiscard}>Discard it</Action>}
    </Bar>
  );
}

export function LeaseBar({ left, onKeep }: { left: number; onKeep: () => Promise<unknown> }) {
  if (left <= 0) {
    return (
      <Bar>
        <span>
          The time for this task is over. You can still answer: it is kept, and marked as late.
        </span>
      </Bar>
    );
  }
  return (
    <Bar>
      <span>
        Still working on this? It goes back in{" "}
        <span role="timer" aria-live="off">
          {countdown(left)}
        </span>
        .
      </span>
      <Action onClick={() => void onKeep()}>Keep it</Action>
    </Bar>
  );
}

export function LateBar({ onClose }: { onClose: () => void }) {
  return (
    <Bar>
      <span>Saved as late: the time for that task had run out. Nothing is lost.</span>
      <Action onClick={onClose}>OK</Action>
    </Bar>
  );
}
