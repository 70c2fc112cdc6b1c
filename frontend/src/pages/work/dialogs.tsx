/** What opens over a task: skip with a reason, flag with a note, the guidelines. */
import { Button, Drawer, Group, Modal, Radio, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";

import type { SkipReason } from "@/api/types";
import { Markdown } from "@/components/Markdown";

const SKIP_REASONS: [SkipReason, string][] = [
  ["unclear", "The prompt is unclear"],
  ["cannot_judge", "I can't judge this"],
  ["offensive", "It is offensive, I'd rather not"],
  ["broken", "Something is broken or missing"],
  ["other", "Another reason"],
];

interface AskProps {
  opened: boolean;
  onClose: () => void;
}

/** Runs a request for a dialog: closes on success, says what went wrong and stays open otherwise. */
function useRequest(onClose: () => void) {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  async function run(request: () => Promise<unknown>): Promise<void> {
    setBusy(true);
    setFault("");
    try {
      await request();
      onClose();
    } catch (error) {
      setFault(error instanceof Error ? error.message : "That didn't work. Try again.");
    } finally {
      setBusy(false);
    }
  }
  return { busy, fault, run };
}

export function SkipDialog({
  opened,
  onClose,
  onSkip,
}: AskProps & { onSkip: (reason: SkipReason, note: string) => Promise<unknown> }) {
  const [reason, setReason] = useState<SkipReason | "">("");
  const [note, setNote] = useState("");
  const { busy, fault, run } = useRequest(onClose);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Skip this task"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (reason) void run(() => onSkip(reason, note));
        }}
      >
        <Stack gap="md">
          <Radio.Group
            label="Why?"
            description="You won't see this task again; somebody else will."
            value={reason}
            onChange={(value) => setReason(value as SkipReason)}
          >
            <Stack gap="xs" mt="xs">
              {SKIP_REASONS.map(([value, label], index) => (
                <Radio
                  key={value}
                  value={value}
                  label={label}
                  data-autofocus={index === 0 || undefined}
                />
              ))}
            </Stack>
          </Radio.Group>
          <Textarea
            label="Note (optional)"
            autosize
            minRows={1}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          {fault && (
            <Text role="alert" size="sm" c="var(--fault)">
              {fault}
            </Text>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Keep it
            </Button>
            <Button type="submit" disabled={!reason} loading={busy}>
              Skip task
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

export function FlagDialog({
  opened,
  onClose,
  onFlag,
}: AskProps & { onFlag: (note: string) => Promise<unknown> }) {
  const [note, setNote] = useState("");
  const { busy, fault, run } = useRequest(() => {
    setNote("");
    onClose();
  });
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Flag this task"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void run(() => onFlag(note));
        }}
      >
        <Stack gap="md">
          <Textarea
            label="What should the project's managers know?"
            description="A flag goes to them; you can still judge or skip the task."
            autosize
            minRows={2}
            data-autofocus
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          {fault && (
            <Text role="alert" size="sm" c="var(--fault)">
              {fault}
            </Text>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={!note.trim()} loading={busy}>
              Send flag
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

export function GuidelinesDrawer({ opened, onClose, text }: AskProps & { text: string }) {
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size="lg"
      title="Guidelines"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {text.trim() ? <Markdown text={text} /> : <Text>This project has no guidelines yet.</Text>}
    </Drawer>
  );
}
