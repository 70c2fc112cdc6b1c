/**
 * Spans of a text, marked with a category. Offsets that are kept and sent count code points, as the
 * server does; the browser's own count UTF-16 units, in which most emoji take two.
 */
import type { Mark } from "@/api/types";

export type Span = readonly [start: number, end: number];

export interface Piece {
  text: string;
  /** Positions of the marks that cover this piece. */
  marks: number[];
  /** Of those, the ones that end with it. */
  ends: number[];
  /** True where the span that is just being chosen covers it. */
  pending: boolean;
}

export function codePoints(text: string): number {
  return [...text].length;
}

/** The span in code points that two offsets in UTF-16 units enclose, without white space at its ends. */
export function spanOf(text: string, from: number, to: number): Span | null {
  const chosen = text.slice(from, to);
  const start = from + (chosen.length - chosen.trimStart().length);
  const end = start + chosen.trim().length;
  if (start >= end) return null;
  return [codePoints(text.slice(0, start)), codePoints(text.slice(0, end))];
}

export function quote(text: string, [start, end]: Span): string {
  return [...text].slice(start, end).join("");
}

/** The span of a mark, or null where it is about the whole response. */
export function spanOfMark({ start, end }: Pick<Mark, "start" | "end">): Span | null {
  return start === null || end === null ? null : [start, end];
}

/** A heading or an item of a list ends with its line, whether or not it has a full stop. */
function linesOf(segment: string, at: number): [from: number, to: number][] {
  return [...segment.matchAll(/[^\n]+/g)].map(({ index, 0: line }) => [
    at + index,
    at + index + line.length,
  ]);
}

/** The sentences of a text as spans, without the white space between them. */
export function sentences(text: string): Span[] {
  const segments = new Intl.Segmenter(undefined, { granularity: "sentence" }).segment(text);
  const lines = [...segments].flatMap(({ segment, index }) => linesOf(segment, index));
  return lines
    .map(([from, to]) => spanOf(text, from, to))
    .filter((span): span is Span => span !== null);
}

/**
 * Sentences chosen by keyboard, as positions of the first and the last. Before the first sentence
 * stands the whole response, as position -1.
 */
export interface Chosen {
  first: number;
  last: number;
}

export function chosenSpan(all: readonly Span[], { first, last }: Chosen): Span | null {
  const from = all[first];
  const to = all[last];
  return from && to ? [from[0], to[1]] : null;
}

/** The neighbouring sentence; with `extend`, one more or one less than before. */
export function nextChosen(
  { first, last }: Chosen,
  by: 1 | -1,
  extend: boolean,
  count: number,
): Chosen {
  if (extend) return { first, last: Math.min(count - 1, Math.max(first, last + by)) };
  const at = Math.min(count - 1, Math.max(-1, (by > 0 ? last : first) + by));
  return { first: at, last: at };
}

function covers(span: Span | null, from: number, to: number): boolean {
  return span !== null && span[0] <= from && to <= span[1];
}

/** The text cut wherever a mark begins or ends; the pieces give the text back. */
export function pieces(text: string, marks: readonly Mark[], pending: Span | null): Piece[] {
  const characters = [...text];
  const spans = marks.map(spanOfMark);
  const ends = [...spans, pending].flatMap((span) => span ?? []);
  const inside = ends.filter((end) => end > 0 && end < characters.length);
  const cuts = [...new Set([0, ...inside, characters.length])].sort((a, b) => a - b);
  return cuts.slice(1).map((to, index) => {
    const from = cuts[index]!;
    const over = [...spans.keys()].filter((at) => covers(spans[at]!, from, to));
    return {
      text: characters.slice(from, to).join(""),
      marks: over,
      ends: over.filter((at) => spans[at]![1] === to),
      pending: covers(pending, from, to),
    };
  });
}
