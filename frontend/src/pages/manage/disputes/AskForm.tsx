/** Asks reviewers to look at tasks, by their numbers and with a reason. */
import { Alert, Button, Group, Stack, Textarea, TextInput } from "@mantine/core";
import { useState, type SubmitEvent } from "react";

import { useAskForReview } from "@/api/reviewRequests";

import { faultOf, faultsElsewhere, faultsOf } from "../parts/faults";

const REASON_LENGTH = 500;

/** Null where something is not the number of a task. */
function numbersIn(text: string): number[] | null {
  const parts = text.split(/[\s,;]+/).filter(Boolean);
  return parts.every((part) => /^[1-9]\d{0,14}$/.test(part)) ? parts.map(Number) : null;
}

export function AskForm({ slug, onDone }: { slug: string; onDone: () => void }) {
  const ask = useAskForReview(slug);
  const [text, setText] = useState("");
  const [reason, setReason] = useState("");
  const tasks = numbersIn(text);
  const faults = faultsOf(ask.error);
  const elsewhere = faultsElsewhere(ask.error, ["tasks", "reason"]);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (tasks) ask.mutate({ tasks, reason: reason.trim() }, { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit} aria-label="Ask for a review">
      <Stack gap="sm">
        <TextInput
          label="Tasks"
          description="Their numbers, with spaces or commas between them."
          required
          data-autofocus
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={tasks ? faultOf(faults, "tasks") : "These are no task numbers."}
        />
        <Textarea
          label="Reason"
          description="Reviewers read it; raters don't."
          required
          autosize
          minRows={2}
          maxLength={REASON_LENGTH}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          error={faultOf(faults, "reason")}
        />
        {elsewhere && (
          <Alert color="orange" variant="light" role="alert">
            {elsewhere}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button
            type="submit"
            loading={ask.isPending}
            disabled={!tasks || tasks.length === 0 || !reason.trim()}
          >
            Send to review
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
