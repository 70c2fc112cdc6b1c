/** How work is given: overlap, pace, checks and review. */
import { Alert, Button, Group, Select, Stack, Switch } from "@mantine/core";
import { useState, type SubmitEvent } from "react";

import { usePatchProject } from "@/api/manage";
import type { Project } from "@/api/types";

import { faultOf, faultsElsewhere, faultsOf } from "../parts/faults";
import { HELP_BELOW } from "../parts/Names";
import { Section } from "../parts/Page";
import { useFirstFault } from "../parts/useFirstFault";
import { NumberFields } from "./NumberFields";
import { changesOf, draftOf, lacksNumber, type Draft } from "./projectFields";
import { CHECK_FIELDS, GOLD_ACTIONS, OVERLAP_FIELDS, PACE_FIELDS, WORK_FIELDS } from "./workFields";

type Others = Pick<Project, "gold_action" | "anonymous_review">;

function startOf(project: Project): Draft {
  const { gold_action, anonymous_review } = project;
  return { ...draftOf(project, WORK_FIELDS), gold_action, anonymous_review };
}

function workChanges(draft: Draft, project: Project): Partial<Project> {
  const others = (["gold_action", "anonymous_review"] as const).filter(
    (key) => draft[key] !== project[key],
  );
  const changed = Object.fromEntries(others.map((key) => [key, draft[key]])) as Partial<Others>;
  return { ...changesOf(draft, project, WORK_FIELDS), ...changed };
}

export function WorkForm({ project }: { project: Project }) {
  const patch = usePatchProject(project.slug);
  const [draft, setDraft] = useState(() => startOf(project));
  const set = (part: Draft) => setDraft((now) => ({ ...now, ...part }));
  const changes = workChanges(draft, project);
  const faults = faultsOf(patch.error);
  const shown = [...WORK_FIELDS.map(({ key }) => key), "gold_action"];
  const elsewhere = faultsElsewhere(patch.error, shown);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    patch.mutate(changes);
  };
  const group = { draft, faults, set };
  const form = useFirstFault(patch.error);
  return (
    <Section
      title="How work is given"
      about="How often a task is judged, how much each rater gets, and how their work is checked."
    >
      <form ref={form} onSubmit={submit}>
        <Stack>
          <NumberFields legend="Overlap" fields={OVERLAP_FIELDS} {...group} />
          <NumberFields legend="Each rater" fields={PACE_FIELDS} {...group} />
          <NumberFields legend="Checks" fields={CHECK_FIELDS} {...group}>
            <Select
              label="Below the floor"
              description="What is proposed. Nothing is done to anybody before a manager confirms it."
              inputWrapperOrder={HELP_BELOW}
              data={GOLD_ACTIONS}
              allowDeselect={false}
              value={draft.gold_action as string}
              onChange={(value) => set({ gold_action: value ?? "warn" })}
              error={faultOf(faults, "gold_action")}
            />
          </NumberFields>
          <Switch
            label="Anonymous review"
            description="Reviewers see answers and appeals without the raters' names; managers always see them."
            checked={draft.anonymous_review as boolean}
            onChange={(event) => set({ anonymous_review: event.currentTarget.checked })}
          />
          {elsewhere && (
            <Alert color="orange" variant="light" role="alert">
              {elsewhere}
            </Alert>
          )}
          <Group>
            <Button
              type="submit"
              loading={patch.isPending}
              disabled={lacksNumber(draft, WORK_FIELDS) || Object.keys(changes).length === 0}
            >
              Save how work is given
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
