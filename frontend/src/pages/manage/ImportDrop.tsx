/** The place to drop a file or to pick one, with the share of it that has left. */
import { Button, FileButton, Group, Paper, Progress, Select, Stack, Text } from "@mantine/core";
import { useState, type DragEvent } from "react";

import { useUpload } from "@/api/manageData";
import { useQuestions } from "@/api/manageQuestions";
import type { ImportFormat } from "@/api/types";
import { Failure } from "@/components/States";
import { percent } from "@/components/plots/words";

const FORMATS = [
  { value: "detect", label: "Find out the format" },
  { value: "hh", label: "hh: chosen and rejected dialogues" },
  { value: "preference", label: "preference: prompt, chosen, rejected" },
  { value: "ranking", label: "ranking: prompt, responses, ranks" },
  { value: "steps", label: "steps: solutions with labelled steps" },
  { value: "tree", label: "tree: conversations with ranked replies" },
  { value: "finegrained", label: "finegrained: ratings and marked spans" },
];

/** Whose tasks a file brings; nothing to choose while there is one question. */
function QuestionSelect({ slug, chosen, choose }: ChoiceProps) {
  const questions = useQuestions(slug).data ?? [];
  if (questions.length < 2) return null;
  return (
    <Select
      aria-label="Question"
      data={questions.map(({ id, kind, title }) => ({
        value: String(id),
        label: `For “${title}” (${kind})`,
      }))}
      value={String(chosen ?? questions[0]?.id)}
      allowDeselect={false}
      onChange={(value) => choose(Number(value))}
      w={280}
    />
  );
}

interface ChoiceProps {
  slug: string;
  /** Null is the first question. */
  chosen: number | null;
  choose: (question: number) => void;
}

export function ImportDrop({ slug }: { slug: string }) {
  const upload = useUpload(slug);
  const [format, setFormat] = useState<string>("detect");
  const [question, setQuestion] = useState<number | null>(null);
  const [share, setShare] = useState(0);
  const [over, setOver] = useState(false);
  const send = async (files: Iterable<File>) => {
    const chosen = format === "detect" ? null : (format as ImportFormat);
    for (const file of files) {
      setShare(0);
      // One after the other; a refused file is told and doesn't hold back the next.
      await upload
        .mutateAsync({ file, format: chosen, question, onProgress: setShare })
        .catch(() => null);
    }
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (!upload.isPending) void send([...event.dataTransfer.files]);
  };
  const hover = (event: DragEvent) => {
    event.preventDefault();
    setOver(true);
  };
  return (
    <Paper
      p="lg"
      onDragOver={hover}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      style={{
        border: `2px dashed var(${over ? "--mantine-primary-color-filled" : "--line-strong"})`,
        background: over ? "var(--surface-quiet)" : undefined,
      }}
    >
      <Stack align="center" gap="sm">
        <Text ta="center">Drop files here, or choose them.</Text>
        <Group justify="center">
          <QuestionSelect slug={slug} chosen={question} choose={setQuestion} />
          <Select
            aria-label="Format"
            data={FORMATS}
            value={format}
            allowDeselect={false}
            onChange={(value) => setFormat(value ?? "detect")}
            w={280}
          />
          <FileButton multiple onChange={(files) => void send(files)}>
            {(props) => (
              <Button {...props} loading={upload.isPending}>
                Choose files
              </Button>
            )}
          </FileButton>
        </Group>
        {upload.isPending && (
          <Stack gap={4} w="100%" maw={480}>
            <Progress value={100 * share} aria-label="Upload" />
            <Text size="sm" c="dimmed" ta="center">
              {percent(share)} of “{upload.variables.file.name}” sent
            </Text>
          </Stack>
        )}
        {upload.error && <Failure error={upload.error} />}
      </Stack>
    </Paper>
  );
}
