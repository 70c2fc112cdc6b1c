/** One task on the screen: its prompt, its form, what can be done with it. Mounted anew for each task. */
import { useEffect, useRef, useState, type ClipboardEvent, type ReactNode } from "react";

import type { Assignment } from "@/api/types";
import { flagTask, skipTask } from "@/api/work";
import { dropDraft, isUntouched, type Draft } from "@/lib/drafts";
import { codePoints } from "@/lib/marks";
import { formOf, nameOf } from "@/lib/questions";

import { ActionBar } from "./ActionBar";
import { FlagDialog, SkipDialog } from "./dialogs";
import { answerIn, missing } from "./draftOf";
import { QuestionForm } from "./QuestionForm";
import { Reasons } from "./Reasons";
import { LeaseBar } from "./StatusBars";
import { PromptPanel } from "./PromptPanel";
import { useCommands } from "./useCommands";
import { useDraft } from "./useDraft";
import { useLease } from "./useLease";
import type { Tasks } from "./useTasks";
import classes from "./work.module.css";

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

/** Characters that a paste brings into a text field; what is pasted elsewhere goes nowhere. */
function pastedInto(event: ClipboardEvent): number {
  if (!(event.target instanceof Element) || !event.target.matches("textarea, input")) return 0;
  return codePoints(event.clipboardData.getData("text"));
}

/** Puts the keyboard's focus on a new task, so that reading and tabbing start there. */
function useFocusOnMount() {
  const main = useRef<HTMLElement>(null);
  useEffect(() => main.current?.focus({ preventScroll: true }), []);
  return main;
}

export function Judging(props: JudgingProps) {
  const { slug, user, assignment, tasks, said, onSaid, onTouched } = props;
  const { draft, change, done, forget, activeMs, active } = useDraft(slug, user, assignment);
  const lease = useLease(slug, tasks.queue.tasks, active, tasks.dispatch);
  const [dialog, setDialog] = useState<"skip" | "flag" | null>(null);
  const [whyOpen, setWhyOpen] = useState(false);
  const [hint, setHint] = useState("");
  const [sought, setSought] = useState(0);
  const main = useFocusOnMount();
  const editing = assignment.revision > 0;
  const answer = answerIn(draft, assignment);
  const refusal = tasks.refused.find((entry) => entry.assignment === assignment.id)?.refusal;
  const touched = !isUntouched(draft);
  useEffect(() => {
    onTouched(touched);
    return () => onTouched(false);
  }, [touched, onTouched]);

  function submit(): void {
    if (!answer) {
      setHint(missing(draft, assignment));
      return setSought((times) => times + 1);
    }
    done();
    tasks.answer(assignment, answer, { active_ms: activeMs(), pasted: draft.pasted });
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
    forget();
    tasks.close(assignment);
    onSaid("Left as it was.");
  }

  const onControl = formOf(assignment) === "revision";
  useCommands({
    submit: ({ control }) => {
      if (control || !onControl) submit();
    },
    ...(editing ? { cancel } : { skip: () => setDialog("skip") }),
    flag: () => setDialog("flag"),
    prompt: props.onPrompt,
  });

  const { question } = assignment;
  const reasons = question.kind === "comparison" ? question.spec.reasons : [];
  const asksWhy = reasons.length > 0 || question.spec.note;
  const why = {
    open: whyOpen,
    count: draft.tags.length + (draft.note ? 1 : 0),
    toggle: () => setWhyOpen(!whyOpen),
  };
  const errors = refusal?.fields ?? {};
  return (
    <>
      {lease.left !== null && <LeaseBar left={lease.left} onKeep={lease.renew} />}
      <main
        ref={main}
        className={classes.task}
        tabIndex={-1}
        aria-label={nameOf(assignment)}
        onPaste={(event) => change({ pasted: draft.pasted + pastedInto(event) })}
      >
        <PromptPanel
          messages={assignment.prompt}
          training={assignment.training}
          open={props.promptOpen}
          onToggle={props.onPrompt}
        />
        <QuestionForm
          assignment={assignment}
          draft={draft}
          change={edit}
          submit={submit}
          sought={sought}
          errors={errors}
        >
          {refusal && (
            <p className={classes.fault} role="alert">
              Not saved: {refusal.detail}
            </p>
          )}
          <Reasons
            reasons={reasons}
            asksNote={question.spec.note}
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
            onControl={onControl}
            said={hint ? <span role="alert">{hint}</span> : said}
            why={asksWhy ? why : null}
            onUndo={props.onUndo}
            onSkip={() => setDialog("skip")}
            onCancel={cancel}
            onFlag={() => setDialog("flag")}
            onSubmit={submit}
          />
        </QuestionForm>
      </main>
      <SkipDialog opened={dialog === "skip"} onClose={() => setDialog(null)} onSkip={skip} />
      <FlagDialog opened={dialog === "flag"} onClose={() => setDialog(null)} onFlag={flag} />
    </>
  );
}
