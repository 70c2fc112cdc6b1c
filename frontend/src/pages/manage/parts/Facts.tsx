/** Names and values in pairs, as many beside each other as fit. */
import { SimpleGrid, Stack, Text } from "@mantine/core";
import { Fragment, type ReactNode } from "react";

export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <SimpleGrid component="dl" cols={{ base: 2, sm: 3, lg: 4 }} spacing="md" m={0}>
      {facts.map(([name, value]) => (
        <Stack gap={0} key={name}>
          <Text component="dt" size="xs" c="dimmed">
            {name}
          </Text>
          <Text component="dd" m={0} style={{ overflowWrap: "anywhere" }}>
            <Fragment>{value}</Fragment>
          </Text>
        </Stack>
      ))}
    </SimpleGrid>
  );
}
