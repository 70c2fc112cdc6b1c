/** A time in the reader's own zone, and how long ago something last gave a sign of life. */
import { useInterval } from "@mantine/hooks";
import { useState } from "react";

import { duration } from "@/components/plots/words";

const FORMAT = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});

export function When({ at, none = "never" }: { at: string | null; none?: string }) {
  if (at === null) return <>{none}</>;
  return (
    <time dateTime={at} title={at} style={{ whiteSpace: "nowrap" }}>
      {FORMAT.format(new Date(at))}
    </time>
  );
}

/** "4 s ago", counting on. Clocks that disagree never make it negative. */
export function Ago({ at }: { at: string }) {
  const [now, setNow] = useState(() => Date.now());
  useInterval(() => setNow(Date.now()), 1_000, { autoInvoke: true });
  return <time dateTime={at}>{duration(Math.max(0, now - Date.parse(at)) / 1000)} ago</time>;
}
