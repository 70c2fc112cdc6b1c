/**
 * A response as plain text, so that offsets are exact, with its marks. Selecting text, or `m` and the
 * arrow keys, says what is to be marked.
 */
import { useEffect, useMemo, useRef, type KeyboardEvent } from "react";

import type { Mark } from "@/api/types";
import { pieces, spanOf } from "@/lib/marks";

import own from "./marks.module.css";
import type { MarkingState } from "./useMarking";

/** A selection that rests this long is meant: dragging, and handles on a touch screen, change it often. */
const RESTING_MS = 300;

/** The selection within an element, as offsets in its text. It must begin there; its end is clipped. */
function selectedIn(element: HTMLElement): [from: number, to: number] | null {
  const selection = document.getSelection();
  if (!selection || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0).cloneRange();
  if (!element.contains(range.startContainer)) return null;
  if (!element.contains(range.endContainer)) range.setEnd(element, element.childNodes.length);
  const before = document.createRange();
  before.selectNodeContents(element);
  before.setEnd(range.startContainer, range.startOffset);
  const from = before.toString().length;
  return [from, from + range.toString().length];
}

interface MarkTextProps {
  id: number;
  name: string;
  text: string;
  /** Those of this response. */
  marks: Mark[];
  marking: MarkingState;
}

function useSelection({ id, text, marking }: MarkTextProps) {
  const element = useRef<HTMLParagraphElement>(null);
  const { select, release } = marking;
  useEffect(() => {
    let timer = 0;
    const look = () => {
      const offsets = element.current && selectedIn(element.current);
      const span = offsets && spanOf(text, ...offsets);
      if (span) select(id, span);
      else release(id);
    };
    const onChange = () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(look, RESTING_MS);
    };
    document.addEventListener("selectionchange", onChange);
    return () => {
      window.clearTimeout(timer);
      document.removeEventListener("selectionchange", onChange);
    };
  }, [id, text, select, release]);
  return element;
}

export function MarkText(props: MarkTextProps) {
  const { id, name, text, marks, marking } = props;
  const element = useSelection(props);
  const pending = marking.pending?.response === id ? marking.pending : null;
  const choosing = pending?.chosen ? pending : null;
  // While the browser shows a selection the text is left alone: drawing it anew would undo it.
  const shown = useMemo(
    () => pieces(text, marks, choosing ? choosing.span : null),
    [text, marks, choosing],
  );

  useEffect(() => {
    const chosen = choosing && element.current?.querySelector("[data-pending=true]");
    chosen?.scrollIntoView({ block: "nearest" });
  }, [choosing, element]);

  function onKeyDown(event: KeyboardEvent): void {
    const { key, shiftKey, ctrlKey, metaKey, altKey } = event;
    if (ctrlKey || metaKey || altKey) return;
    if (choosing && /^Arrow(Left|Right)$/.test(key)) {
      marking.step(key === "ArrowRight" ? 1 : -1, shiftKey);
    } else if (!choosing && key.toLowerCase() === "m") marking.begin(id);
    else return;
    event.preventDefault();
  }

  return (
    <p
      ref={element}
      className={own.text}
      data-markable={id}
      data-whole={choosing !== null && choosing.span === null}
      dir="auto"
      tabIndex={0}
      role="group"
      aria-label={`Text of ${name}`}
      aria-keyshortcuts="m"
      onKeyDown={onKeyDown}
    >
      {shown.map((piece, index) =>
        piece.marks.length > 0 || piece.pending ? (
          <mark
            key={index}
            data-pending={piece.pending}
            data-numbers={piece.ends.map((at) => at + 1).join(" ") || undefined}
            title={piece.marks.map((at) => marks[at]!.category).join(", ")}
          >
            {piece.text}
          </mark>
        ) : (
          <span key={index}>{piece.text}</span>
        ),
      )}
    </p>
  );
}
