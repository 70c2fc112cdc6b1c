/** An objection to a reviewer's decision: first a button, then its text. One a task. */
import { Button, Group, Stack, Textarea } from "@mantine/core";
import { useState, type FormEvent } from "react";

import { useAppeal } from "@/api/own";

import { Fault } from "./Fault";

const LONGEST = 5000;

interface AppealFormProps {
  slug: string;
  assignment: number;
}

export function AppealForm({ slug, assignment }: AppealFormProps) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const appeal = useAppeal(slug, assignment);

  function submit(event: FormEvent): void {
    event.preventDefault();
    appeal.mutate(text);
  }

  if (!open) {
    return (
      <Button
        size="compact-sm"
        variant="default"
        aria-label={`Appeal against the decision on task ${assignment}`}
        onClick={() => setOpen(true)}
      >
        Appeal
      </Button>
    );
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="xs">
        <Textarea
          label="Why do you think that your answer is right?"
          description="A reviewer reads this and replies here. You can appeal once a task."
          rows={3}
          resize="vertical"
          maxLength={LONGEST}
          autoFocus
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Fault error={appeal.error} />
        <Group gap="xs">
          <Button size="xs" type="submit" disabled={!text.trim()} loading={appeal.isPending}>
            Send the appeal
          </Button>
          <Button size="xs" variant="default" onClick={() => setOpen(false)}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
