/** Which part of which response is about to be marked: a selection, or sentences chosen by keyboard. */
import { useCallback, useEffect, useRef, useState } from "react";

import type { Mark } from "@/api/types";
import { chosenSpan, nextChosen, sentences, type Chosen, type Span } from "@/lib/marks";

export interface Pending {
  response: number;
  /** Null: the whole response. */
  span: Span | null;
  /** Null where it was selected with a mouse or by touch. */
  chosen: Chosen | null;
}

interface Marking {
  categories: string[];
  responses: { id: number; text: string }[];
  onMark: (mark: Mark) => void;
}

/** Digits choose a category and Esc gives up, wherever the focus is; Enter goes to the categories. */
function usePendingKeys(
  open: boolean,
  categories: string[],
  pick: (category: string) => void,
  cancel: () => void,
): void {
  const newest = useRef({ categories, pick, cancel });
  newest.current = { categories, pick, cancel };
  useEffect(() => {
    if (!open) return;
    const onKey = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : null;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Escape") newest.current.cancel();
      else if (target?.closest("textarea, input:not([type=range]), select")) return;
      else if (event.key === "Enter" && !target?.closest("button, a")) focusFirstCategory();
      else {
        const category = newest.current.categories[Number(event.key) - 1];
        if (!category) return;
        newest.current.pick(category);
      }
      event.preventDefault();
    };
    // Before the page's own commands, to which digits, Enter and Esc mean something else.
    window.addEventListener("keydown", onKey, { capture: true });
    return () => window.removeEventListener("keydown", onKey, { capture: true });
  }, [open]);
}

function focusFirstCategory(): void {
  document.querySelector<HTMLElement>("[data-category]")?.focus();
}

/** From the categories, which are about to go, back to the text. */
function focusText(response: number): void {
  if (!document.activeElement?.closest("[data-mark-bar]")) return;
  document.querySelector<HTMLElement>(`[data-markable="${response}"]`)?.focus();
}

export function useMarking({ categories, responses, onMark }: Marking) {
  const [pending, setPending] = useState<Pending | null>(null);
  /** Where choosing by keyboard goes on, by response. */
  const resume = useRef<Record<number, number>>({});

  function at(response: number, chosen: Chosen): void {
    const text = responses.find(({ id }) => id === response)?.text ?? "";
    resume.current[response] = chosen.last;
    setPending({ response, span: chosenSpan(sentences(text), chosen), chosen });
  }

  function begin(response: number): void {
    const first = Math.max(0, resume.current[response] ?? 0);
    at(response, { first, last: first });
  }

  function step(by: 1 | -1, extend: boolean): void {
    if (!pending?.chosen) return;
    const { text } = responses.find(({ id }) => id === pending.response)!;
    at(pending.response, nextChosen(pending.chosen, by, extend, sentences(text).length));
  }

  function cancel(): void {
    if (pending) focusText(pending.response);
    setPending(null);
  }
  function pick(category: string): void {
    if (!pending) return;
    const [start, end] = pending.span ?? [null, null];
    onMark({ response: pending.response, category, start, end, note: "" });
    document.getSelection()?.removeAllRanges();
    cancel();
  }

  const select = useCallback(
    (response: number, span: Span) => setPending({ response, span, chosen: null }),
    [],
  );
  /** The selection in this response is gone, and with it what it meant. */
  const release = useCallback(
    (response: number) =>
      setPending((now) => (now?.response === response && now.span && !now.chosen ? null : now)),
    [],
  );
  usePendingKeys(pending !== null, categories, pick, cancel);
  const whole = (response: number) => setPending({ response, span: null, chosen: null });
  return { pending, begin, step, select, release, whole, pick, cancel };
}

export type MarkingState = ReturnType<typeof useMarking>;
