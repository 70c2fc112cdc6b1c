/** A button that shows and hides what stands below it. */
import { Button, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useId, type ReactNode } from "react";

interface DisclosureProps {
  show: string;
  hide: string;
  children: ReactNode;
}

export function Disclosure({ show, hide, children }: DisclosureProps) {
  const [open, { toggle }] = useDisclosure(false);
  const id = useId();
  return (
    <Stack gap="xs" align="stretch">
      <Button
        size="compact-sm"
        variant="default"
        style={{ alignSelf: "flex-start" }}
        aria-expanded={open}
        aria-controls={id}
        onClick={toggle}
      >
        {open ? hide : show}
      </Button>
      <div id={id} hidden={!open}>
        {open && children}
      </div>
    </Stack>
  );
}
