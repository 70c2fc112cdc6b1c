/** Three shares that add up to one as a bar with words: what raters mean together about a pair. */
import { Group, Stack, Text } from "@mantine/core";

import { SERIES, useInk } from "./colours";
import { percent } from "./words";

interface Share {
  label: string;
  share: number;
  name: "win" | "tie" | "lose";
}

/** Where each part starts and how wide it is, as shares of the whole bar. */
export function stacked(shares: readonly number[]): { start: number; width: number }[] {
  const total = shares.reduce((sum, share) => sum + share, 0) || 1;
  let start = 0;
  return shares.map((share) => {
    const part = { start, width: share / total };
    start += part.width;
    return part;
  });
}

export function Shares({ label, shares }: { label: string; shares: readonly Share[] }) {
  const ink = useInk();
  const parts = stacked(shares.map((each) => each.share));
  return (
    <Stack gap={4}>
      <svg role="img" aria-label={label} width="100%" height={14} preserveAspectRatio="none">
        {shares.map(({ name }, i) => (
          <rect
            key={name}
            x={`${(parts[i]?.start ?? 0) * 100}%`}
            width={`${(parts[i]?.width ?? 0) * 100}%`}
            height={14}
            fill={SERIES[name]}
            stroke={ink.paper}
          />
        ))}
      </svg>
      <Group gap="md">
        {shares.map(({ label: text, share, name }) => (
          <Text size="sm" key={name}>
            <svg width={10} height={10} aria-hidden>
              <rect width={10} height={10} fill={SERIES[name]} />
            </svg>{" "}
            {text} {percent(share)}
          </Text>
        ))}
      </Group>
    </Stack>
  );
}
