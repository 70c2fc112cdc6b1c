/** The settings of a revision. */
import { Button, Fieldset, Group, SimpleGrid, Stack, Text, Textarea } from "@mantine/core";

import type { RevisionSpec } from "@/api/types";

import { faultOf, type Faults } from "../../parts/faults";
import { Flag, NoteField, PromptField } from "./inputs";
import { LABELS, type SpecProps } from "./spec";

interface PrinciplesProps {
  principles: string[];
  set: (principles: string[]) => void;
  faults: Faults;
}

const MOST = 50;

function Principles({ principles, set, faults }: PrinciplesProps) {
  const fault = faultOf(faults, "principles");
  return (
    <Fieldset legend={LABELS.principles}>
      <Stack gap="xs">
        <Text size="sm" c="dimmed">
          A rater names the one that the rewrite follows. Without any, nothing is asked.
        </Text>
        {principles.map((text, i) => (
          <Group key={i} align="flex-end" gap="xs">
            <Textarea
              label={`Principle ${i + 1}`}
              required
              autosize
              maxLength={2_000}
              flex="1 1 240px"
              value={text}
              onChange={(event) =>
                set(principles.map((each, at) => (at === i ? event.currentTarget.value : each)))
              }
            />
            <Button
              variant="default"
              aria-label={`Remove principle ${i + 1}`}
              onClick={() => set(principles.filter((_, at) => at !== i))}
            >
              Remove
            </Button>
          </Group>
        ))}
        {fault && (
          <Text size="sm" c="var(--mantine-color-error)" role="alert" tabIndex={-1}>
            {fault}
          </Text>
        )}
        <Group>
          <Button
            variant="default"
            disabled={principles.length >= MOST}
            onClick={() => set([...principles, ""])}
          >
            Add a principle
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}

export function RevisionFields({ spec, set, faults }: SpecProps<RevisionSpec>) {
  return (
    <>
      <PromptField value={spec.prompt} set={(prompt) => set({ prompt })} faults={faults} />
      <Principles
        principles={spec.principles}
        set={(principles) => set({ principles })}
        faults={faults}
      />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Flag
          name="critique"
          help="Whether a changed text needs a critique of the original."
          value={spec.critique}
          set={(critique) => set({ critique })}
          faults={faults}
        />
        <NoteField value={spec.note} set={(note) => set({ note })} faults={faults} />
      </SimpleGrid>
    </>
  );
}
