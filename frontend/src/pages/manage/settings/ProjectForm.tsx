/** The project's own fields. What can't be changed is shown and says why. */
import { Button, Group, NumberInput, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useState, type SubmitEvent } from "react";

import { ApiError } from "@/api/client";
import { usePatchProject } from "@/api/manage";
import type { Project } from "@/api/types";
import { percent } from "@/components/plots/words";

import { Section } from "../parts/Page";

/** Numbers as a form holds them: an emptied field is "". Shares are percentages here. */
interface Draft {
  name: string;
  overlap: string | number;
  lease_minutes: string | number;
  edit_hours: string | number;
  daily_target: string | number;
  random_share: string | number;
  round_size: string | number;
}

export function draftOf(project: Project): Draft {
  const { name, overlap, lease_minutes, edit_hours, round_size } = project;
  return {
    ...{ name, overlap, lease_minutes, edit_hours, round_size },
    daily_target: project.daily_target ?? "",
    random_share: Math.round(100 * project.random_share),
  };
}

/** Only what differs from the project, in the server's units. */
export function changesOf(draft: Draft, project: Project): Partial<Project> {
  const wanted = {
    name: draft.name.trim(),
    overlap: Number(draft.overlap),
    lease_minutes: Number(draft.lease_minutes),
    edit_hours: Number(draft.edit_hours),
    daily_target: draft.daily_target === "" ? null : Number(draft.daily_target),
    random_share: Number(draft.random_share) / 100,
    round_size: Number(draft.round_size),
  };
  const changed = Object.entries(wanted).filter(
    ([key, value]) => project[key as keyof Project] !== value,
  );
  return Object.fromEntries(changed);
}

const NUMBERS = [
  [
    "overlap",
    "Raters a task",
    "How many people judge each task. Two or more let agreement be measured.",
    1,
  ],
  [
    "lease_minutes",
    "Lease, in minutes",
    "How long a task stays with a rater before another may have it.",
    1,
  ],
  ["edit_hours", "Hours to change an answer", "After that an answer stands.", 0],
  ["round_size", "Tasks a round", "What a nightly round chooses.", 1],
  ["random_share", "Share drawn at random, in %", "Of each round. Keeps the measurements fair.", 0],
] as const;

export function ProjectForm({ project }: { project: Project }) {
  const patch = usePatchProject(project.slug);
  const [draft, setDraft] = useState(() => draftOf(project));
  const set = (part: Partial<Draft>) => setDraft((now) => ({ ...now, ...part }));
  const changes = changesOf(draft, project);
  const empty = NUMBERS.some(([key]) => draft[key] === "") || !draft.name.trim();
  const fields = patch.error instanceof ApiError ? patch.error.fields : {};
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    patch.mutate(changes);
  };
  return (
    <Section title="Project">
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label="Name"
            required
            maxLength={200}
            maw={480}
            value={draft.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
            error={fields.name?.join(" ")}
          />
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
            {NUMBERS.map(([key, label, description, min]) => (
              <NumberInput
                key={key}
                {...{ label, description, min }}
                allowDecimal={false}
                required
                value={draft[key]}
                onChange={(value) => set({ [key]: value })}
                error={fields[key]?.join(" ")}
              />
            ))}
            <NumberInput
              label="Judgments a day, for each rater"
              description="A target that raters see; empty for none."
              min={1}
              allowDecimal={false}
              value={draft.daily_target}
              onChange={(value) => set({ daily_target: value })}
              error={fields.daily_target?.join(" ")}
            />
          </SimpleGrid>
          <Text size="sm" c="dimmed">
            {percent(project.evaluation_share)} of the prompts are set aside to measure reward
            models. That share is fixed, because a prompt once trained on can&apos;t measure any
            more. The question is “{project.question.title}”, version {project.question.version}.
          </Text>
          <Group>
            <Button
              type="submit"
              loading={patch.isPending}
              disabled={empty || Object.keys(changes).length === 0}
            >
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
