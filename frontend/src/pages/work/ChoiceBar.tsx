/** A scale between A and B. A radio group: arrows move within it, Space chooses, Enter submits. */
import { useRef, type CSSProperties, type KeyboardEvent } from "react";

import type { Choice } from "@/lib/verdict";

import { Key } from "./Tool";
import classes from "./work.module.css";

interface ChoiceBarProps {
  question: string;
  offered: Choice[];
  chosen: string | null;
  onPress: (choice: Choice) => void;
  /** Where there is a scale above or below: up and down go there. */
  onLeave?: (by: 1 | -1) => void;
}

const STEP: Record<string, 1 | -1> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/**
 * On a phone: A's row with the tie at its end, then B's row with "both bad" at its end; the same
 * degree stands in the same column.
 */
function narrowOrder(choice: Choice): number {
  const degree = 3 - (choice.strength ?? 3);
  if (choice.side === "A") return 10 + degree;
  if (choice.side === "B") return 30 + degree;
  return choice.bad ? 40 : 20;
}

function columns(offered: Choice[]): number {
  return Math.ceil(offered.length / (offered.length > 4 ? 2 : 1));
}

export function ChoiceBar({ question, offered, chosen, onPress, onLeave }: ChoiceBarProps) {
  const group = useRef<HTMLDivElement>(null);
  const current = Math.max(
    0,
    offered.findIndex(({ id }) => id === chosen),
  );

  function onKeyDown(event: KeyboardEvent, index: number): void {
    const step = STEP[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (onLeave && /Up|Down/.test(event.key)) return onLeave(step);
    const next = (index + step + offered.length) % offered.length;
    if (offered[next]!.id !== chosen) onPress(offered[next]!);
    group.current?.querySelectorAll<HTMLElement>("[role=radio]")[next]?.focus();
  }

  return (
    <div
      ref={group}
      className={classes.choices}
      role="radiogroup"
      aria-label={question}
      style={{ "--columns": columns(offered) } as CSSProperties}
    >
      {offered.map((choice, index) => (
        <button
          key={choice.id}
          type="button"
          role="radio"
          data-choice
          className={`${classes.choice} ${choice.bad ? classes.apart : ""}`}
          aria-checked={choice.id === chosen}
          aria-label={choice.label}
          aria-keyshortcuts={choice.key}
          tabIndex={index === current ? 0 : -1}
          style={{ "--narrow-order": narrowOrder(choice) } as CSSProperties}
          onClick={() => onPress(choice)}
          onKeyDown={(event) => onKeyDown(event, index)}
        >
          <span className={classes.long}>{choice.label}</span>
          <span className={classes.short}>{choice.short}</span>
          <Key>{choice.key}</Key>
        </button>
      ))}
    </div>
  );
}
