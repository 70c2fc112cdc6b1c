/** Another question for the project: a template to start from, then its settings. */
import { Button, Select, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";

import { useAddQuestion } from "@/api/manageQuestions";

import { Dialog } from "../../parts/Dialog";
import { QuestionFields } from "./QuestionFields";
import { TEMPLATES, templateOf } from "./templates";

function Adding({ slug, onDone }: { slug: string; onDone: () => void }) {
  const add = useAddQuestion(slug);
  const [id, setId] = useState(TEMPLATES[0]!.id);
  const { about, question } = templateOf(id);
  return (
    <Stack>
      <Select
        label="Start from"
        data={TEMPLATES.map(({ id: value, name }) => ({ value, label: name }))}
        allowDeselect={false}
        value={id}
        onChange={(value) => setId(value ?? id)}
      />
      <Text size="sm" c="dimmed">
        {about}
      </Text>
      <QuestionFields
        key={id}
        start={{ ...question, needs_skills: [], for_groups: [] }}
        save="Add the question"
        saving={add.isPending}
        error={add.error}
        onSave={(written) => add.mutate({ ...written, kind: question.kind }, { onSuccess: onDone })}
        onCancel={onDone}
      />
    </Stack>
  );
}

export function AddQuestion({ slug }: { slug: string }) {
  const [open, { open: ask, close }] = useDisclosure(false);
  return (
    <>
      <Button variant="default" onClick={ask}>
        Add a question
      </Button>
      <Dialog opened={open} onClose={close} title="Add a question" size="xl">
        <Adding slug={slug} onDone={close} />
      </Dialog>
    </>
  );
}
