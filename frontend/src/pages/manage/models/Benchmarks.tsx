/** A reward model on public benchmarks: run one, watch it, and read what it came to. */
import { Button, Card, Group, Progress, Select, Stack, Text } from "@mantine/core";
import { useState, type SubmitEvent } from "react";

import {
  useBenchmarks,
  useCancelBenchmark,
  useRunBenchmark,
  type BenchmarkRun,
  type Benchmarks as Found,
} from "@/api/benchmarks";
import { isLive } from "@/api/manageData";
import type { RewardModel } from "@/api/types";
import { percent, whole } from "@/components/plots/words";

import { Confirm } from "../parts/Confirm";
import { DataTable, type Column } from "../parts/DataTable";
import { Disclosure } from "../parts/Disclosure";
import { Empty, Loaded, Section } from "../parts/Page";
import { StateBadge } from "../parts/StateBadge";
import { When } from "../parts/When";
import { BenchmarkSubsets, Right } from "./BenchmarkSubsets";

interface BenchmarksProps {
  slug: string;
  model: Pick<RewardModel, "id">;
}

function Live({ slug, model, run }: BenchmarksProps & { run: BenchmarkRun }) {
  const cancel = useCancelBenchmark(slug, model.id);
  return (
    <Card withBorder padding="md">
      <Stack gap="xs">
        <Group gap="xs">
          <StateBadge state={run.state} />
          <Text fw={600} aria-live="polite">
            {run.benchmark}
          </Text>
          <Text c="dimmed">{percent(run.progress)}</Text>
        </Group>
        <Progress value={100 * run.progress} aria-label={`Progress on ${run.benchmark}`} />
        <Group>
          <Confirm
            label="Cancel"
            size="compact-sm"
            question={`Cancel the run on ${run.benchmark}?`}
            consequence="It stops at its next step, and no figure of it is kept. The model stays as it is."
            yes="Cancel the run"
            loading={cancel.isPending}
            onYes={() => cancel.mutate(run.id)}
          />
        </Group>
      </Stack>
    </Card>
  );
}

const titleOf = (name: string, form: string) => (name === form ? name : `${name} (${form})`);

function Choose({ slug, model, available }: BenchmarksProps & Pick<Found, "available">) {
  const start = useRunBenchmark(slug, model.id);
  const [chosen, setChosen] = useState<string | null>(null);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (chosen !== null) start.mutate(chosen);
  };
  return (
    <form onSubmit={submit}>
      <Group align="flex-end">
        <Select
          label="Benchmark"
          placeholder="Choose one"
          data={available.map(({ name, form }) => ({ value: name, label: titleOf(name, form) }))}
          value={chosen}
          onChange={setChosen}
          flex="1 1 240px"
          maw={420}
        />
        <Button type="submit" loading={start.isPending} disabled={chosen === null}>
          Run it
        </Button>
      </Group>
    </form>
  );
}

function Unknown({ available }: Pick<Found, "available">) {
  if (available.length === 0) return null;
  return (
    <Disclosure show="Files that can’t be used" hide="Hide the files that can’t be used">
      <Stack gap={4}>
        {available.map(({ name, reason }) => (
          <Text key={name} size="sm" style={{ overflowWrap: "anywhere" }}>
            <b>{name}</b>: {reason}
          </Text>
        ))}
      </Stack>
    </Disclosure>
  );
}

interface ResultsProps {
  runs: BenchmarkRun[];
}

/** Ended runs, and below them the subsets of the one that is chosen: the newest at first. */
function Results({ runs }: ResultsProps) {
  const [chosen, setChosen] = useState<number | null | undefined>(undefined);
  const open = chosen === undefined ? runs.find(({ figures }) => figures)?.id : chosen;
  const shown = runs.find(({ id }) => id === open);
  const columns: Column<BenchmarkRun>[] = [
    { name: "Benchmark", cell: ({ benchmark, form }) => titleOf(benchmark, form) },
    {
      name: "Right",
      cell: ({ figures, state, message }) => {
        if (figures) return <Right accuracy={figures.accuracy} />;
        return state === "failed" ? message : <StateBadge state={state} />;
      },
    },
    { name: "Longer wins", cell: ({ figures }) => percent(figures?.floor ?? null), numeric: true },
    {
      name: "Items",
      cell: ({ figures }) => (figures ? whole(figures.items) : "–"),
      numeric: true,
    },
    { name: "Ended", cell: ({ finished_at: at }) => <When at={at} none="–" /> },
    {
      name: "",
      cell: ({ id, benchmark, figures }) =>
        figures && (
          <Button
            size="compact-sm"
            variant="default"
            aria-expanded={id === open}
            aria-label={`Subsets of ${benchmark}`}
            onClick={() => setChosen(id === open ? null : id)}
          >
            {id === open ? "Hide subsets" : "Subsets"}
          </Button>
        ),
    },
  ];
  return (
    <Stack>
      <DataTable
        caption="Runs on benchmarks"
        columns={columns}
        rows={runs}
        keyOf={({ id }) => id}
        minWidth={760}
        atFirst={10}
      />
      {shown?.figures && <BenchmarkSubsets run={shown} figures={shown.figures} />}
    </Stack>
  );
}

function Body({ slug, model, runs, available }: BenchmarksProps & Found) {
  const live = runs.find(({ state }) => isLive(state));
  const ended = runs.filter(({ state }) => !isLive(state));
  const usable = available.filter(({ form }) => form);
  return (
    <>
      {live && <Live slug={slug} model={model} run={live} />}
      {!live && usable.length > 0 && <Choose slug={slug} model={model} available={usable} />}
      {usable.length === 0 && (
        <Empty>
          There are no benchmark files on this server. Its operator puts them into the folder{" "}
          <code>benchmarks</code> of the data directory, or where <code>BENCHMARKS_DIR</code> says,
          one file or folder for each benchmark: RewardBench, RewardBench 2, RM-Bench, LLMBar and
          HHH are known by their rows.
        </Empty>
      )}
      <Unknown available={available.filter(({ form }) => !form)} />
      {ended.length > 0 && <Results runs={ended} />}
    </>
  );
}

export function Benchmarks({ slug, model }: BenchmarksProps) {
  const query = useBenchmarks(slug, model.id);
  return (
    <Section
      title="Public benchmarks"
      about="How often the model prefers a right answer to a wrong one, on questions that are not this project’s. In brackets: 95 % intervals over prompts. Longer wins: what always preferring the longer answer would get."
    >
      <Loaded query={query}>
        {(found) => <Body slug={slug} model={model} {...found} />}
      </Loaded>
    </Section>
  );
}
