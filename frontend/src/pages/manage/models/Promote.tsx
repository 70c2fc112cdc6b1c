/** Makes a model the champion by hand; the reason goes into the audit log. */
import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState, type SubmitEvent } from "react";

import { usePromote } from "@/api/manageModels";
import type { RewardModel } from "@/api/types";

import { Dialog } from "../parts/Dialog";
import { useSlug } from "../parts/GoTo";

type Promoted = Pick<RewardModel, "id" | "number">;

function PromoteForm({ model, close }: { model: Promoted; close: () => void }) {
  const promote = usePromote(useSlug());
  const [reason, setReason] = useState("");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    promote.mutate({ id: model.id, reason: reason.trim() }, { onSuccess: close });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">
          It serves from now on, and rounds choose with it. The present champion is kept and can be
          promoted again. Your reason goes into the audit log.
        </Text>
        <Textarea
          label="Reason"
          required
          data-autofocus
          autosize
          minRows={2}
          maxLength={1000}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          error={promote.error?.message}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Leave it
          </Button>
          <Button type="submit" loading={promote.isPending} disabled={!reason.trim()}>
            Promote
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface PromoteProps {
  model: Promoted;
  size?: string;
}

export function Promote({ model, size = "compact-sm" }: PromoteProps) {
  const [open, { open: ask, close }] = useDisclosure(false);
  return (
    <>
      <Button size={size} variant="default" onClick={ask}>
        Promote
      </Button>
      <Dialog
        opened={open}
        onClose={close}
        title={`Make reward model ${model.number} the champion?`}
      >
        <PromoteForm model={model} close={close} />
      </Dialog>
    </>
  );
}
