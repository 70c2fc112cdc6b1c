/** Signs of inattention as evidence: each with what else may explain it, none with a verdict. */
import { List, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

import type { Signals } from "@/api/manageTypes";

import { pairWords } from "../analysis/words";
import { GoTo } from "../parts/GoTo";
import { Section } from "../parts/Page";
import { leftWords, pasteWords, runWords, tooFastWords } from "./signalWords";

function Signal({ found, but }: { found: ReactNode; but: string }) {
  return (
    <List.Item>
      <Text component="div">{found}</Text>
      <Text size="sm" c="dimmed">
        {but}
      </Text>
    </List.Item>
  );
}

function Twins({ twins }: Pick<Signals, "twins">) {
  if (twins.length === 0) {
    return <>Agrees with nobody more than the skill of the two and chance explain.</>;
  }
  return (
    <Stack gap={2}>
      {twins.map((twin) => (
        <Text key={twin.user}>
          With{" "}
          <GoTo amidWords page={`people/${twin.user}`}>
            {twin.name}
          </GoTo>
          : {pairWords(twin)}
        </Text>
      ))}
    </Stack>
  );
}

export function SignalList({ signals }: { signals: Signals }) {
  return (
    <Section
      title="Signals"
      about="Over the newest 500 answers. None of these proves anything by itself: below each stands what else may explain it. Look at answers, and ask the person."
    >
      <List spacing="sm" listStyleType="none">
        <Signal
          found={tooFastWords(signals.too_fast)}
          but="Some responses are known at a glance, such as an empty one or one that is off the subject."
        />
        <Signal
          found={runWords(signals.longest_run)}
          but="The longest of many runs is always longer than it feels."
        />
        <Signal
          found={pasteWords(signals)}
          but="A quotation, or a note written elsewhere, is pasted too."
        />
        <Signal
          found={leftWords(signals.left)}
          but="Sides are drawn by chance, so look only where the interval leaves out 50 %."
        />
        <Signal
          found={<Twins twins={signals.twins} />}
          but="They may share a view that the others don't, or have talked about one task. From the last computation on Agreement."
        />
      </List>
    </Section>
  );
}
