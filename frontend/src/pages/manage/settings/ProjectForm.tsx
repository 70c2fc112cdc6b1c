/** The project's name and its rounds. What can't be changed is shown and says why. */
import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useState, type SubmitEvent } from "react";

import { usePatchProject } from "@/api/manage";
import type { Project } from "@/api/types";
import { percent } from "@/components/plots/words";

import { faultOf, faultsOf } from "../parts/faults";
import { Section } from "../parts/Page";
import { useFirstFault } from "../parts/useFirstFault";
import { NumberFields } from "./NumberFields";
import { changesOf, draftOf, lacksNumber, type Draft } from "./projectFields";
import { ROUND_FIELDS } from "./workFields";

export function ProjectForm({ project }: { project: Project }) {
  const patch = usePatchProject(project.slug);
  const [name, setName] = useState(project.name);
  const [draft, setDraft] = useState(() => draftOf(project, ROUND_FIELDS));
  const set = (part: Draft) => setDraft((now) => ({ ...now, ...part }));
  const renamed = name.trim() !== project.name ? { name: name.trim() } : {};
  const changes = { ...changesOf(draft, project, ROUND_FIELDS), ...renamed };
  const faults = faultsOf(patch.error);
  const form = useFirstFault(patch.error);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    patch.mutate(changes);
  };
  return (
    <Section title="Project">
      <form ref={form} onSubmit={submit}>
        <Stack>
          <TextInput
            label="Name"
            required
            maxLength={200}
            maw={480}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={faultOf(faults, "name")}
          />
          <NumberFields legend="Rounds" fields={ROUND_FIELDS} {...{ draft, faults, set }} />
          <Text size="sm" c="dimmed">
            {percent(project.evaluation_share)} of the prompts are set aside to measure reward
            models. That share is fixed, because a prompt once trained on can&apos;t measure any
            more.
          </Text>
          <Group>
            <Button
              type="submit"
              loading={patch.isPending}
              disabled={
                !name.trim() ||
                lacksNumber(draft, ROUND_FIELDS) ||
                Object.keys(changes).length === 0
              }
            >
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
