/** The guidelines that raters open with one key, written in Markdown, seen as raters see them. */
import { Button, Group, Paper, SimpleGrid, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";

import { usePatchProject } from "@/api/manage";
import type { Project } from "@/api/types";
import { Markdown } from "@/components/Markdown";

import { Section } from "../parts/Page";

export function Guidelines({ project }: { project: Project }) {
  const patch = usePatchProject(project.slug);
  const [text, setText] = useState(project.guidelines);
  const changed = text !== project.guidelines;
  return (
    <Section
      title="Guidelines"
      about="Raters open them with the g key. Markdown, with code, tables and LaTeX."
    >
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Textarea
          label="Text"
          autosize
          minRows={8}
          maxRows={24}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={patch.error?.message}
        />
        <Stack gap={4}>
          <Text size="sm" fw={500}>
            As raters see it
          </Text>
          <Paper withBorder p="md" mih={190}>
            {text.trim() ? <Markdown text={text} /> : <Text c="dimmed">No guidelines yet.</Text>}
          </Paper>
        </Stack>
      </SimpleGrid>
      <Group>
        <Button
          disabled={!changed}
          loading={patch.isPending}
          onClick={() => patch.mutate({ guidelines: text })}
        >
          Save the guidelines
        </Button>
        {changed && (
          <Button variant="default" onClick={() => setText(project.guidelines)}>
            Back to the saved text
          </Button>
        )}
      </Group>
    </Section>
  );
}
