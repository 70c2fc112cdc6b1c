/** Why a run failed: its cause by name, what it said itself, and what to do. */
import { Alert, Badge, Group, Stack, Text } from "@mantine/core";

import type { Failure } from "@/api/training";
import type { TrainingRun } from "@/api/types";

import { FAILURES } from "./runWords";

export function FailureBadge({ failure }: { failure: Failure | null }) {
  if (failure === null) return null;
  return (
    <Badge variant="default" tt="none" miw="max-content">
      {FAILURES[failure].name}
    </Badge>
  );
}

export function RunFailure({ run: { failure, message } }: { run: TrainingRun }) {
  return (
    <Alert color="orange" variant="light" title="The run failed">
      <Stack gap="xs">
        {failure && (
          <Group gap="xs">
            <FailureBadge failure={failure} />
            <Text size="sm" fw={600} flex="1 1 240px">
              {FAILURES[failure].remedy}
            </Text>
          </Group>
        )}
        <Text size="sm">{message || "It left no message; the log below may say more."}</Text>
      </Stack>
    </Alert>
  );
}
