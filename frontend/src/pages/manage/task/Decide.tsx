/** A reviewer's decision on a task: the raters' form, and why. */
import { Button, Group, Text } from "@mantine/core";

import { useDecide } from "@/api/manageReview";
import { useDismissReview } from "@/api/reviewRequests";
import type { TaskDetail } from "@/api/types";

import { Section } from "../parts/Page";
import { AnswerEditor, type EditorState } from "./AnswerEditor";
import { NextDispute, useNextDispute } from "./NextDispute";
import { answerOf, decisionOf } from "./task";

const ABOUT =
  "A decision settles a disputed task. The votes stay as they are; the decision stands beside them and counts as certain.";
const ABOUT_RIGHT =
  "Where the raters' label is right as it is, say so: the task leaves the list undecided.";

interface DecideProps {
  slug: string;
  task: TaskDetail;
  editor: EditorState;
}

export function Decide({ slug, task, editor }: DecideProps) {
  const decide = useDecide(slug, task.id);
  const dismiss = useDismissReview(slug);
  const { next, settle } = useNextDispute(slug, task.id);
  const { open, begin, close } = editor;
  const before = decisionOf(task.votes);
  const asked = task.review?.closed_at === null ? task.review : null;
  if (task.purpose !== "work") {
    return (
      <Section title="Decision">
        <Text size="sm" c="dimmed">
          Only the raters&apos; work is decided; this task is not work.
        </Text>
      </Section>
    );
  }
  const actions = !open && (
    <Group gap="xs">
      {(decide.isSuccess || dismiss.isSuccess) && <NextDispute next={next} />}
      {asked && (
        <Button
          variant="default"
          loading={dismiss.isPending}
          onClick={() => {
            settle();
            dismiss.mutate({ id: asked.id, task: task.id });
          }}
        >
          Label is right
        </Button>
      )}
      <Button variant={before ? "default" : "filled"} onClick={begin}>
        {before ? "Decide again" : "Decide"}
      </Button>
    </Group>
  );
  return (
    <Section title="Decision" about={asked ? `${ABOUT} ${ABOUT_RIGHT}` : ABOUT} actions={actions}>
      {open && (
        <AnswerEditor
          task={task}
          answer={before && answerOf(before.answer)}
          explanation={before?.note ?? ""}
          explanationAbout="Shown to the task's raters, beside what they answered."
          save="Save the decision"
          saving={decide.isPending}
          error={decide.error}
          onSave={(written) => {
            settle();
            decide.mutate(written, { onSuccess: close });
          }}
          onCancel={close}
        />
      )}
    </Section>
  );
}
