/** Text to take elsewhere: a button copies it, and where the browser forbids that, one click selects it. */
import { Button, Group, TextInput } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";

export function CopyField({ label, value }: { label: string; value: string }) {
  const { copy, copied, error } = useClipboard({ timeout: 3_000 });
  const done = copied ? "Copied" : "Copy";
  return (
    <Group align="flex-end" gap="xs" wrap="nowrap">
      <TextInput
        flex={1}
        label={label}
        value={value}
        readOnly
        onFocus={(event) => event.currentTarget.select()}
        description={error ? "This browser does not let pages copy: press Ctrl C." : undefined}
      />
      <Button onClick={() => copy(value)} aria-live="polite">
        {done}
      </Button>
    </Group>
  );
}
