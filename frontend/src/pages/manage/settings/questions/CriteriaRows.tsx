/** The criteria of a rating: a name and what it is about, a row each. */
import { Button, Fieldset, Group, Stack, Text, TextInput } from "@mantine/core";

import type { RatingSpec } from "@/api/types";

import { faultOf, type Faults } from "../../parts/faults";
import { LABELS } from "./spec";

type Criterion = RatingSpec["criteria"][number];

interface CriteriaRowsProps {
  criteria: Criterion[];
  set: (criteria: Criterion[]) => void;
  faults: Faults;
}

const MOST = 12;

export function CriteriaRows({ criteria, set, faults }: CriteriaRowsProps) {
  const change = (at: number, part: Partial<Criterion>) =>
    set(criteria.map((each, i) => (i === at ? { ...each, ...part } : each)));
  const fault = faultOf(faults, "criteria");
  return (
    <Fieldset legend={LABELS.criteria}>
      <Stack gap="xs">
        {criteria.map(({ name, about }, i) => (
          <Group key={i} align="flex-end" gap="xs">
            <TextInput
              label={`Criterion ${i + 1}`}
              required
              maxLength={60}
              flex="1 1 160px"
              value={name}
              onChange={(event) => change(i, { name: event.currentTarget.value })}
            />
            <TextInput
              label={`What criterion ${i + 1} is about`}
              maxLength={500}
              flex="2 1 220px"
              value={about}
              onChange={(event) => change(i, { about: event.currentTarget.value })}
            />
            <Button
              variant="default"
              aria-label={`Remove criterion ${i + 1}`}
              disabled={criteria.length === 1}
              onClick={() => set(criteria.filter((_, at) => at !== i))}
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
            disabled={criteria.length >= MOST}
            onClick={() => set([...criteria, { name: "", about: "" }])}
          >
            Add a criterion
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}
