/** The prompt and the responses; where a question is about steps, each step with its number. */
import { Paper, SimpleGrid, Text } from "@mantine/core";

import type { TaskDetail } from "@/api/types";
import { Markdown } from "@/components/Markdown";
import { split } from "@/lib/steps";

import { Section } from "../parts/Page";
import { questionOf } from "./task";

export function Prompt({ task }: { task: TaskDetail }) {
  return (
    <Section title="Prompt">
      {task.prompt.map((message, i) => (
        <Paper key={i} withBorder p="md">
          <Text size="xs" c="dimmed" fw={600}>
            {message.role}
          </Text>
          <Markdown text={message.content} />
        </Paper>
      ))}
    </Section>
  );
}

function Steps({ steps }: { steps: readonly string[] }) {
  return steps.map((step, i) => (
    <Paper key={i} withBorder p="sm" mt="xs" component="section" aria-label={`Step ${i + 1}`}>
      <Text size="xs" c="dimmed" fw={600}>
        Step {i + 1}
      </Text>
      <Markdown text={step} />
    </Paper>
  ));
}

const ABOUT = {
  comparison: "Numbered in the task's own order; each rater saw them in an order drawn for them.",
  rating: "Numbered in the task's own order; each rater saw them in an order drawn for them.",
  steps: "Cut into the steps that raters judge.",
  revision: "The original, which raters criticise and rewrite.",
} as const;

export function Responses({ task }: { task: TaskDetail }) {
  const question = questionOf(task);
  const alone = task.responses.length === 1;
  return (
    <Section title={alone ? "Response" : "Responses"} about={ABOUT[question.kind]}>
      <SimpleGrid cols={{ base: 1, md: alone ? 1 : 2 }}>
        {task.responses.map((response, i) => (
          <Paper key={response.id} withBorder p="md">
            <Text size="xs" c="dimmed" fw={600}>
              {question.kind === "revision" ? "Original" : `Response ${i + 1}`}
              {response.policy ? ` by ${response.policy}` : ""}
            </Text>
            {question.kind === "steps" ? (
              <Steps steps={split(response.text, question.spec.separator)} />
            ) : (
              <Markdown text={response.text} />
            )}
          </Paper>
        ))}
      </SimpleGrid>
    </Section>
  );
}
