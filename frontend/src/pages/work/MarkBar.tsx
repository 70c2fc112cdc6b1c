/** The categories for what is about to be marked. Part of the page, not over it: nothing is covered. */
import { quote, sentences } from "@/lib/marks";

import own from "./marks.module.css";
import { Key } from "./Tool";
import type { MarkingState, Pending } from "./useMarking";
import classes from "./work.module.css";

const KEYS = 9;
const QUOTED = 80;

export function short(text: string): string {
  return text.length > QUOTED ? `${text.slice(0, QUOTED).trimEnd()} …` : text;
}

function inWords({ span, chosen }: Pending, text: string): string {
  if (!span) return "The whole response";
  const words = `“${short(quote(text, span))}”`;
  if (!chosen) return words;
  const all = sentences(text).length;
  const which =
    chosen.first === chosen.last
      ? `Sentence ${chosen.first + 1}`
      : `Sentences ${chosen.first + 1} to ${chosen.last + 1}`;
  return `${which} of ${all}: ${words}`;
}

interface MarkBarProps {
  text: string;
  categories: string[];
  pending: Pending;
  marking: MarkingState;
}

export function MarkBar({ text, categories, pending, marking }: MarkBarProps) {
  return (
    <div className={own.bar} role="group" aria-label="Mark as" data-mark-bar>
      <p className={own.what} role="status">
        {inWords(pending, text)}
      </p>
      <div className={classes.tags}>
        {categories.map((category, index) => (
          <button
            key={category}
            type="button"
            className={classes.tag}
            data-category
            aria-keyshortcuts={index < KEYS ? String(index + 1) : undefined}
            // The selection stays until it is marked.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => marking.pick(category)}
          >
            {category} {index < KEYS && <Key>{String(index + 1)}</Key>}
          </button>
        ))}
        <button type="button" className={classes.tool} onClick={marking.cancel}>
          Cancel <Key>Esc</Key>
        </button>
      </div>
      {pending.chosen && (
        <p className={own.help}>
          → and ← go to another sentence, Shift → adds the next one. ← from the first chooses the
          whole response.
        </p>
      )}
    </div>
  );
}
