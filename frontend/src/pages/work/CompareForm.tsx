/** Two responses: the panes, and the scale under them, once or once for each criterion. */
import { useRef, useState } from "react";

import type { ComparisonSpec } from "@/api/types";
import { choose, chosenChoices, criteriaOf, rowChoices, WHOLE } from "@/lib/criteria";
import { choices, type Choice } from "@/lib/verdict";

import { ChoiceBar } from "./ChoiceBar";
import { ComparePanes } from "./ComparePanes";
import { CriteriaRows } from "./CriteriaRows";
import { faultsOf, useSought, type FormProps } from "./forms";
import { Tool } from "./Tool";
import { useCommands } from "./useCommands";
import classes from "./work.module.css";

const FIELDS = ["ranks", "strength", "unacceptable", "criteria"];
/** Of a screen: what an arrow key scrolls. */
const LINES = 0.15;

function scrollAll(container: HTMLElement | null, screens: number): void {
  container?.querySelectorAll<HTMLElement>("[data-pane]").forEach((pane) => {
    pane.scrollTop += screens * pane.clientHeight;
  });
}

/** Which row the keys act on, and how the focus gets there. */
function useRow(count: number) {
  const [row, setRow] = useState(0);
  const rows = useRef<HTMLDivElement>(null);
  /** To the choice with this position, else to where Tab would go. */
  function goTo(index: number, choice?: number): void {
    const next = Math.min(count - 1, Math.max(0, index));
    setRow(next);
    const group = rows.current?.querySelectorAll<HTMLElement>("[data-row]")[next];
    const radios = [...(group?.querySelectorAll<HTMLElement>("[role=radio]") ?? [])];
    (radios[choice ?? -1] ?? radios.find((radio) => radio.tabIndex === 0))?.focus();
    group?.scrollIntoView({ block: "nearest" });
  }
  return { row, setRow, rows, goTo };
}

export function CompareForm(props: FormProps & { spec: ComparisonSpec }) {
  const { assignment, spec, draft, change, submit, sought, errors, children } = props;
  const [diff, setDiff] = useState(false);
  const [linked, setLinked] = useState(false);
  const panes = useRef<HTMLDivElement>(null);
  const several = spec.criteria.length > 0;
  const names = criteriaOf(spec);
  const { row, setRow, rows, goTo } = useRow(names.length);
  const chosen = chosenChoices(spec, draft.choices);

  function press(name: string, choice: Choice): void {
    if (choice.id === draft.choices[name]) submit();
    else change({ choices: choose(draft.choices, name, choice) });
  }

  useSought(sought, () => goTo(chosen.indexOf(null)));
  useCommands({
    digit: ({ digit }) => {
      const pressed = (choice: Choice) => choice.key === String(digit);
      const inRow = rowChoices(spec).findIndex(pressed);
      const ofAll = choices(spec).find(pressed);
      if (inRow >= 0) {
        goTo(row, inRow);
        press(names[row]!, rowChoices(spec)[inRow]!);
      } else if (ofAll) press(WHOLE, ofAll);
    },
    vertical: ({ by }) => (several ? goTo(row + by) : scrollAll(panes.current, by * LINES)),
    diff: () => setDiff((on) => !on),
    link: () => setLinked((on) => !on),
    scroll: ({ by }) => scrollAll(panes.current, by),
  });

  const faults = faultsOf(errors, FIELDS);
  return (
    <>
      <ComparePanes
        responses={assignment.responses}
        side={chosen[row]?.side ?? null}
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
        {several ? (
          <CriteriaRows
            spec={spec}
            chosen={draft.choices}
            row={row}
            rows={rows}
            onRow={setRow}
            onLeave={(by) => goTo(row + by)}
            onPress={press}
          />
        ) : (
          <ChoiceBar
            question={spec.prompt}
            offered={rowChoices(spec)}
            chosen={chosen[0]?.id ?? null}
            onPress={(choice) => press(WHOLE, choice)}
          />
        )}
        {faults && <p className={classes.fault}>{faults}</p>}
        {children}
      </div>
    </>
  );
}
