/** A quiet button with its key beside it. A mouse click leaves the focus, and so Enter, where it was. */
import type { ReactNode } from "react";

import classes from "./work.module.css";

interface ToolProps {
  name: string;
  hotkey?: string;
  onClick: () => void;
  disabled?: boolean;
  pressed?: boolean;
  className?: string | undefined;
  /** In place of the name, where a sign or a shorter word is enough to see. */
  children?: ReactNode;
}

/**
 * A key as a picture of itself: drawn by the style sheet, so that it is no part of a button's words.
 * Assistive technology has it from `aria-keyshortcuts`.
 */
export function Key({ children }: { children: string }) {
  return <kbd className={classes.key} data-key={children} aria-hidden="true" />;
}

export function Tool({ name, hotkey, onClick, disabled, pressed, className, children }: ToolProps) {
  return (
    <button
      type="button"
      className={`${classes.tool} ${className ?? ""}`}
      aria-label={name}
      aria-pressed={pressed}
      aria-keyshortcuts={hotkey}
      disabled={disabled}
      onMouseDown={(event) => event.preventDefault()}
      onClick={onClick}
    >
      {children ?? name}
      {hotkey && <Key>{hotkey}</Key>}
    </button>
  );
}
