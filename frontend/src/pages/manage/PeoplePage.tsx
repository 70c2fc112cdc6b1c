/** Who judges, how much and how; and the way to let somebody in. */
import { Alert, Badge, Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState, type SubmitEvent } from "react";

import { ApiError } from "@/api/client";
import { useInvite, usePause, usePeople, useSignInLinkFor } from "@/api/manage";
import type { NewPerson, Person } from "@/api/types";
import { duration, percent, whole } from "@/components/plots/words";

import { CopyField } from "./parts/CopyField";
import { DataTable, type Column } from "./parts/DataTable";
import { useSlug } from "./parts/GoTo";
import { Empty, Loaded, Page } from "./parts/Page";
import { KindBadge } from "./parts/StateBadge";
import { When } from "./parts/When";

interface Link {
  name: string;
  url: string;
  expires: string | null;
}

function LinkOnce({ link }: { link: Link }) {
  return (
    <Stack>
      <Text size="sm">
        Send this link to {link.name}. It signs them in once, without a password
        {link.expires ? (
          <>
            , until <When at={link.expires} />
          </>
        ) : null}
        .
      </Text>
      <CopyField label="Sign-in link" value={link.url} />
      <Alert variant="light" color="yellow">
        It is shown only now. Whoever has it can sign in as {link.name}.
      </Alert>
    </Stack>
  );
}

const ROLES = [
  { value: "rater", label: "Rater: judges tasks" },
  { value: "reviewer", label: "Reviewer: also sees tasks, answers and agreement" },
  { value: "manager", label: "Manager: also changes the project" },
];

function Invite({ onLink }: { onLink: (link: Link) => void }) {
  const invite = useInvite(useSlug());
  const [name, setName] = useState("");
  const [username, setUsername] = useState("");
  const [role, setRole] = useState<NewPerson["role"]>("rater");
  const fields = invite.error instanceof ApiError ? invite.error.fields : {};
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

function columns(
  newLink: (person: Person) => void,
  pause: (person: Person) => void,
): Column<Person>[] {
  return [
    {
      name: "Name",
      cell: ({ name, kind, paused_at: at }) => (
        <Group gap="xs" wrap="nowrap">
          {name} <KindBadge kind={kind} />
          {at ? (
            <Badge variant="light" color="orange" tt="none" miw="max-content">
              paused
            </Badge>
          ) : null}
        </Group>
      ),
    },
    { name: "Role", cell: ({ role }) => role },
    { name: "Judgments", cell: ({ judgments }) => whole(judgments), numeric: true },
    {
      name: "Chose the left",
      cell: ({ left_share: share }) => percent(share),
      numeric: true,
    },
    { name: "Ties", cell: ({ tie_share: share }) => percent(share), numeric: true },
    {
      name: "Median time",
      cell: ({ median_seconds: seconds }) => duration(seconds),
      numeric: true,
    },
    { name: "Last judgment", cell: ({ last_judgment_at: at }) => <When at={at} /> },
    {
      name: "Sign-in",
      cell: (person) =>
        person.kind === "person" && (
          <Button size="compact-sm" variant="subtle" onClick={() => newLink(person)}>
            New link
          </Button>
        ),
    },
    {
      name: "Work",
      cell: (person) =>
        person.kind === "person" && (
          <Button
            size="compact-sm"
            variant="subtle"
            aria-label={`${person.paused_at ? "Resume" : "Pause"} ${person.name}`}
            onClick={() => pause(person)}
          >
            {person.paused_at ? "Resume" : "Pause"}
          </Button>
        ),
    },
  ];
}

export function PeoplePage() {
  const slug = useSlug();
  const people = usePeople(slug);
  const signIn = useSignInLinkFor(slug);
  const pausing = usePause(slug);
  const pause = ({ id, paused_at: at }: Person) => pausing.mutate({ id, paused: !at });
  const [link, setLink] = useState<Link | null>(null);
  const [open, { open: ask, close }] = useDisclosure(false);
  const newLink = (person: Person) =>
    signIn.mutate(person.id, {
      onSuccess: ({ sign_in_url: url, expires_at: expires }) => {
        setLink({ name: person.name, url, expires });
        ask();
      },
    });
  const shut = () => {
    close();
    setLink(null);
  };
  return (
    <Page
      title="People"
      about="The left is drawn by chance for every rater, so somebody who reads both sides chooses it about half of the time."
      actions={<Button onClick={ask}>Invite</Button>}
    >
      <Loaded query={people}>
        {(all) =>
          all.length === 0 ? (
            <Empty>Nobody is in this project yet. Invite the first rater.</Empty>
          ) : (
            <DataTable
              caption="People"
              columns={columns(newLink, pause)}
              rows={all}
              keyOf={(person) => person.id}
              minWidth={940}
            />
          )
        }
      </Loaded>
      <Modal
        opened={open}
        onClose={shut}
        title={link ? "Sign-in link" : "Invite somebody"}
        size="lg"
      >
        {link ? <LinkOnce link={link} /> : <Invite onLink={setLink} />}
      </Modal>
    </Page>
  );
}
