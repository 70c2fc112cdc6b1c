/** What a reviewer decided on a task that the rater judged, and the rater's appeal against it. */
import { Text } from "@mantine/core";

import type { Appeal, HistoryItem } from "@/api/own";
import type { Answer } from "@/api/types";
import { dateTime } from "@/lib/words";
import { answerInWords } from "@/pages/history/answerInWords";

import { AppealForm } from "./AppealForm";
import classes from "./own.module.css";
import { appealWords, decidedWords } from "./words";

function AppealState({ appeal }: { appeal: Appeal }) {
  return (
    <>
      <Text size="sm" className={classes.words}>
        You appealed on {dateTime(appeal.created_at)}: “{appeal.text}”
      </Text>
      <Text size="sm" fw={600}>
        {appealWords(appeal)}
      </Text>
      {appeal.reply && (
        <Text size="sm" className={classes.words}>
          Reply: {appeal.reply}
        </Text>
      )}
    </>
  );
}

interface DecisionNoteProps {
  slug: string;
  item: Pick<HistoryItem, "assignment" | "responses" | "decision">;
}

export function DecisionNote({ slug, item }: DecisionNoteProps) {
  const { assignment, responses, decision } = item;
  if (!decision) return null;
  const { agrees, explanation, appeal } = decision;
  return (
    <div className={classes.decision} role="group" aria-label={`Decision on task ${assignment}`}>
      <Text size="sm" fw={600}>
        {decidedWords(agrees)}
      </Text>
      <Text size="sm">Decided: {answerInWords(decision.answer as Answer, responses)}</Text>
      {explanation && (
        <Text size="sm" className={classes.words}>
          Why: {explanation}
        </Text>
      )}
      {appeal && <AppealState appeal={appeal} />}
      {!appeal && !agrees && <AppealForm slug={slug} assignment={assignment} />}
    </div>
  );
}
