/** One cell of the ratings: buttons for the points of the scale, or a slider. Empty until it is filled. */
import type { KeyboardEvent } from "react";

import type { RatingSpec } from "@/api/types";
import { digitOf, nudged, points } from "@/lib/rating";

import own from "./rating.module.css";
import { Key } from "./Tool";

interface RatingCellProps {
  spec: RatingSpec;
  name: string;
  describedBy: string | undefined;
  value: number | null;
  onValue: (value: number) => void;
  /** From a slider, which needs left and right for itself, to the cell before or after. */
  onStep: (by: 1 | -1) => void;
}

function pointName({ minimum, maximum, low, high }: RatingSpec, value: number): string {
  const words = value === minimum ? low : value === maximum ? high : "";
  return words ? `${value}, ${words}` : String(value);
}

function Likert({ spec, name, describedBy, value, onValue }: RatingCellProps) {
  return (
    <div
      className={own.likert}
      role="radiogroup"
      aria-label={name}
      aria-describedby={describedBy}
      aria-required={!spec.optional}
    >
      {points(spec).map((point) => {
        const digit = digitOf(spec, point);
        return (
          <button
            key={point}
            type="button"
            role="radio"
            data-choice
            className={own.point}
            aria-checked={point === value}
            aria-label={pointName(spec, point)}
            aria-keyshortcuts={digit === null ? undefined : String(digit)}
            tabIndex={point === (value ?? spec.minimum) ? 0 : -1}
            onClick={() => onValue(point)}
          >
            {point}
            {digit !== null && digit !== point && <Key>{String(digit)}</Key>}
          </button>
        );
      })}
    </div>
  );
}

const COARSE = 10;

function Slider({ spec, name, describedBy, value, onValue, onStep }: RatingCellProps) {
  function onKeyDown(event: KeyboardEvent): void {
    const { key, shiftKey, ctrlKey, metaKey, altKey } = event;
    if (ctrlKey || metaKey || altKey || !key.startsWith("Arrow")) return;
    event.preventDefault();
    if (key === "ArrowUp" || key === "ArrowDown") return onStep(key === "ArrowDown" ? 1 : -1);
    const by = shiftKey ? COARSE : 1;
    onValue(nudged(spec, value, key === "ArrowRight" ? by : -by));
  }

  const shown = value ?? nudged(spec, null, 0);
  return (
    <div className={own.slider} data-empty={value === null}>
      <input
        type="range"
        data-choice
        tabIndex={0}
        min={spec.minimum}
        max={spec.maximum}
        value={shown}
        aria-label={name}
        aria-describedby={describedBy}
        aria-valuetext={value === null ? "not rated" : pointName(spec, value)}
        onChange={(event) => onValue(event.currentTarget.valueAsNumber)}
        // A press on the very place where an empty slider's handle stands changes nothing by itself.
        onPointerUp={(event) => value === null && onValue(event.currentTarget.valueAsNumber)}
        onKeyDown={onKeyDown}
      />
      <output className={own.value}>{value ?? "–"}</output>
    </div>
  );
}

export function RatingCell(props: RatingCellProps) {
  return props.spec.slider ? <Slider {...props} /> : <Likert {...props} />;
}
