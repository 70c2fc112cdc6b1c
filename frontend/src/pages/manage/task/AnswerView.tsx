/** One answer as a reader of the task sees it: in words, and a revision as its changes to the text. */
import { Stack, Text } from "@mantine/core";

import type { Answer, Question } from "@/api/types";
import { listed } from "@/lib/letters";

import { answerLines, markLines } from "./answerWords";
import { Rewrite } from "./Rewrite";

interface AnswerViewProps {
  question: Question;
  responses: readonly { id: number; text: string }[];
  answer: Answer;
}

function Lines({ lines }: { lines: readonly string[] }) {
  return lines.map((line, i) => (
    <Text key={i} style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }} dir="auto">
      {line}
    </Text>
  ));
}

function Revised({ question, responses, answer }: AnswerViewProps) {
  if (question.kind !== "revision") return null;
  const principle = question.spec.principles[answer.principle ?? -1];
  return (
    <>
      {principle && <Text size="sm">Principle: {principle}</Text>}
      {answer.critique && <Lines lines={[`Critique: ${answer.critique}`]} />}
      <Rewrite original={responses[0]?.text ?? ""} text={answer.text ?? ""} />
    </>
  );
}

export function AnswerView(props: AnswerViewProps) {
  const { question, responses, answer } = props;
  const ids = responses.map(({ id }) => id);
  const marks = markLines(answer, responses);
  return (
    <Stack gap={4}>
      <Lines lines={answerLines(question.kind, answer, ids)} />
      <Revised {...props} />
      {marks.length > 0 && (
        <>
          <Text size="sm" fw={500}>
            Marked
          </Text>
          <Lines lines={marks} />
        </>
      )}
      {(answer.tags ?? []).length > 0 && (
        <Text size="sm">Because: {listed(answer.tags ?? [])}</Text>
      )}
    </Stack>
  );
}
