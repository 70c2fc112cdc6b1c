import { Text } from "@mantine/core";

import { refusal } from "./words";

/** Why the last request failed, beside what asked for it. */
export function Fault({ error }: { error: Error | null }) {
  if (!error) return null;
  return (
    <Text role="alert" size="sm" c="var(--fault)">
      {refusal(error)}
    </Text>
  );
}
