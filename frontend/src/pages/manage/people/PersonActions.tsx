/** What a manager can do about one person: pause at once, the rest in a menu and its dialogs. */
import { Button, Group, Menu } from "@mantine/core";
import { useState } from "react";

import { usePause, useSignInLinkFor } from "@/api/manage";
import { useChangePerson } from "@/api/managePeople";
import type { Person } from "@/api/types";

import { Dialog } from "../parts/Dialog";
import { LinkOnce, type Link } from "./LinkOnce";
import { NamesForm, WarnForm } from "./PersonForms";
import { RemoveForm } from "./RemoveForm";

type Asked = { form: "names" | "warn" | "remove" } | { form: "link"; link: Link };

function titleOf({ form }: Asked, { name }: Person): string {
  const titles = {
    names: `Groups and skills of ${name}`,
    warn: `Warn ${name}`,
    remove: `Remove ${name}?`,
    link: "Sign-in link",
  };
  return titles[form];
}

function useTraining(slug: string, { id, name, training }: Person) {
  const said = training
    ? `${name} gets work from now on.`
    : `${name} gets tasks of the training until enough of them are right.`;
  const change = useChangePerson(slug, id, said);
  return () => change.mutate({ training: !training });
}

interface PersonActionsProps {
  slug: string;
  person: Person;
  onRemoved?: () => void;
}

export function PersonActions({ slug, person, onRemoved }: PersonActionsProps) {
  const { id, name, paused_at: paused } = person;
  const pause = usePause(slug);
  const signIn = useSignInLinkFor(slug);
  const train = useTraining(slug, person);
  const [dialog, setDialog] = useState<Asked | null>(null);
  const shut = () => setDialog(null);
  if (person.kind !== "person" || person.left_at) return null;
  const showLink = () =>
    signIn.mutate(id, {
      onSuccess: ({ sign_in_url: url, expires_at: expires }) =>
        setDialog({ form: "link", link: { name, url, expires } }),
    });
  const removed = () => {
    shut();
    onRemoved?.();
  };
  return (
    <>
      <Group gap={4} wrap="nowrap">
        <Button
          size="compact-sm"
          variant="default"
          loading={pause.isPending}
          aria-label={`${paused ? "Resume" : "Pause"} ${name}`}
          onClick={() => pause.mutate({ id, paused: !paused })}
        >
          {paused ? "Resume" : "Pause"}
        </Button>
        <Menu withInitialFocusPlaceholder={false} position="bottom-end">
          <Menu.Target>
            <Button size="compact-sm" variant="default" aria-label={`More about ${name}`}>
              More ▾
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => setDialog({ form: "names" })}>Groups and skills</Menu.Item>
            <Menu.Item onClick={train}>
              {person.training ? "End the training" : "Send to training"}
            </Menu.Item>
            <Menu.Item onClick={() => setDialog({ form: "warn" })}>Warn</Menu.Item>
            <Menu.Item onClick={showLink}>New sign-in link</Menu.Item>
            <Menu.Divider />
            <Menu.Item c="var(--mantine-color-error)" onClick={() => setDialog({ form: "remove" })}>
              Remove
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Group>
      <Dialog
        opened={dialog !== null}
        onClose={shut}
        title={dialog && titleOf(dialog, person)}
        size="lg"
      >
        {dialog?.form === "names" && <NamesForm {...{ slug, person }} onDone={shut} />}
        {dialog?.form === "warn" && <WarnForm {...{ slug, person }} onDone={shut} />}
        {dialog?.form === "remove" && (
          <RemoveForm {...{ slug, person }} onDone={removed} onKeep={shut} />
        )}
        {dialog?.form === "link" && <LinkOnce link={dialog.link} />}
      </Dialog>
    </>
  );
}
