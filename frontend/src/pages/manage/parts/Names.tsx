/** Groups or skills: a few short names, shown and typed. */
import { Badge, Group, TagsInput, type InputWrapperProps } from "@mantine/core";

export function Names({ names }: { names: readonly string[] }) {
  if (names.length === 0) return <>–</>;
  return (
    <Group gap={4}>
      {names.map((name) => (
        <Badge key={name} variant="default" tt="none" miw="max-content">
          {name}
        </Badge>
      ))}
    </Group>
  );
}

/** Inputs beside each other stand in line, however long their help is. */
export const HELP_BELOW = [
  "label",
  "input",
  "description",
  "error",
] satisfies InputWrapperProps["inputWrapperOrder"];

interface NamesInputProps {
  label: string;
  description: string;
  value: string[];
  onChange: (names: string[]) => void;
  error?: string | undefined;
}

export function NamesInput(props: NamesInputProps) {
  return (
    <TagsInput
      {...props}
      inputWrapperOrder={HELP_BELOW}
      placeholder="Type a name, then Enter"
      acceptValueOnBlur
    />
  );
}
