/** The way out of a project. The dialog says what stays and what ends before anything does. */
import { Button, Group, List, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { Navigate } from "@tanstack/react-router";

import { useLeave } from "@/api/own";
import { useSession } from "@/api/session";
import type { Session } from "@/api/types";

import { Fault } from "./Fault";

/** Whoever is in no other project has no account any more; staff keep theirs. */
function endsAccount({ user, projects }: Session): boolean {
  return !user?.staff && projects.length < 2;
}

function Consequences({ last }: { last: boolean }) {
  return (
    <List size="sm" spacing={4}>
      <List.Item>What you judged stays in the project.</List.Item>
      <List.Item>Your name there is replaced by “Former member” and a number.</List.Item>
      <List.Item>Tasks that you have open go back for others.</List.Item>
      {last && (
        <List.Item>
          You are in no other project: your account ends, and you can&apos;t sign in any more.
        </List.Item>
      )}
      <List.Item>You can&apos;t undo this yourself.</List.Item>
    </List>
  );
}

export function LeaveProject({ slug }: { slug: string }) {
  const [open, { open: ask, close }] = useDisclosure(false);
  const session = useSession().data;
  const leave = useLeave(slug);
  const name = session?.projects.find((project) => project.slug === slug)?.name ?? slug;
  const said = () =>
    notifications.show({ message: `You have left ${name}. What you judged there stays.` });
  if (leave.isSuccess) return <Navigate to="/" replace />;
  return (
    <>
      <Button variant="default" onClick={ask}>
        Leave the project
      </Button>
      <Modal
        opened={open}
        onClose={close}
        title={`Leave ${name}?`}
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <Stack>
          <Consequences last={session !== undefined && endsAccount(session)} />
          <Text size="sm">Download your data first if you want to keep a copy.</Text>
          <Fault error={leave.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              Stay
            </Button>
            <Button
              color="red.9"
              loading={leave.isPending}
              onClick={() => leave.mutate(undefined, { onSuccess: said })}
            >
              Leave the project
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
