/** Two responses: the panes, and the scale under them. */
import { useRef, useState } from "react";

import { choices, type Choice } from "@/lib/verdict";

import { ChoiceBar } from "./ChoiceBar";
import { ComparePanes } from "./ComparePanes";
import type { FormProps } from "./Judging";
import { Tool } from "./Tool";
import { useCommands } from "./useCommands";
import classes from "./work.module.css";

function scrollAll(container: HTMLElement | null, screens: number): void {
  container?.querySelectorAll<HTMLElement>("[data-pane]").forEach((pane) => {
    pane.scrollTop += screens * pane.clientHeight;
  });
}

export function CompareForm({ assignment, draft, change, submit, errors, children }: FormProps) {
  const { spec } = assignment.question;
  const [diff, setDiff] = useState(false);
  const [linked, setLinked] = useState(false);
  const panes = useRef<HTMLDivElement>(null);
  const offered = choices(spec);
  const chosen = offered.find(({ id }) => id === draft.choice) ?? null;

  function press(choice: Choice): void {
    if (choice.id === draft.choice) submit();
    else change({ choice: choice.id });
  }

  useCommands({
    digit: ({ digit }) => {
      const choice = offered.find(({ key }) => key === String(digit));
      if (choice) press(choice);
    },
    diff: () => setDiff((on) => !on),
    link: () => setLinked((on) => !on),
    scroll: ({ by }) => scrollAll(panes.current, by),
  });

  const faults = [errors.ranks, errors.strength, errors.unacceptable].flatMap((said) => said ?? []);
  return (
    <>
      <ComparePanes
        responses={assignment.responses}
        side={chosen?.side ?? null}
        diff={diff}
        linked={linked}
        panes={panes}
      />
      <div className={classes.dock}>
        <div className={classes.questionRow}>
          <p className={classes.question}>{spec.prompt}</p>
          <Tool name="Diff" hotkey="d" pressed={diff} onClick={() => setDiff(!diff)} />
          <Tool
            name="Link scrolling"
            hotkey="l"
            pressed={linked}
            className={classes.onlyWide}
            onClick={() => setLinked(!linked)}
          />
        </div>
        <ChoiceBar question={spec.prompt} offered={offered} chosen={draft.choice} onPress={press} />
        {faults.length > 0 && <p className={classes.fault}>{faults.join(" ")}</p>}
        {children}
      </div>
    </>
  );
}
