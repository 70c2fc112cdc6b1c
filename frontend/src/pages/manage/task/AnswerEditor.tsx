/**
 * The rater's own form for a decision or a known answer, with the responses in the task's order. It
 * stands between those forms and the managers' pages: nothing else here knows how they work.
 */
import { Alert, Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { useRef, useState, type ReactNode } from "react";

import type { SentAnswer } from "@/api/manageTypes";
import type { Answer, Assignment, TaskDetail } from "@/api/types";
import { letter, listed } from "@/lib/letters";
import { answerIn, draftOf, missing } from "@/pages/work/draftOf";
import { QuestionForm } from "@/pages/work/QuestionForm";
import { Reasons } from "@/pages/work/Reasons";

import { faultOf, faultsElsewhere, faultsOf } from "../parts/faults";
import classes from "./editor.module.css";
import { questionOf } from "./task";

const EXPLANATION_LENGTH = 5_000;
/** The parts of an answer, whose refusals the form itself shows. */
const PARTS =
  "ranks strength unacceptable criteria ratings marks labels reasons critique text principle tags".split(
    " ",
  );

/** Whether the editor is open, and how it opens and closes. */
export interface EditorState {
  open: boolean;
  begin: () => void;
  close: () => void;
}

export interface Written {
  answer: SentAnswer;
  explanation: string;
}

interface AnswerEditorProps {
  task: TaskDetail;
  /** Where the form starts. */
  answer: Answer | null;
  explanation: string;
  explanationAbout: string;
  /** More of what is sent, below the explanation. */
  children?: ReactNode;
  save: string;
  saving: boolean;
  error: Error | null;
  onSave: (written: Written) => void;
  onCancel: () => void;
}

function assignmentOf(task: TaskDetail, answer: Answer | null): Assignment {
  return {
    id: 0,
    question: questionOf(task),
    prompt: task.prompt,
    responses: task.responses.map(({ id, text }) => ({ id, text })),
    lease_expires_at: "",
    state: "leased",
    answer,
    revision: 0,
    draft: null,
    training: false,
  };
}

/** "Here A is response 1 and B is response 2." */
function lettersWords(count: number): string {
  const words = Array.from({ length: count }, (_, i) => `${letter(i)} is response ${i + 1}`);
  return `Here ${listed(words)}.`;
}

function useAnswer(task: TaskDetail, start: Answer | null) {
  const [assignment] = useState(() => assignmentOf(task, start));
  const [draft, setDraft] = useState(() => ({ ...draftOf(assignment), note: "" }));
  const [sought, setSought] = useState(0);
  return {
    assignment,
    draft,
    change: (part: Partial<typeof draft>) => setDraft((now) => ({ ...now, ...part })),
    sought,
    seek: () => setSought((times) => times + 1),
    answer: answerIn(draft, assignment),
    missing: () => missing(draft, assignment),
  };
}

export function AnswerEditor(props: AnswerEditorProps) {
  const { task, error, onSave } = props;
  const {
    assignment,
    draft,
    change,
    sought,
    seek,
    answer,
    missing: lacks,
  } = useAnswer(task, props.answer);
  const [explanation, setExplanation] = useState(props.explanation);
  const [hint, setHint] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const faults = faultsOf(error);
  const elsewhere = faultsElsewhere(error, [...PARTS, "explanation"]);
  const write = (part: Parameters<typeof change>[0]) => {
    setHint("");
    change(part);
  };
  const reasons = assignment.question.kind === "comparison" ? assignment.question.spec.reasons : [];

  function save(): void {
    if (!answer) {
      setHint(lacks());
      return seek();
    }
    if (!explanation.trim()) {
      setHint("Write the explanation first.");
      return field.current?.focus();
    }
    setHint("");
    onSave({ answer, explanation: explanation.trim() });
  }

  return (
    <Stack gap="sm">
      {task.k > 1 && <Text size="sm">{lettersWords(task.k)}</Text>}
      <div className={classes.editor} role="group" aria-label="Your answer">
        <QuestionForm
          assignment={assignment}
          draft={draft}
          change={write}
          // Pressing a choice again goes on to what is still to be written.
          submit={() => field.current?.focus()}
          sought={sought}
          errors={faults}
        >
          <Reasons
            reasons={reasons}
            asksNote={false}
            tags={draft.tags}
            note=""
            open
            errors={faults}
            onTags={(tags) => write({ tags })}
            onNote={() => undefined}
          />
        </QuestionForm>
      </div>
      <Textarea
        ref={field}
        label="Explanation"
        description={props.explanationAbout}
        required
        autosize
        minRows={2}
        maxRows={10}
        maxLength={EXPLANATION_LENGTH}
        value={explanation}
        onChange={(event) => setExplanation(event.currentTarget.value)}
        error={faultOf(faults, "explanation")}
      />
      {props.children}
      {elsewhere && (
        <Alert color="orange" variant="light" role="alert">
          {elsewhere}
        </Alert>
      )}
      <Group>
        <Button loading={props.saving} onClick={save}>
          {props.save}
        </Button>
        <Button variant="default" onClick={props.onCancel}>
          Cancel
        </Button>
        {hint && (
          <Text size="sm" role="alert">
            {hint}
          </Text>
        )}
      </Group>
    </Stack>
  );
}
