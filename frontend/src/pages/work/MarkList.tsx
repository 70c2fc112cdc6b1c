/** The marks of one response, numbered as in its text, each with a note and a way to take it back. */
import { TextInput } from "@mantine/core";

import type { Mark } from "@/api/types";
import { quote, spanOfMark } from "@/lib/marks";

import { short } from "./MarkBar";
import own from "./marks.module.css";

const NOTE_LENGTH = 2000;

interface MarkListProps {
  name: string;
  text: string;
  marks: Mark[];
  onNote: (mark: Mark, note: string) => void;
  onRemove: (mark: Mark) => void;
}

function quoted(text: string, mark: Mark): string {
  const span = spanOfMark(mark);
  return span ? `“${short(quote(text, span))}”` : "the whole response";
}

export function MarkList({ name, text, marks, onNote, onRemove }: MarkListProps) {
  if (marks.length === 0) return null;
  return (
    <ol className={own.list} aria-label={`Marks in ${name}`}>
      {marks.map((mark, index) => (
        <li key={index} className={own.item}>
          <span className={own.number}>{index + 1}</span>
          <span className={own.quoted}>
            <strong>{mark.category}</strong> {quoted(text, mark)}
          </span>
          <TextInput
            className={own.note ?? ""}
            size="xs"
            aria-label={`Note on mark ${index + 1} in ${name}`}
            placeholder="Note (optional)"
            maxLength={NOTE_LENGTH}
            value={mark.note}
            onChange={(event) => onNote(mark, event.currentTarget.value)}
            onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
          />
          <button
            type="button"
            className={own.remove}
            aria-label={`Remove mark ${index + 1} in ${name}`}
            onClick={() => onRemove(mark)}
          >
            ✕
          </button>
        </li>
      ))}
    </ol>
  );
}
