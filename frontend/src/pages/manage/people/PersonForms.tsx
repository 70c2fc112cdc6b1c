/** The small forms about one person: groups and skills, and a warning. */
import { Button, Group, Stack, Textarea } from "@mantine/core";
import { useState, type SubmitEvent } from "react";

import { useChangePerson, useWarn } from "@/api/managePeople";
import type { Person } from "@/api/types";

import { faultOf, faultsOf } from "../parts/faults";
import { NamesInput } from "../parts/Names";

interface FormProps {
  slug: string;
  person: Person;
  onDone: () => void;
}

export function NamesForm({ slug, person, onDone }: FormProps) {
  const save = useChangePerson(slug, person.id, `Saved: ${person.name}'s groups and skills.`);
  const [groups, setGroups] = useState(person.groups);
  const [skills, setSkills] = useState(person.skills);
  const faults = faultsOf(save.error);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    save.mutate({ groups, skills }, { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <NamesInput
          label="Groups"
          description="A question can be for some groups only."
          value={groups}
          onChange={setGroups}
          error={faultOf(faults, "groups")}
        />
        <NamesInput
          label="Skills"
          description="A question can need skills, for instance a language."
          value={skills}
          onChange={setSkills}
          error={faultOf(faults, "skills")}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

export function WarnForm({ slug, person, onDone }: FormProps) {
  const warn = useWarn(slug, person.id);
  const [notice, setNotice] = useState("");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    warn.mutate(notice.trim(), { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Textarea
          label="What to tell them"
          description="It stands on top of their next page, and takes the place of an earlier warning."
          required
          data-autofocus
          autosize
          minRows={3}
          maxLength={2_000}
          value={notice}
          onChange={(event) => setNotice(event.currentTarget.value)}
          error={faultOf(faultsOf(warn.error), "notice")}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={warn.isPending} disabled={!notice.trim()}>
            Warn
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
