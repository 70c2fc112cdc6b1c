/** Runs the page's commands from the keyboard. One press, one command; what isn't handled is left alone. */
import { useEffect, useRef } from "react";

import { commandFor, focusOf, type Command } from "@/lib/keys";

export type Handlers = {
  [Name in Command["do"]]?: (command: Extract<Command, { do: Name }>) => void;
};

function dialogOpen(): boolean {
  return (
    document.querySelector("[role=dialog], [role=menu], [role=listbox]:not([hidden])") !== null
  );
}

export function useCommands(handlers: Handlers): void {
  const newest = useRef(handlers);
  newest.current = handlers;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || dialogOpen()) return;
      const { key, ctrlKey, metaKey, altKey, repeat } = event;
      const focus = focusOf(event.target);
      const command = commandFor({ key, ctrlKey, metaKey, altKey, repeat, focus });
      const handler = command && newest.current[command.do];
      if (!command || !handler) return;
      event.preventDefault();
      (handler as (command: Command) => void)(command);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
