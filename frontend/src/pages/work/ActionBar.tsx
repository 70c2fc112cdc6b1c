/** Undo, skip, flag on the left; what has just happened in the middle; submit on the right. */
import { Button } from "@mantine/core";
import type { ReactNode } from "react";

import { Key, Tool } from "./Tool";
import classes from "./work.module.css";

interface ActionBarProps {
  canUndo: boolean;
  ready: boolean;
  editing: boolean;
  /** Submitted by Ctrl+Enter only, because Enter makes a line here. */
  onControl: boolean;
  said: ReactNode;
  /** Reasons already given, shown on the button that opens them on a narrow screen. */
  why: { open: boolean; count: number; toggle: () => void } | null;
  onUndo: () => void;
  onSkip: () => void;
  onCancel: () => void;
  onFlag: () => void;
  onSubmit: () => void;
}

function WhyTool({ why }: { why: NonNullable<ActionBarProps["why"]> }) {
  const label = why.count ? `Why? (${why.count})` : "Why?";
  return (
    <Tool name={label} pressed={why.open} className={classes.onlyNarrow} onClick={why.toggle} />
  );
}

export function ActionBar(props: ActionBarProps) {
  const { canUndo, ready, editing, onControl, said, why, onUndo, onSkip, onCancel, onFlag } = props;
  return (
    <div className={classes.actions}>
      <Tool name="Undo" hotkey="u" disabled={!canUndo} onClick={onUndo} />
      {editing ? (
        <Tool name="Cancel" hotkey="Esc" onClick={onCancel} />
      ) : (
        <Tool name="Skip" hotkey="s" onClick={onSkip} />
      )}
      <Tool name="Flag" hotkey="f" onClick={onFlag} />
      {why && <WhyTool why={why} />}
      <div className={classes.said}>{said}</div>
      <Button
        onClick={props.onSubmit}
        variant={ready ? "filled" : "default"}
        data-submit
        aria-keyshortcuts={onControl ? "Control+Enter" : "Enter"}
        rightSection={<Key>{onControl ? "Ctrl ⏎" : "⏎"}</Key>}
      >
        {editing ? "Submit change" : "Submit"}
      </Button>
    </div>
  );
}
