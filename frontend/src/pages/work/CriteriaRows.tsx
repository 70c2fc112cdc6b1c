/** The scale between A and B once for each criterion; what is "both bad" is so by all of them. */
import type { RefObject } from "react";

import type { ComparisonSpec } from "@/api/types";
import { WHOLE, chosenChoices, rowChoices, wholeChoice } from "@/lib/criteria";
import type { Draft } from "@/lib/drafts";
import type { Choice } from "@/lib/verdict";

import { ChoiceBar } from "./ChoiceBar";
import own from "./criteria.module.css";
import { Key } from "./Tool";
import classes from "./work.module.css";

interface CriteriaRowsProps {
  spec: ComparisonSpec;
  chosen: Draft["choices"];
  row: number;
  rows: RefObject<HTMLDivElement | null>;
  /** A row has got the focus. */
  onRow: (index: number) => void;
  /** The focus is to go up or down a row. */
  onLeave: (by: 1 | -1) => void;
  onPress: (row: string, choice: Choice) => void;
}

interface BothBadProps {
  choice: Choice;
  chosen: boolean;
  onPress: () => void;
}

function BothBad({ choice, chosen, onPress }: BothBadProps) {
  return (
    <button
      type="button"
      data-choice
      className={`${classes.choice} ${own.whole}`}
      aria-pressed={chosen}
      aria-keyshortcuts={choice.key}
      onClick={onPress}
    >
      {choice.label}
      <Key>{choice.key}</Key>
    </button>
  );
}

export function CriteriaRows(props: CriteriaRowsProps) {
  const { spec, chosen, row, rows, onRow, onLeave, onPress } = props;
  const whole = wholeChoice(spec);
  const wholly = whole !== null && chosen[WHOLE] === whole.id;
  const choices = chosenChoices(spec, chosen);
  return (
    <div ref={rows} className={own.rows}>
      {spec.criteria.map((name, index) => (
        <div
          key={name}
          className={own.row}
          data-row
          data-focused={index === row}
          onFocus={() => onRow(index)}
        >
          <span className={own.name} aria-hidden="true">
            {name}
          </span>
          <ChoiceBar
            question={name}
            offered={rowChoices(spec)}
            chosen={wholly ? null : (choices[index]?.id ?? null)}
            onPress={(choice) => onPress(name, choice)}
            onLeave={onLeave}
          />
        </div>
      ))}
      {whole && <BothBad choice={whole} chosen={wholly} onPress={() => onPress(WHOLE, whole)} />}
    </div>
  );
}
