/** One step: its number, its text, its label, and why it is wrong where that may be said. */
import { Textarea } from "@mantine/core";
import { memo } from "react";

import type { Label } from "@/api/types";
import { Markdown } from "@/components/Markdown";

import own from "./steps.module.css";
import { Key } from "./Tool";

const REASON_LENGTH = 2000;

export interface Offered {
  label: Label;
  name: string;
  sign: string;
  key: string;
}

export const OFFERED: Offered[] = [
  { label: 1, name: "Right", sign: "✓", key: "y" },
  { label: 0, name: "Neutral", sign: "○", key: "m" },
  { label: -1, name: "Wrong", sign: "✗", key: "n" },
];

interface StepRowProps {
  index: number;
  text: string;
  offered: Offered[];
  label: Label | null;
  focused: boolean;
  first: boolean;
  /** After the first wrong step: read on if you like, there is nothing to judge. */
  idle: boolean;
  /** Null where no reason may be given. */
  reason: string | null;
  onFocus: (index: number) => void;
  onLabel: (index: number, label: Label) => void;
  onReason: (index: number, text: string) => void;
}

type LabelsProps = Pick<
  StepRowProps,
  "index" | "offered" | "label" | "focused" | "idle" | "onLabel"
>;

function Labels({ index, offered, label, focused, idle, onLabel }: LabelsProps) {
  return (
    <div className={own.labels} role="radiogroup" aria-label={`Step ${index + 1}`}>
      {offered.map(({ label: value, name, sign, key }) => (
        <button
          key={key}
          type="button"
          role="radio"
          data-choice
          data-label={value}
          className={own.label}
          aria-checked={value === label}
          aria-label={name}
          aria-keyshortcuts={key}
          disabled={idle}
          tabIndex={focused ? 0 : -1}
          onClick={() => onLabel(index, value)}
        >
          <span aria-hidden="true">{sign}</span>
          <span className={own.word}>{name}</span>
          {focused && <Key>{key}</Key>}
        </button>
      ))}
    </div>
  );
}

export const StepRow = memo(function StepRow(props: StepRowProps) {
  const { index, text, focused, first, idle, reason, onFocus, onReason } = props;
  return (
    <li
      className={own.step}
      data-step={index}
      data-choice
      data-focused={focused}
      data-first={first}
      data-idle={idle}
      tabIndex={focused ? 0 : -1}
      aria-label={`Step ${index + 1}${first ? ", first wrong step" : ""}`}
      aria-current={focused ? "step" : undefined}
      onFocus={() => onFocus(index)}
    >
      <span className={own.number} aria-hidden="true">
        {index + 1}
      </span>
      <div className={own.body}>
        <Markdown text={text} />
        {reason !== null && (
          <Textarea
            mt={6}
            aria-label={`Why step ${index + 1} is wrong`}
            placeholder="Why is it wrong? (optional)"
            autosize
            minRows={1}
            maxLength={REASON_LENGTH}
            value={reason}
            onChange={(event) => onReason(index, event.currentTarget.value)}
            onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
          />
        )}
      </div>
      <Labels {...props} />
    </li>
  );
});
