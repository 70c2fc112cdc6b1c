/** One task on the screen: its prompt, its form, what can be done with it. Mounted anew for each task. */
import { useEffect, useRef, useState, type ReactNode } from "react";

import type { Assignment } from "@/api/types";
import { flagTask, skipTask } from "@/api/work";
import { dropDraft, isUntouched, type Draft } from "@/lib/drafts";
import { plural } from "@/lib/words";

import { ActionBar } from "./ActionBar";
import { CompareForm } from "./CompareForm";
import { FlagDialog, SkipDialog } from "./dialogs";
import { answerIn } from "./draftOf";
import { Reasons } from "./Reasons";
import { RankForm } from "./RankForm";
import { LeaseBar } from "./StatusBars";
import { PromptPanel } from "./PromptPanel";
import { useCommands } from "./useCommands";
import { useDraft } from "./useDraft";
import { useLease } from "./useLease";
import type { Tasks } from "./useTasks";
import classes from "./work.module.css";

export interface FormProps {
  assignment: Assignment;
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  submit: () => void;
  /** What the server refused, by field. */
  errors: Record<string, string[]>;
  children: ReactNode;
}

interface JudgingProps {
  slug: string;
  user: number;
  assignment: Assignment;
  tasks: Tasks;
  said: ReactNode;
  promptOpen: boolean;
  onPrompt: () => void;
  onSaid: (text: string) => void;
  /** Told whenever the form goes from untouched to touched, or back. */
  onTouched: (touched: boolean) => void;
  onUndo: () => void;
}

function missing(assignment: Assignment): string {
  return assignment.responses.length > 2
    ? "Give every response a place first."
    : "Choose first, then submit.";
}

function nameOf({ task, responses }: Assignment): string {
  const kind =
    responses.length > 2 ? `rank ${plural(responses.length, "response")}` : "compare two responses";
  return `Task ${task}: ${kind}`;
}

/** Puts the keyboard's focus on a new task, so that reading and tabbing start there. */
function useFocusOnMount() {
  const main = useRef<HTMLElement>(null);
  useEffect(() => main.current?.focus({ preventScroll: true }), []);
  return main;
}

export function Judging(props: JudgingProps) {
  const { slug, user, assignment, tasks, said, onSaid, onTouched } = props;
  const { draft, change, done, activeMs, active } = useDraft(user, assignment);
  const lease = useLease(slug, tasks.queue.tasks, active, tasks.dispatch);
  const [dialog, setDialog] = useState<"skip" | "flag" | null>(null);
  const [whyOpen, setWhyOpen] = useState(false);
  const [hint, setHint] = useState("");
  const main = useFocusOnMount();
  const editing = assignment.revision > 0;
  const answer = answerIn(draft, assignment);
  const refusal = tasks.refused.find((entry) => entry.assignment === assignment.id)?.refusal;
  const touched = !isUntouched(draft);
  useEffect(() => onTouched(touched), [touched, onTouched]);

  function submit(): void {
    if (!answer) return setHint(missing(assignment));
    done();
    tasks.answer(assignment, answer, activeMs());
    onSaid(editing ? "Change saved." : "Saved.");
  }

  function edit(part: Partial<Draft>): void {
    setHint("");
    change(part);
  }

  async function skip(...[reason, note]: [Parameters<typeof skipTask>[2]["reason"], string]) {
    await skipTask(slug, assignment.id, { reason, note });
    done();
    dropDraft(window.localStorage, user, assignment.id);
    tasks.dispatch({ type: "dropped", assignment: assignment.id });
    onSaid("Skipped.");
  }

  async function flag(note: string) {
    await flagTask(slug, assignment.id, note);
    onSaid("Flagged for the managers.");
  }

  function cancel(): void {
    done();
    tasks.close(assignment);
    onSaid("Left as it was.");
  }

  useCommands({
    submit,
    ...(editing ? { cancel } : { skip: () => setDialog("skip") }),
    flag: () => setDialog("flag"),
    prompt: props.onPrompt,
  });

  const Form = assignment.responses.length > 2 ? RankForm : CompareForm;
  const { spec } = assignment.question;
  const asksWhy = spec.reasons.length > 0 || spec.note;
  const why = {
    open: whyOpen,
    count: draft.tags.length + (draft.note ? 1 : 0),
    toggle: () => setWhyOpen(!whyOpen),
  };
  const errors = refusal?.fields ?? {};
  return (
    <>
      {lease.left !== null && <LeaseBar left={lease.left} onKeep={lease.renew} />}
      <main ref={main} className={classes.task} tabIndex={-1} aria-label={nameOf(assignment)}>
        <PromptPanel
          messages={assignment.prompt}
          open={props.promptOpen}
          onToggle={props.onPrompt}
        />
        <Form assignment={assignment} draft={draft} change={edit} submit={submit} errors={errors}>
          {refusal && (
            <p className={classes.fault} role="alert">
              Not saved: {refusal.detail}
            </p>
          )}
          <Reasons
            spec={spec}
            tags={draft.tags}
            note={draft.note}
            open={whyOpen || Boolean(errors.note ?? errors.tags)}
            errors={errors}
            onTags={(tags) => edit({ tags })}
            onNote={(note) => edit({ note })}
          />
          <ActionBar
            canUndo={tasks.canUndo}
            ready={answer !== null}
            editing={editing}
            said={hint ? <span role="alert">{hint}</span> : said}
            why={asksWhy ? why : null}
            onUndo={props.onUndo}
            onSkip={() => setDialog("skip")}
            onCancel={cancel}
            onFlag={() => setDialog("flag")}
            onSubmit={submit}
          />
        </Form>
      </main>
      <SkipDialog opened={dialog === "skip"} onClose={() => setDialog(null)} onSkip={skip} />
      <FlagDialog opened={dialog === "flag"} onClose={() => setDialog(null)} onFlag={flag} />
    </>
  );
}
