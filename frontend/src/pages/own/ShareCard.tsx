/** One share of a rater's own: its value and interval, n, and how to read it. */
import { Paper, Stack, Text, Title } from "@mantine/core";

import type { Share } from "@/api/own";

import classes from "./own.module.css";
import { shareWords, sizeWords } from "./words";

/** From 0 to 100 %. The words beside it say the same. */
function IntervalBar({ value, lower, upper }: Record<"value" | "lower" | "upper", number>) {
  return (
    <svg className={classes.interval} aria-hidden>
      <rect className={classes.track} y={6} width="100%" height={2} />
      <rect
        className={classes.band}
        x={`${lower * 100}%`}
        width={`${(upper - lower) * 100}%`}
        y={5}
        height={4}
      />
      <circle className={classes.dot} cx={`${value * 100}%`} cy={7} r={6} />
    </svg>
  );
}

interface ShareCardProps {
  title: string;
  share: Share;
  /** One sentence on what the share says. */
  reading: string;
  /** What is counted, one and many. */
  counts: readonly [string, string];
  /** When the share will be there, where it isn't. */
  waits: string;
}

export function ShareCard({ title, share, reading, counts, waits }: ShareCardProps) {
  const { value, lower, upper } = share;
  return (
    <Paper withBorder p="md" component="section">
      <Stack gap="xs">
        <Title order={3} size="h5">
          {title}
        </Title>
        <Text fw={value === null ? undefined : 600}>{shareWords(share)}</Text>
        {value !== null && lower !== null && upper !== null && (
          <IntervalBar {...{ value, lower, upper }} />
        )}
        <Text size="sm" c="dimmed">
          {reading}
        </Text>
        <Text size="sm" c="dimmed">
          {value === null ? waits : sizeWords(share, counts)}
        </Text>
      </Stack>
    </Paper>
  );
}
