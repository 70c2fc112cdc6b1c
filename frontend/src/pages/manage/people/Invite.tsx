/** The form that lets one person in by name, with a sign-in link to send them. */
import { Button, Group, Select, Stack, TextInput } from "@mantine/core";
import { useState, type SubmitEvent } from "react";

import { useInvite } from "@/api/manage";
import type { NewPerson } from "@/api/types";

import { faultsOf } from "../parts/faults";
import { useSlug } from "../parts/GoTo";
import type { Link } from "./LinkOnce";

export const ROLES = [
  { value: "rater", label: "Rater: judges tasks" },
  { value: "reviewer", label: "Reviewer: also sees tasks, answers and agreement" },
  { value: "manager", label: "Manager: also changes the project" },
];

export function Invite({ onLink }: { onLink: (link: Link) => void }) {
  const invite = useInvite(useSlug());
  const [name, setName] = useState("");
  const [username, setUsername] = useState("");
  const [role, setRole] = useState<NewPerson["role"]>("rater");
  const fields = faultsOf(invite.error);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    invite.mutate(
      { name: name.trim(), username: username.trim(), role },
      {
        onSuccess: ({ person, sign_in_url: url }) =>
          onLink({ name: person.name, url, expires: null }),
      },
    );
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Name"
          description="What other people in the project see."
          required
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={fields.name?.join(" ")}
        />
        <TextInput
          label="User name"
          description="For signing in: letters, digits and . @ + - _"
          required
          autoCapitalize="none"
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
          error={fields.username?.join(" ")}
        />
        <Select
          label="Role"
          data={ROLES}
          value={role}
          allowDeselect={false}
          onChange={(value) => setRole((value ?? "rater") as NewPerson["role"])}
          error={fields.role?.join(" ")}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={invite.isPending}>
            Invite
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
