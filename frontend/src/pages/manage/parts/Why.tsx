/** In place of a number that is not shown: a button that says why, by mouse, touch or keyboard. */
import { Popover, Text, UnstyledButton } from "@mantine/core";

export function Why({ reason }: { reason: string | null }) {
  return (
    <Popover width={260} withArrow shadow="md" position="bottom">
      <Popover.Target>
        <UnstyledButton fz="inherit" c="dimmed" td="underline dotted" py={4}>
          not shown, why?
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="sm" style={{ whiteSpace: "normal" }} ta="left">
          {reason ?? "There are too few votes."}
        </Text>
      </Popover.Dropdown>
    </Popover>
  );
}
