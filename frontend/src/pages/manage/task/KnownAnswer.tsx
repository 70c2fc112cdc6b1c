/** Makes a task gold or training by the answer that is right, or work again. For managers. */
import { Button, Group, Paper, Radio, Stack, Text } from "@mantine/core";
import { useState } from "react";

import { useForgetKnownAnswer, useSetKnownAnswer } from "@/api/manageReview";
import type { TaskDetail } from "@/api/types";

import { Confirm } from "../parts/Confirm";
import { Section } from "../parts/Page";
import { AnswerEditor, type EditorState } from "./AnswerEditor";
import { AnswerView } from "./AnswerView";
import { answerOf, questionOf } from "./task";

const ABOUT =
  "With a known answer, a task tells how well raters judge. It then leaves the data set: gold and training are no work.";

function Now({ task }: { task: TaskDetail }) {
  if (task.known === null) return null;
  return (
    <Paper withBorder p="md">
      <Stack gap={4}>
        <Text size="sm" fw={600}>
          {task.purpose === "training" ? "Training" : "Gold"}
        </Text>
        <AnswerView
          question={questionOf(task)}
          responses={task.responses}
          answer={answerOf(task.known)}
        />
        <Text size="sm" style={{ whiteSpace: "pre-wrap" }} dir="auto">
          Explanation: {task.explanation}
        </Text>
      </Stack>
    </Paper>
  );
}

function Use({ training, set }: { training: boolean; set: (training: boolean) => void }) {
  return (
    <Radio.Group
      label="What for"
      value={training ? "training" : "gold"}
      onChange={(value) => set(value === "training")}
    >
      <Stack gap="xs" mt={4}>
        <Radio
          value="gold"
          label="Gold"
          description="Mixed in among the work; raters are not told which tasks are gold."
        />
        <Radio
          value="training"
          label="Training"
          description="Before a rater's first work; after the answer they are told what is right and why."
        />
      </Stack>
    </Radio.Group>
  );
}

/** Why the task can have no known answer; null where it can. */
function unfitWords({ kind, purpose, judgments }: TaskDetail): string | null {
  if (kind === "revision")
    return "A revision has no right answer, so it can't be gold or training.";
  if (purpose === "repeat") return "This is a repeat of a rater's own task: choose that one.";
  if (purpose === "work" && judgments > 0) {
    return "Raters have judged this task as work already, and their votes would leave the data set. Choose a task without votes, or import one.";
  }
  return null;
}

interface KnownAnswerProps {
  slug: string;
  task: TaskDetail;
  editor: EditorState;
}

export function KnownAnswer({ slug, task, editor }: KnownAnswerProps) {
  const save = useSetKnownAnswer(slug, task.id);
  const forget = useForgetKnownAnswer(slug, task.id);
  const { open, begin, close } = editor;
  const [training, setTraining] = useState(task.purpose === "training");
  const unfit = unfitWords(task);
  if (unfit) {
    return (
      <Section title="Known answer">
        <Text size="sm" c="dimmed">
          {unfit}
        </Text>
      </Section>
    );
  }
  const actions = !open && (
    <Group gap="xs">
      <Button variant="default" onClick={begin}>
        {task.known ? "Change it" : "Set a known answer"}
      </Button>
      {task.known && (
        <Confirm
          label="Remove it"
          question="Make this task work again?"
          consequence="The known answer and its explanation are deleted. What raters answered to it counts as votes from then on."
          yes="Remove the known answer"
          loading={forget.isPending}
          onYes={() => forget.mutate()}
        />
      )}
    </Group>
  );
  return (
    <Section title="Known answer" about={ABOUT} actions={actions}>
      {!open && <Now task={task} />}
      {open && (
        <AnswerEditor
          task={task}
          answer={task.known && answerOf(task.known)}
          explanation={task.explanation ?? ""}
          explanationAbout="Why this answer is right. Raters in training read it after theirs."
          save="Save the known answer"
          saving={save.isPending}
          error={save.error}
          onSave={(written) => save.mutate({ ...written, training }, { onSuccess: close })}
          onCancel={close}
        >
          <Use training={training} set={setTraining} />
        </AnswerEditor>
      )}
    </Section>
  );
}
