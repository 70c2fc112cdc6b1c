/** The outline of a managers' page, and what stands in it while its data are on their way. */
import { Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { AfterPause, Failure } from "@/components/States";

interface PageProps {
  title: string;
  /** One sentence on what the page is for. */
  about?: string;
  actions?: ReactNode;
  children: ReactNode;
}

export function Page({ title, about, actions, children }: PageProps) {
  useDocumentTitle(`${title} · Tiebreak`);
  return (
    <Stack gap="lg" maw={1120} mx="auto" pb="xl">
      <Group justify="space-between" align="flex-start" gap="sm">
        <Stack gap={4} maw={720} flex="1 1 300px">
          <Title order={1} size="h2">
            {title}
          </Title>
          {about && <Text c="dimmed">{about}</Text>}
        </Stack>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}

export function Section({ title, about, actions, children }: PageProps) {
  return (
    <Stack component="section" gap="sm">
      <Group justify="space-between" align="flex-end" gap="sm">
        <Stack gap={2} maw={720} flex="1 1 260px">
          <Title order={2} size="h4">
            {title}
          </Title>
          {about && (
            <Text size="sm" c="dimmed">
              {about}
            </Text>
          )}
        </Stack>
        {actions}
      </Group>
      {children}
    </Stack>
  );
}

type Query<Data> = Pick<UseQueryResult<Data>, "data" | "error" | "refetch">;

/** Its children once there are data; a failed refresh is told above what was read before. */
export function Loaded<Data>({
  query,
  children,
}: {
  query: Query<Data>;
  children: (data: Data) => ReactNode;
}) {
  const { data, error } = query;
  const failure = error && <Failure error={error} retry={() => void query.refetch()} />;
  if (data === undefined) {
    if (failure) return failure;
    return (
      <AfterPause>
        <Stack aria-busy="true" aria-label="Loading">
          <Skeleton height={120} />
          <Skeleton height={220} />
        </Stack>
      </AfterPause>
    );
  }
  return (
    <>
      {failure}
      {children(data)}
    </>
  );
}

/** What an empty list says: why it is empty and what fills it. */
export function Empty({ children }: { children: ReactNode }) {
  return (
    <Text c="dimmed" py="md">
      {children}
    </Text>
  );
}
