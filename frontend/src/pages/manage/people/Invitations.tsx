/** Links by which people join by themselves: which still let somebody in, a new one, and its end. */
import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";

import { useInvitations, useWithdrawInvitation } from "@/api/managePeople";
import type { Invitation } from "@/api/manageTypes";

import { Confirm } from "../parts/Confirm";
import { DataTable, type Column } from "../parts/DataTable";
import { Dialog } from "../parts/Dialog";
import { Names } from "../parts/Names";
import { Empty, Loaded, Section } from "../parts/Page";
import { When } from "../parts/When";
import { NewInvitationDialog } from "./NewInvitation";

/** Whether the link still admits somebody. */
function placesWords({ uses_left: uses, expires_at: at }: Invitation): string {
  if (uses === 0) return "used up";
  return Date.parse(at) < Date.now() ? "expired" : String(uses);
}

function Withdraw({ slug, invitation }: { slug: string; invitation: Invitation }) {
  const withdraw = useWithdrawInvitation(slug);
  return (
    <Confirm
      label="Withdraw"
      size="compact-sm"
      question="Withdraw this invitation?"
      consequence="The link no longer lets anybody in. Who has joined by it stays."
      yes="Withdraw it"
      loading={withdraw.isPending}
      onYes={() => withdraw.mutate(invitation.id)}
    />
  );
}

function columns(slug: string): Column<Invitation>[] {
  return [
    { name: "Role", cell: ({ role }) => role },
    { name: "Groups", cell: ({ groups }) => <Names names={groups} /> },
    { name: "Places left", cell: placesWords, numeric: true },
    { name: "Made", cell: ({ created_at: at }) => <When at={at} /> },
    { name: "Until", cell: ({ expires_at: at }) => <When at={at} /> },
    { name: "Actions", cell: (invitation) => <Withdraw slug={slug} invitation={invitation} /> },
  ];
}

export function Invitations({ slug }: { slug: string }) {
  const invitations = useInvitations(slug);
  const [open, { open: ask, close }] = useDisclosure(false);
  return (
    <Section
      title="Invitations"
      about="A link by which several people can join, each with a name of their own."
      actions={
        <Button variant="default" onClick={ask}>
          New invitation link
        </Button>
      }
    >
      <Loaded query={invitations}>
        {(all) =>
          all.length === 0 ? (
            <Empty>No invitation links. Make one and send it to those who are to judge.</Empty>
          ) : (
            <DataTable
              caption="Invitations"
              columns={columns(slug)}
              rows={all}
              keyOf={({ id }) => id}
              minWidth={720}
            />
          )
        }
      </Loaded>
      <Dialog opened={open} onClose={close} title="New invitation link" size="lg">
        <NewInvitationDialog slug={slug} />
      </Dialog>
    </Section>
  );
}
