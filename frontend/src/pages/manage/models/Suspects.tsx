/** Comparisons whose label the model doubts where it has not seen their prompt, and their way to review. */
import { Button, Checkbox, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";

import {
  requestedWords,
  useSendSuspects,
  useSuspectStandings,
  type Requested,
  type Standing,
} from "@/api/reviewRequests";
import type { Suspect } from "@/api/types";
import { percent } from "@/components/plots/words";
import { Failure } from "@/components/States";

import { DataTable, type Column } from "../parts/DataTable";
import { GoTo, useSlug } from "../parts/GoTo";
import { Empty, Section } from "../parts/Page";

const TITLE = "Labels that the model doubts";
const ABOUT =
  "Comparisons to learn from whose other side a model that was trained without their prompt finds at least 70 % likely; the most doubtful first. Either may be wrong: send them to the reviewers, who decide where the raters erred.";
const ABOUT_PAIRS =
  "Where a task has more than two responses, the table says which two are meant, by their numbers on the task's page; the smaller is the first.";

const TASK: Column<Suspect> = {
  name: "Task",
  cell: ({ task }) => <GoTo page={`tasks/${task}`}>{task}</GoTo>,
};
const SIDES: Column<Suspect>[] = [
  {
    name: "Raters: first preferred",
    cell: ({ labelled }) => percent(labelled),
    numeric: true,
  },
  {
    name: "Model: first preferred",
    cell: ({ predicted }) => percent(predicted),
    numeric: true,
  },
];

/** Of a task with more responses than two, which two are meant; "first" is the one named first. */
const PAIR: Column<Suspect> = {
  name: "Responses",
  cell: ({ places }) =>
    places ? (
      <span style={{ whiteSpace: "nowrap" }}>{places.map((at) => at + 1).join(" and ")}</span>
    ) : (
      "both"
    ),
};

const STANDINGS: Record<Exclude<Standing, "open">, string> = {
  waiting: "waits for a reviewer",
  decided: "decided",
  dismissed: "found right",
  "not work": "not raters' work",
};

interface SuspectsProps {
  suspects: readonly Suspect[];
  /** The run that found them; without it they are only shown. */
  run?: number;
}

const hasPairs = (suspects: readonly Suspect[]) => suspects.some(({ places }) => places);

interface TableProps {
  suspects: readonly Suspect[];
  review?: Column<Suspect>;
}

/** What is pressed comes early, so that a phone shows it without scrolling. */
function SuspectTable({ suspects, review }: TableProps) {
  const pairs = hasPairs(suspects);
  return (
    <DataTable
      caption={TITLE}
      columns={[TASK, ...(review ? [review] : []), ...(pairs ? [PAIR] : []), ...SIDES]}
      rows={suspects}
      keyOf={({ task, predicted, places }) => `${task} ${predicted} ${places}`}
      atFirst={10}
    />
  );
}

interface SendProps {
  /** Those that nobody has asked a reviewer about, and which of them are ticked. */
  open: number;
  ticked: number;
  sending: boolean;
  result: Requested | undefined;
  onSend: () => void;
}

function Send({ open, ticked, sending, result, onSend }: SendProps) {
  return (
    <Group gap="sm">
      <Button variant="default" loading={sending} disabled={open === 0} onClick={onSend}>
        {ticked > 0 ? `Send ${ticked} to review` : "Send all to review"}
      </Button>
      <Text size="sm" role="status">
        {result && (
          <>
            {requestedWords(result)} Reviewers find them on{" "}
            <GoTo page="disputes" amidWords>
              Disputes
            </GoTo>
            .
          </>
        )}
      </Text>
    </Group>
  );
}

/** A tick for what can be sent, and how the others stand. */
function Reviewable({ suspects, run }: Required<SuspectsProps>) {
  const slug = useSlug();
  const send = useSendSuspects(slug, run);
  const { data: standings = [], error, refetch } = useSuspectStandings(slug, run);
  const [ticked, setTicked] = useState<ReadonlySet<number>>(new Set());
  const standingOf = new Map(standings.map(({ task, standing }) => [task, standing]));
  const tick = (task: number, on: boolean) => {
    setTicked((now) => new Set(on ? [...now, task] : [...now].filter((other) => other !== task)));
  };
  const untick = () => setTicked(new Set());
  const review = ({ task }: Suspect) => {
    const standing = standingOf.get(task);
    if (standing !== "open") return standing && STANDINGS[standing];
    return (
      <Checkbox
        aria-label={`Send task ${task} to review`}
        checked={ticked.has(task)}
        onChange={(event) => tick(task, event.currentTarget.checked)}
      />
    );
  };
  return (
    <Stack gap="sm">
      {error && <Failure error={error} retry={() => void refetch()} />}
      <Send
        open={standings.filter(({ standing }) => standing === "open").length}
        ticked={ticked.size}
        sending={send.isPending}
        result={send.data}
        onSend={() => send.mutate(ticked.size > 0 ? [...ticked] : null, { onSuccess: untick })}
      />
      <SuspectTable suspects={suspects} review={{ name: "Review", cell: review }} />
    </Stack>
  );
}

export function Suspects({ suspects, run }: SuspectsProps) {
  return (
    <Section
      title={TITLE}
      about={hasPairs(suspects) ? `${ABOUT} ${ABOUT_PAIRS}` : ABOUT}
    >
      {suspects.length === 0 ? (
        <Empty>There are none.</Empty>
      ) : run === undefined ? (
        <SuspectTable suspects={suspects} />
      ) : (
        <Reviewable suspects={suspects} run={run} />
      )}
    </Section>
  );
}
