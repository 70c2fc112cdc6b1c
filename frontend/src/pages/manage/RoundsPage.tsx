/** The rounds: each one pass of the scheduler over the pool. And the form for the next. */
import { Button, Group, NumberInput, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState, type SubmitEvent } from "react";

import { ApiError } from "@/api/client";
import { useProject } from "@/api/manage";
import { useRounds, useStartRound } from "@/api/manageModels";
import type { Project, Round } from "@/api/types";
import { whole } from "@/components/plots/words";

import { DataTable, type Column } from "./parts/DataTable";
import { Dialog } from "./parts/Dialog";
import { GoTo, useSlug } from "./parts/GoTo";
import { Empty, Loaded, Page } from "./parts/Page";
import { StateBadge } from "./parts/StateBadge";
import { When } from "./parts/When";
import { ofAll } from "./words";

const COLUMNS: Column<Round>[] = [
  { name: "Round", cell: ({ id, number }) => <GoTo page={`rounds/${id}`}>{number}</GoTo> },
  { name: "State", cell: ({ state }) => <StateBadge state={state} /> },
  {
    name: "Chosen",
    cell: ({ chosen, size }) => `${whole(chosen)} of ${whole(size)}`,
    numeric: true,
  },
  { name: "At random", cell: ({ random_chosen: n, chosen }) => ofAll(n, chosen), numeric: true },
  { name: "Answered", cell: ({ answered, chosen }) => ofAll(answered, chosen), numeric: true },
  {
    name: "Chosen with",
    cell: ({ champion }) => (champion === null ? "no model yet" : `reward model ${champion}`),
  },
  { name: "Started by", cell: ({ trigger }) => trigger },
  { name: "Made", cell: ({ created_at: at }) => <When at={at} /> },
];

function NewRound({ project, onDone }: { project: Project; onDone: () => void }) {
  const start = useStartRound(project.slug);
  const [size, setSize] = useState<string | number>(project.round_size);
  const [share, setShare] = useState<string | number>(Math.round(100 * project.random_share));
  const fields = start.error instanceof ApiError ? start.error.fields : {};
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    start.mutate({ size: Number(size), random_share: Number(share) / 100 }, { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">
          The round picks pairs of responses from the pool, at most one for each prompt, and makes
          them tasks.
        </Text>
        <NumberInput
          label="Tasks to choose"
          min={1}
          max={100_000}
          allowDecimal={false}
          required
          data-autofocus
          value={size}
          onChange={setSize}
          error={fields.size?.join(" ")}
        />
        <NumberInput
          label="Share drawn at random"
          description="Random tasks keep the measurements fair; prompts set aside for evaluation enter only through them."
          min={0}
          max={100}
          suffix=" %"
          allowDecimal={false}
          required
          value={share}
          onChange={setShare}
          error={fields.random_share?.join(" ")}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={start.isPending} disabled={size === "" || share === ""}>
            Start the round
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

export function RoundsPage() {
  const slug = useSlug();
  const rounds = useRounds(slug);
  const project = useProject(slug).data;
  const [open, { open: ask, close }] = useDisclosure(false);
  return (
    <Page
      title="Rounds"
      about="A round chooses which responses raters compare next: part at random, part where the champion is unsure."
      actions={
        <Button onClick={ask} disabled={!project}>
          New round
        </Button>
      }
    >
      <Loaded query={rounds}>
        {(all) =>
          all.length === 0 ? (
            <Empty>No rounds yet. A round needs responses in the pool: import or push some.</Empty>
          ) : (
            <DataTable
              caption="Rounds"
              columns={COLUMNS}
              rows={all}
              keyOf={({ id }) => id}
              minWidth={880}
            />
          )
        }
      </Loaded>
      <Dialog opened={open} onClose={close} title="New round">
        {project && <NewRound project={project} onDone={close} />}
      </Dialog>
    </Page>
  );
}
