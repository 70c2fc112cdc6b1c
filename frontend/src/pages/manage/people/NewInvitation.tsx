/** The form for an invitation, and the link it gives, which is shown once. */
import { Alert, Button, Group, NumberInput, Select, SimpleGrid, Stack, Text } from "@mantine/core";
import { useState, type SubmitEvent } from "react";

import { useMakeInvitation } from "@/api/managePeople";
import type { NewInvitation } from "@/api/manageTypes";

import { CopyField } from "../parts/CopyField";
import { faultOf, faultsOf } from "../parts/faults";
import { NamesInput } from "../parts/Names";
import { When } from "../parts/When";
import { ROLES } from "./Invite";

export function NewInvitationDialog({ slug }: { slug: string }) {
  const make = useMakeInvitation(slug);
  const [role, setRole] = useState<NewInvitation["role"]>("rater");
  const [days, setDays] = useState<string | number>(7);
  const [uses, setUses] = useState<string | number>(10);
  const [groups, setGroups] = useState<string[]>([]);
  const faults = faultsOf(make.error);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    make.mutate({ role, days: Number(days), uses: Number(uses), groups });
  };
  if (make.data) return <InvitationLink {...make.data} />;
  return (
    <form onSubmit={submit}>
      <Stack>
        <Select
          label="Role"
          data={ROLES}
          value={role}
          allowDeselect={false}
          onChange={(value) => setRole((value ?? "rater") as NewInvitation["role"])}
          error={faultOf(faults, "role")}
        />
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <NumberInput
            label="Days"
            description="After these the link lets nobody in."
            min={1}
            max={90}
            allowDecimal={false}
            required
            value={days}
            onChange={setDays}
            error={faultOf(faults, "days")}
          />
          <NumberInput
            label="Places"
            description="How many people can join by it."
            min={1}
            max={1000}
            allowDecimal={false}
            required
            value={uses}
            onChange={setUses}
            error={faultOf(faults, "uses")}
          />
        </SimpleGrid>
        <NamesInput
          label="Groups"
          description="Who joins is put into these. None is fine."
          value={groups}
          onChange={setGroups}
          error={faultOf(faults, "groups")}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={make.isPending} disabled={days === "" || uses === ""}>
            Make the link
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface InvitationLinkProps {
  url: string;
  role: string;
  uses_left: number;
  expires_at: string;
}

function InvitationLink({ url, role, uses_left: uses, expires_at: at }: InvitationLinkProps) {
  return (
    <Stack>
      <Text size="sm">
        {uses === 1 ? "One person" : `${uses} people`} can join by it as {role}, until{" "}
        <When at={at} />.
      </Text>
      <CopyField label="Invitation link" value={url} />
      <Alert variant="light" color="yellow">
        It is shown only now, and it isn&apos;t kept: whoever has it can join. Withdraw it when all
        are in.
      </Alert>
    </Stack>
  );
}
