/** Removing somebody: what stays and what goes, and a yes. */
import { Button, Group, List, Stack, Text } from "@mantine/core";

import { useRemovePerson } from "@/api/managePeople";
import type { Person } from "@/api/types";

interface RemoveFormProps {
  slug: string;
  person: Person;
  onDone: () => void;
  onKeep: () => void;
}

export function RemoveForm({ slug, person, onDone, onKeep }: RemoveFormProps) {
  const remove = useRemovePerson(slug, person.id);
  return (
    <Stack>
      <List size="sm" spacing="xs">
        <List.Item>Their judgments stay in the data.</List.Item>
        <List.Item>
          Their name goes: “Former member {person.id}” stands in its place, in this project.
        </List.Item>
        <List.Item>They get no more tasks, and what they have open goes to others.</List.Item>
        <List.Item>
          If they are in no other project, their account loses its name and can&apos;t sign in
          again.
        </List.Item>
      </List>
      <Text size="sm">To stop somebody for a while, pause them instead.</Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={onKeep} data-autofocus>
          Keep them
        </Button>
        <Button
          color="red.9"
          loading={remove.isPending}
          onClick={() => remove.mutate(undefined, { onSuccess: onDone })}
        >
          Remove {person.name}
        </Button>
      </Group>
    </Stack>
  );
}
