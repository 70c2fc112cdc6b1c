/** A question as a form: title, settings by kind, and who is given its tasks. */
import { Alert, Button, Group, SimpleGrid, Stack, TextInput } from "@mantine/core";
import { useState, type SubmitEvent } from "react";

import type { SentSpec } from "@/api/manageTypes";

import { faultOf, faultsElsewhere, faultsOf } from "../../parts/faults";
import { NamesInput } from "../../parts/Names";
import { useFirstFault } from "../../parts/useFirstFault";
import { ComparisonFields } from "./ComparisonFields";
import { RatingFields } from "./RatingFields";
import { RevisionFields } from "./RevisionFields";
import { sentOf, type Drafted, type SpecProps } from "./spec";
import { StepsFields } from "./StepsFields";

export interface Written {
  title: string;
  spec: SentSpec;
  needs_skills: string[];
  for_groups: string[];
}

interface QuestionFieldsProps {
  start: Drafted & Omit<Written, "spec">;
  save: string;
  saving: boolean;
  error: Error | null;
  onSave: (written: Written) => void;
  onCancel: () => void;
}

type AnyProps = Pick<SpecProps<object>, "faults"> & { set: (part: object) => void };

function SpecFields({ drafted, ...rest }: { drafted: Drafted } & AnyProps) {
  switch (drafted.kind) {
    case "comparison":
      return <ComparisonFields spec={drafted.spec} {...rest} />;
    case "rating":
      return <RatingFields spec={drafted.spec} {...rest} />;
    case "steps":
      return <StepsFields spec={drafted.spec} {...rest} />;
    case "revision":
      return <RevisionFields spec={drafted.spec} {...rest} />;
  }
}

export function QuestionFields(props: QuestionFieldsProps) {
  const { start, error, onSave, onCancel } = props;
  const [title, setTitle] = useState(start.title);
  const [drafted, setDrafted] = useState<Drafted>(start);
  const [skills, setSkills] = useState(start.needs_skills);
  const [groups, setGroups] = useState(start.for_groups);
  const faults = faultsOf(error);
  const form = useFirstFault(error);
  const shown = ["title", "needs_skills", "for_groups", ...Object.keys(drafted.spec)];
  const elsewhere = faultsElsewhere(error, shown);
  const set = (part: object) =>
    setDrafted((now) => ({ kind: now.kind, spec: { ...now.spec, ...part } }) as Drafted);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const spec = sentOf(drafted);
    onSave({ title: title.trim(), spec, needs_skills: skills, for_groups: groups });
  };
  return (
    <form ref={form} onSubmit={submit}>
      <Stack>
        <TextInput
          label="Title"
          description="Its name here and in the raters' history."
          required
          maxLength={200}
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
          error={faultOf(faults, "title")}
        />
        <SpecFields drafted={drafted} set={set} faults={faults} />
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <NamesInput
            label="Skills needed"
            description="Its tasks go only to raters who have all of these."
            value={skills}
            onChange={setSkills}
            error={faultOf(faults, "needs_skills")}
          />
          <NamesInput
            label="For the groups"
            description="Its tasks go only to raters in one of these. None: to everybody."
            value={groups}
            onChange={setGroups}
            error={faultOf(faults, "for_groups")}
          />
        </SimpleGrid>
        {elsewhere && (
          <Alert color="orange" variant="light" role="alert">
            {elsewhere}
          </Alert>
        )}
        <Group>
          <Button type="submit" loading={props.saving}>
            {props.save}
          </Button>
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
