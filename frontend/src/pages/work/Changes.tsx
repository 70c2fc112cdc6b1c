/** What the rewrite leaves out of the original and what it adds, word by word. */
import { useEffect, useState } from "react";

import type { Change } from "@/lib/wordDiff";

import own from "./revision.module.css";
import classes from "./work.module.css";

const TAGS = { same: "span", removed: "del", added: "ins" } as const;

/** The code that finds the changes is fetched with the first of them. */
function useChanges(original: string, rewrite: string): Change[] | null {
  const [found, setFound] = useState<Change[] | null>(null);
  useEffect(() => {
    let wanted = true;
    void import("@/lib/wordDiff").then(({ changes }) => {
      if (wanted) setFound(changes(original, rewrite));
    });
    return () => {
      wanted = false;
    };
  }, [original, rewrite]);
  return found;
}

export function Changes({ original, rewrite }: { original: string; rewrite: string }) {
  const changes = useChanges(original, rewrite);
  return (
    <section className={`${classes.pane} ${own.changes}`} aria-label="Changes">
      <h2 className={own.head}>Changes</h2>
      <div
        className={classes.paneBody}
        data-pane
        tabIndex={0}
        role="group"
        aria-label="Text of the changes"
      >
        {original === rewrite ? (
          <p className={own.none}>None yet. Submit it as it is if there is nothing to improve.</p>
        ) : (
          <pre className={`${classes.source} ${own.diff}`}>
            {changes?.map(({ text, change }, index) => {
              const Tag = TAGS[change];
              return <Tag key={index}>{text}</Tag>;
            })}
          </pre>
        )}
      </div>
    </section>
  );
}
