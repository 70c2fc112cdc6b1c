/** A response judged step by step, each a row; the keys act on the one that has the focus. */
import { useCallback, useMemo, useRef, useState } from "react";

import type { Label, StepsSpec } from "@/api/types";
import {
  asked,
  firstError,
  isBlank,
  labelled,
  neighbour,
  openSteps,
  split,
  type Labels,
} from "@/lib/steps";

import { onlyText } from "./draftOf";
import { faultsOf, useSought, type FormProps } from "./forms";
import { OFFERED, StepRow } from "./StepRow";
import own from "./steps.module.css";
import { useCommands } from "./useCommands";
import classes from "./work.module.css";

function progressWords(spec: StepsSpec, steps: string[], labels: Labels): string {
  const error = spec.first_error ? firstError(labelled(steps, labels)) : null;
  const all = asked(spec, steps, labels).length;
  const done = all - openSteps(spec, steps, labels).length;
  if (error === null) return `${done} of ${all}`;
  return `${done} of ${all}, first wrong step ${error + 1}`;
}

function useSteps(steps: string[]) {
  const [focused, setFocused] = useState(() => neighbour(steps, -1, 1));
  const list = useRef<HTMLOListElement>(null);
  const goTo = useCallback((index: number) => {
    setFocused(index);
    const row = list.current?.querySelector<HTMLElement>(`[data-step="${index}"]`);
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
  }, []);
  return { focused, setFocused, list, goTo };
}

/** The callbacks of the rows stay the same, so that a label draws one row anew and not 126. */
function useSteady<Call extends (...args: never[]) => void>(call: Call): Call {
  const newest = useRef(call);
  newest.current = call;
  return useCallback(((...args) => newest.current(...args)) as Call, []);
}

export function StepsForm(props: FormProps & { spec: StepsSpec }) {
  const { assignment, spec, draft, change, sought, errors, children } = props;
  const text = onlyText(assignment);
  const steps = useMemo(() => split(text, spec.separator), [text, spec.separator]);
  const offered = useMemo(
    () => OFFERED.filter(({ label }) => spec.neutral || label !== 0),
    [spec.neutral],
  );
  const { focused, setFocused, list, goTo } = useSteps(steps);
  const labels = labelled(steps, draft.labels);
  const error = firstError(labels);
  const ends = spec.first_error ? error : null;

  function put(index: number, value: Label | null): void {
    const own = steps.map((_, at) => (at === index ? value : (draft.labels[at] ?? null)));
    change({ labels: own });
  }
  function label(index: number, value: Label): void {
    if (ends !== null && index > ends) return;
    put(index, value);
    goTo(value === -1 && spec.first_error ? index : neighbour(steps, index, 1));
  }
  const onLabel = useSteady(label);
  const onReason = useSteady((index: number, why: string) =>
    change({ reasons: { ...draft.reasons, [index]: why } }),
  );

  useSought(sought, () => goTo(openSteps(spec, steps, draft.labels)[0] ?? focused));
  const go = ({ by }: { by: 1 | -1 }) => goTo(neighbour(steps, focused, by));
  useCommands({
    vertical: go,
    move: go,
    label: ({ label: value }) => {
      if (offered.some((one) => one.label === value)) label(focused, value);
    },
    clear: () => put(focused, null),
  });

  const faults = faultsOf(errors, ["labels", "reasons"]);
  return (
    <>
      <ol ref={list} className={own.steps} aria-label="Steps">
        {steps.map((step, index) =>
          isBlank(step) ? null : (
            <StepRow
              key={index}
              index={index}
              text={step}
              offered={offered}
              label={ends !== null && index > ends ? null : labels[index]!}
              focused={index === focused}
              first={index === error}
              idle={ends !== null && index > ends}
              reason={
                spec.reason && labels[index] === -1 && (ends === null || index <= ends)
                  ? (draft.reasons[index] ?? "")
                  : null
              }
              onFocus={setFocused}
              onLabel={onLabel}
              onReason={onReason}
            />
          ),
        )}
      </ol>
      <div className={classes.dock}>
        <div className={classes.questionRow}>
          <p className={classes.question}>{spec.prompt}</p>
          <span className={own.progress} role="status" aria-label="Steps judged">
            {progressWords(spec, steps, draft.labels)}
          </span>
        </div>
        {faults && <p className={classes.fault}>{faults}</p>}
        {children}
      </div>
    </>
  );
}
