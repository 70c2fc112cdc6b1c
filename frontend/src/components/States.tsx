/** What a page shows in place of itself: while it loads, when it fails, when it isn't there. */
import { Alert, Button, Center, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useTimeout } from "@mantine/hooks";
import { Link } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";

/** Nothing for 300 ms, then its children: a quick answer never flashes a skeleton. */
export function AfterPause({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState(false);
  useTimeout(() => setShown(true), 300, { autoInvoke: true });
  return shown ? children : null;
}

export function PendingPage() {
  return (
    <AfterPause>
      <Stack p="lg" aria-busy="true" aria-label="Loading">
        <Skeleton height={28} width="30%" />
        <Skeleton height={220} />
      </Stack>
    </AfterPause>
  );
}

/** A failed request, in words, with the way on. */
export function Failure({ error, retry }: { error: Error; retry?: () => void }) {
  return (
    <Alert color="orange" title="That didn't work" role="alert" variant="light">
      <Stack align="flex-start" gap="sm">
        <Text size="sm">{error.message}</Text>
        {retry && (
          <Button size="xs" variant="default" onClick={retry}>
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** One sentence in the middle of an empty page. */
export function Notice({
  title,
  children,
  action,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <Center mih="60vh" p="lg" component="main">
      <Stack maw={520} gap="sm">
        <Title order={1} size="h2">
          {title}
        </Title>
        {children}
        {action && <Group mt="sm">{action}</Group>}
      </Stack>
    </Center>
  );
}

export function ErrorPage({ error, reset }: { error: unknown; reset?: () => void }) {
  return (
    <Notice
      title="This page could not be shown"
      action={
        <>
          <Button onClick={reset ?? (() => window.location.reload())}>Try again</Button>
          <Button variant="default" onClick={() => window.location.assign("/")}>
            To the projects
          </Button>
        </>
      }
    >
      <Text>{error instanceof Error ? error.message : "Something unexpected went wrong."}</Text>
    </Notice>
  );
}

export function NotFoundPage() {
  return (
    <Notice
      title="Nothing here"
      action={
        <Button component={Link} to="/">
          To the projects
        </Button>
      }
    >
      <Text>
        The page doesn&apos;t exist, or it belongs to a project that you aren&apos;t part of.
      </Text>
    </Notice>
  );
}
