/** The sources of two responses, with the words that the other one lacks marked, alike on both sides. */
import type { Piece } from "@/lib/wordDiff";

import classes from "./work.module.css";

export function SourceDiff({ pieces }: { pieces: Piece[] }) {
  return (
    <pre className={classes.source}>
      {pieces.map((piece, index) =>
        piece.own ? <mark key={index}>{piece.text}</mark> : <span key={index}>{piece.text}</span>,
      )}
    </pre>
  );
}
