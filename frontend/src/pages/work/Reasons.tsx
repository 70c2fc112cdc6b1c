/** Why: tags to switch on and off, and a note. Both are part of the draft. */
import { Textarea } from "@mantine/core";

import classes from "./work.module.css";

const NOTE_LENGTH = 5000;

interface ReasonsProps {
  /** What may be given as a reason; none where the question doesn't ask. */
  reasons: string[];
  asksNote: boolean;
  tags: string[];
  note: string;
  /** On a narrow screen they show only when asked for. */
  open: boolean;
  errors: Record<string, string[]>;
  onTags: (tags: string[]) => void;
  onNote: (note: string) => void;
}

function toggled(tags: string[], tag: string): string[] {
  return tags.includes(tag) ? tags.filter((other) => other !== tag) : [...tags, tag];
}

function Tags({ reasons, tags, errors, onTags }: ReasonsProps) {
  if (reasons.length === 0) return null;
  return (
    <div className={classes.tags} role="group" aria-label="Reasons">
      <span className={classes.whyLabel}>Why?</span>
      {reasons.map((reason) => (
        <button
          key={reason}
          type="button"
          className={classes.tag}
          aria-pressed={tags.includes(reason)}
          // The focus stays where it was, so that Enter submits after a click here too.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onTags(toggled(tags, reason))}
        >
          {reason}
        </button>
      ))}
      {errors.tags && <p className={classes.fault}>{errors.tags.join(" ")}</p>}
    </div>
  );
}

export function Reasons(props: ReasonsProps) {
  const { reasons, asksNote, note, open, errors, onNote } = props;
  if (reasons.length === 0 && !asksNote) return null;
  return (
    <div className={classes.why} data-open={open}>
      <Tags {...props} />
      {asksNote && (
        <Textarea
          className={classes.note ?? ""}
          aria-label="Note"
          placeholder="Note (optional)"
          autosize
          minRows={1}
          maxRows={5}
          maxLength={NOTE_LENGTH}
          value={note}
          error={errors.note?.join(" ")}
          onChange={(event) => onNote(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
        />
      )}
    </div>
  );
}
