/** What a rewrite leaves out of the original and what it adds, word by word. */
import { Paper, Text } from "@mantine/core";
import { useMemo } from "react";

import { changes } from "@/lib/wordDiff";

const TAGS = { same: "span", removed: "del", added: "ins" } as const;

export function Rewrite({ original, text }: { original: string; text: string }) {
  const parts = useMemo(() => changes(original, text), [original, text]);
  if (original === text) return <Text>Left as it was: nothing to improve.</Text>;
  return (
    <Paper
      withBorder
      p="sm"
      mah={400}
      tabIndex={0}
      role="group"
      aria-label="Changes to the original"
      style={{ overflow: "auto", whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}
      dir="auto"
    >
      {parts.map((part, i) => {
        const Tag = TAGS[part.change];
        return <Tag key={i}>{part.text}</Tag>;
      })}
    </Paper>
  );
}
