/** A manager's message to this rater. It stays until the rater says that they have read it. */
import { Button } from "@mantine/core";

import { useDismissNotice } from "@/api/own";

import { Fault } from "./Fault";
import classes from "./own.module.css";

export function NoticeBar({ slug, notice }: { slug: string; notice: string }) {
  const dismiss = useDismissNotice(slug);
  if (!notice) return null;
  return (
    <section className={classes.notice} aria-label="Message from a manager">
      {/* Focusable, so that a long message can be scrolled without a mouse. */}
      <p className={classes.message} tabIndex={0}>
        <strong>From a manager: </strong>
        {notice}
      </p>
      <Fault error={dismiss.error} />
      <Button
        size="compact-sm"
        variant="default"
        loading={dismiss.isPending}
        onClick={() => dismiss.mutate()}
      >
        I have read it
      </Button>
    </section>
  );
}
