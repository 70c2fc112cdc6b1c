/** What stands where a task would: none left, no connection, or one still on its way. */
import { Button, Center, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useEffect, type ReactNode } from "react";

import type { Progress } from "@/api/types";
import { AfterPause } from "@/components/States";
import { duration, plural } from "@/lib/words";

import classes from "./work.module.css";

const LOOK_AGAIN_MS = 60_000;

export function TaskSkeleton() {
  return (
    <AfterPause>
      <main className={classes.task} aria-busy="true" aria-label="Loading the next task">
        <Skeleton height={84} radius="md" animate={false} />
        <div className={classes.panes}>
          <Skeleton height="100%" radius="md" animate={false} />
          <Skeleton height="100%" radius="md" animate={false} />
        </div>
        <Skeleton height={150} radius="md" animate={false} />
      </main>
    </AfterPause>
  );
}

function Middle({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Center component="main" flex={1} p="lg">
      <Stack maw={520} gap="sm">
        <Title order={2}>{title}</Title>
        {children}
      </Stack>
    </Center>
  );
}

function doneInWords({ done, done_today: today, median_seconds: pace }: Progress): string {
  const total = `You judged ${plural(today, "task")} today and ${plural(done, "task")} in all`;
  return pace === null ? `${total}.` : `${total}, about ${duration(pace)} each.`;
}

interface NoTasksLeftProps {
  slug: string;
  reason: string;
  progress: Progress;
  said: ReactNode;
  /** Reopens the last answer; null where there is none. */
  onUndo: (() => void) | null;
  onLook: () => void;
}

export function NoTasksLeft({ slug, reason, progress, said, onUndo, onLook }: NoTasksLeftProps) {
  useEffect(() => {
    const timer = window.setInterval(() => {
      if (document.visibilityState === "visible") onLook();
    }, LOOK_AGAIN_MS);
    return () => window.clearInterval(timer);
  }, [onLook]);
  return (
    <Middle title="Nothing to judge right now">
      <Text>{reason}</Text>
      <Text>{doneInWords(progress)}</Text>
      <Text c="dimmed" size="sm">
        This page looks again every minute while it is open.
      </Text>
      <Group mt="sm">
        <Button onClick={onLook}>Look again</Button>
        <Button component={Link} to={`/p/${slug}/history`} variant="default">
          My answers
        </Button>
        {onUndo && (
          <Button variant="default" onClick={onUndo} aria-keyshortcuts="u">
            Undo
          </Button>
        )}
      </Group>
      {said}
    </Middle>
  );
}

export function NoConnection({ message }: { message: string }) {
  return (
    <Middle title="The next task can't be fetched">
      <Text role="alert">{message}</Text>
      <Text c="dimmed" size="sm">
        It is tried again by itself; you can leave this page open.
      </Text>
    </Middle>
  );
}
