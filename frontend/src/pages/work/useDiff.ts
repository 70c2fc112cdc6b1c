/** The word diff of two texts, computed when it is asked for; the code for it is fetched then too. */
import { useEffect, useState } from "react";

import type { Piece } from "@/lib/wordDiff";

export function useDiff(on: boolean, first: string, second: string): [Piece[], Piece[]] | null {
  const [pieces, setPieces] = useState<[Piece[], Piece[]] | null>(null);
  useEffect(() => {
    if (!on) return;
    let wanted = true;
    void import("@/lib/wordDiff").then(({ wordDiff }) => {
      if (wanted) setPieces(wordDiff(first, second));
    });
    return () => {
      wanted = false;
    };
  }, [on, first, second]);
  return on ? pieces : null;
}
