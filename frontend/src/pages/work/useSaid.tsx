/** One short sentence about what has just happened, said aloud by screen readers, gone after five seconds. */
import { useCallback, useEffect, useState, type ReactNode } from "react";

import { Key } from "./Tool";
import classes from "./work.module.css";

const SHOWN_MS = 5000;

export function useSaid(canUndo: boolean): {
  said: ReactNode;
  say: (text: string) => void;
  hush: () => void;
} {
  const [text, setText] = useState<{ text: string } | null>(null);
  useEffect(() => {
    if (!text) return;
    const timer = window.setTimeout(() => setText(null), SHOWN_MS);
    return () => window.clearTimeout(timer);
  }, [text]);
  const undoable = canUndo && text !== null && text.text.endsWith("aved.");
  const said = (
    <span role="status">
      {text?.text}
      {undoable && (
        <span className={classes.onlyWide}>
          {" Undo "}
          <Key>u</Key>
        </span>
      )}
    </span>
  );
  return {
    said,
    say: useCallback((now: string) => setText({ text: now }), []),
    hush: useCallback(() => setText(null), []),
  };
}
