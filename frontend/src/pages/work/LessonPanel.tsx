/** What a training task says about an answer. Stays until the rater goes on. */
import { Button, Center, Paper, Stack, Text, Title } from "@mantine/core";
import { useEffect, useRef } from "react";

import type { Assignment } from "@/api/types";
import { Markdown } from "@/components/Markdown";
import { letter } from "@/lib/letters";
import { answerInWords } from "@/pages/history/answerInWords";

import { responseIds } from "./draftOf";
import { Key } from "./Tool";
import { useCommands } from "./useCommands";
import type { Lesson } from "./useLessons";
import classes from "./work.module.css";

/** What the letters of both answers stand for. */
function TaskAgain({ assignment: { prompt, responses } }: { assignment: Assignment }) {
  return (
    <Stack component="section" gap="xs" mt="md" aria-label="The task">
      <Markdown text={prompt.at(-1)?.content ?? ""} />
      {responses.map(({ id, text }, index) => (
        <Paper key={id} withBorder px="md" py="xs">
          {responses.length > 1 && <span className={classes.letter}>{letter(index)}</span>}
          <Markdown text={text} />
        </Paper>
      ))}
    </Stack>
  );
}

export function LessonPanel({ lesson, onClose }: { lesson: Lesson; onClose: () => void }) {
  const { feedback, own, assignment } = lesson;
  const shown = assignment ? responseIds(assignment) : undefined;
  const panel = useRef<HTMLElement>(null);
  // The panel and not its button: an Enter still held down must not close it unread.
  useEffect(() => panel.current?.focus(), []);
  useCommands({ submit: onClose });
  return (
    <Center
      component="main"
      ref={panel}
      flex={1}
      p="lg"
      tabIndex={-1}
      aria-label="Training"
      style={{ alignItems: "safe center", outline: "none", overflowY: "auto" }}
    >
      <Stack w="100%" maw={640} gap="md">
        <Title order={2}>{feedback.right ? "Right" : "Not the expected answer"}</Title>
        <div>
          <Text c="dimmed" size="sm">
            Your answer
          </Text>
          <Text fw={600}>{answerInWords(own, shown)}</Text>
        </div>
        <div>
          <Text c="dimmed" size="sm">
            Expected answer
          </Text>
          <Text fw={600}>{answerInWords(feedback.answer, shown)}</Text>
        </div>
        {feedback.explanation && <Markdown text={feedback.explanation} />}
        <Button
          onClick={onClose}
          data-submit
          aria-keyshortcuts="Enter"
          style={{ alignSelf: "flex-start" }}
          rightSection={<Key>⏎</Key>}
        >
          Go on
        </Button>
        {assignment && <TaskAgain assignment={assignment} />}
      </Stack>
    </Center>
  );
}
