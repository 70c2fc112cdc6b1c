/** One response: what is wrong with it on the left, a better one on the right, and what changed below. */
import { useDebouncedValue } from "@mantine/hooks";
import { useRef } from "react";

import type { RevisionSpec } from "@/api/types";
import { Markdown } from "@/components/Markdown";
import { missingPart, rewriteOf } from "@/lib/revision";

import { Changes } from "./Changes";
import { onlyText } from "./draftOf";
import { faultsOf, useSought, type FormProps } from "./forms";
import { Principle } from "./Principle";
import own from "./revision.module.css";
import { Tool } from "./Tool";
import classes from "./work.module.css";

const CRITIQUE_LENGTH = 20_000;
const TEXT_LENGTH = 100_000;
const PAUSE_MS = 250;

function Original({ text }: { text: string }) {
  return (
    <section className={`${classes.pane} ${own.original}`} aria-label="Original response">
      <h2 className={own.head}>Original</h2>
      <div
        className={classes.paneBody}
        data-pane
        tabIndex={0}
        role="group"
        aria-label="Text of the original"
      >
        <Markdown text={text} />
      </div>
    </section>
  );
}

interface FieldProps {
  value: string;
  onChange: (value: string) => void;
}

function Critique({ required, value, onChange }: FieldProps & { required: boolean }) {
  return (
    <label className={`${classes.pane} ${own.critique}`}>
      <span className={own.head}>Critique{required ? "" : " (optional)"}</span>
      <textarea
        className={own.field}
        data-part="critique"
        placeholder="What is wrong with the response?"
        maxLength={CRITIQUE_LENGTH}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </label>
  );
}

function Rewrite({ value, onChange, onReset }: FieldProps & { onReset: (() => void) | null }) {
  return (
    <div className={`${classes.pane} ${own.rewrite}`}>
      <div className={own.rewriteHead}>
        <h2 className={own.title}>Rewrite</h2>
        <Tool name="Original again" disabled={!onReset} onClick={() => onReset?.()} />
      </div>
      <textarea
        className={own.field}
        data-part="text"
        aria-label="Rewrite"
        maxLength={TEXT_LENGTH}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </div>
  );
}

export function RevisionForm(props: FormProps & { spec: RevisionSpec }) {
  const { assignment, spec, draft, change, sought, errors, children } = props;
  const original = onlyText(assignment);
  const rewrite = rewriteOf(original, draft);
  const [settled] = useDebouncedValue(rewrite, PAUSE_MS);
  const form = useRef<HTMLDivElement>(null);

  useSought(sought, () => {
    const part = missingPart(spec, original, draft);
    form.current?.querySelector<HTMLElement>(`[data-part=${part}]`)?.focus();
  });

  const faults = faultsOf(errors, ["critique", "text"]);
  return (
    <>
      <div ref={form} className={own.form}>
        <Principle
          principles={spec.principles}
          chosen={draft.principle}
          fault={faultsOf(errors, ["principle"])}
          onChoose={(principle) => change({ principle })}
        />
        <Original text={original} />
        <Critique
          required={spec.critique}
          value={draft.critique}
          onChange={(critique) => change({ critique })}
        />
        <Rewrite
          value={rewrite}
          onChange={(text) => change({ text })}
          onReset={rewrite === original ? null : () => change({ text: null })}
        />
        <Changes original={original} rewrite={settled} />
      </div>
      <div className={classes.dock}>
        <p className={classes.question}>{spec.prompt}</p>
        {faults && <p className={classes.fault}>{faults}</p>}
        {children}
      </div>
    </>
  );
}
