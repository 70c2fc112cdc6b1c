/** A button that says what will happen, and waits for a yes, before it does something that ends things. */
import { Button, Group, Stack, Text, type ButtonProps } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { ReactNode } from "react";

import { Dialog } from "./Dialog";

interface ConfirmProps extends ButtonProps {
  label: ReactNode;
  question: string;
  /** What happens and what is kept. */
  consequence: string;
  yes: string;
  onYes: () => void;
}

export function Confirm({ label, question, consequence, yes, onYes, ...look }: ConfirmProps) {
  const [open, { open: ask, close }] = useDisclosure(false);
  const go = () => {
    close();
    onYes();
  };
  return (
    <>
      <Button variant="default" onClick={ask} {...look}>
        {label}
      </Button>
      <Dialog opened={open} onClose={close} title={question}>
        <Stack>
          <Text size="sm">{consequence}</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              Keep it
            </Button>
            <Button color="red.9" onClick={go}>
              {yes}
            </Button>
          </Group>
        </Stack>
      </Dialog>
    </>
  );
}
