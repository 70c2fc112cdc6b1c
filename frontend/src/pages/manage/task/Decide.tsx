/** A reviewer's decision on a task: the raters' form, and why. */
import { Button, Group, Text } from "@mantine/core";

import { useDecide, useDisputes } from "@/api/manageReview";
import type { TaskDetail } from "@/api/types";

import { GoButton } from "../parts/GoTo";
import { Section } from "../parts/Page";
import { AnswerEditor, type EditorState } from "./AnswerEditor";
import { answerOf, decisionOf } from "./task";

const ABOUT =
  "A decision settles a disputed task. The votes stay as they are; the decision stands beside them and counts as certain.";

interface DecideProps {
  slug: string;
  task: TaskDetail;
  editor: EditorState;
}

/** Reviewers come with a list to work through. */
function NextDispute({ slug, task }: Pick<DecideProps, "slug" | "task">) {
  const next = useDisputes(slug).data?.pages[0]?.results.find(({ id }) => id !== task.id);
  return next ? <GoButton page={`tasks/${next.id}`}>Next dispute</GoButton> : null;
}

export function Decide({ slug, task, editor }: DecideProps) {
  const decide = useDecide(slug, task.id);
  const { open, begin, close } = editor;
  const before = decisionOf(task.votes);
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
      {decide.isSuccess && <NextDispute slug={slug} task={task} />}
      <Button variant={before ? "default" : "filled"} onClick={begin}>
        {before ? "Decide again" : "Decide"}
      </Button>
    </Group>
  );
  return (
    <Section title="Decision" about={ABOUT} actions={actions}>
      {open && (
        <AnswerEditor
          task={task}
          answer={before && answerOf(before.answer)}
          explanation={before?.note ?? ""}
          explanationAbout="Shown to the task's raters, beside what they answered."
          save="Save the decision"
          saving={decide.isPending}
          error={decide.error}
          onSave={(written) => decide.mutate(written, { onSuccess: close })}
          onCancel={close}
        />
      )}
    </Section>
  );
}
