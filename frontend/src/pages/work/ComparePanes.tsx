/** Two responses side by side: equal in size, told apart by a letter alone. */
import { useRef, type RefObject } from "react";

import { Markdown } from "@/components/Markdown";
import { letter } from "@/lib/letters";
import type { Side } from "@/lib/verdict";
import type { Piece } from "@/lib/wordDiff";

import { SourceDiff } from "./SourceDiff";
import { useDiff } from "./useDiff";
import classes from "./work.module.css";

interface PaneProps {
  index: number;
  text: string;
  preferred: boolean;
  pieces: Piece[] | null;
  onScroll: (body: HTMLElement) => void;
}

function Pane({ index, text, preferred, pieces, onScroll }: PaneProps) {
  const name = `Response ${letter(index)}`;
  return (
    <section className={classes.pane} aria-label={name} data-preferred={preferred}>
      <div className={classes.paneHead}>
        <h2 className={classes.letter} aria-label={name}>
          {letter(index)}
        </h2>
      </div>
      <div
        className={classes.paneBody}
        data-pane
        tabIndex={0}
        role="group"
        aria-label={`Text of ${name}`}
        onScroll={(event) => onScroll(event.currentTarget)}
      >
        {pieces ? <SourceDiff pieces={pieces} /> : <Markdown text={text} />}
      </div>
    </section>
  );
}

/** Brings the other panes to the same share of their length. */
function follow(container: HTMLElement | null, moved: HTMLElement): void {
  const share = moved.scrollTop / Math.max(1, moved.scrollHeight - moved.clientHeight);
  container?.querySelectorAll<HTMLElement>("[data-pane]").forEach((other) => {
    const target = share * (other.scrollHeight - other.clientHeight);
    // A pixel of rounding must not send the scroll back and forth.
    if (other !== moved && Math.abs(other.scrollTop - target) > 2) other.scrollTop = target;
  });
}

interface ComparePanesProps {
  responses: { id: number; text: string }[];
  side: Side;
  diff: boolean;
  linked: boolean;
  panes: RefObject<HTMLDivElement | null>;
}

export function ComparePanes({ responses, side, diff, linked, panes }: ComparePanesProps) {
  const pieces = useDiff(diff, responses[0]?.text ?? "", responses[1]?.text ?? "");
  const leader = useRef<HTMLElement | null>(null);
  const onScroll = (body: HTMLElement) => {
    if (!linked || (leader.current && leader.current !== body)) return;
    leader.current = body;
    follow(panes.current, body);
    // The scroll events that this causes arrive within the next frames.
    window.setTimeout(() => {
      leader.current = null;
    }, 60);
  };
  return (
    <div ref={panes} className={classes.panes}>
      {responses.map((response, index) => (
        <Pane
          key={response.id}
          index={index}
          text={response.text}
          preferred={side === letter(index)}
          pieces={pieces?.[index] ?? null}
          onScroll={onScroll}
        />
      ))}
    </div>
  );
}
