/** One figure in words on a card, and how to read it. */
import { Card, Stack, Text } from "@mantine/core";

interface FigureProps {
  title: string;
  words: string;
  reading: string;
}

export function Figure({ title, words, reading }: FigureProps) {
  return (
    <Card withBorder padding="md" component="section" aria-label={title}>
      <Stack gap={4}>
        <Text fw={600}>{title}</Text>
        <Text>{words}</Text>
        <Text size="sm" c="dimmed">
          {reading}
        </Text>
      </Stack>
    </Card>
  );
}
