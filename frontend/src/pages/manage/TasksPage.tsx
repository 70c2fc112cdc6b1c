/** The tasks: which are open, which raters disagree about, and where each came from. */
import { Badge, Group, Select, Text } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";

import { useTasks, type TaskFilter } from "@/api/manage";
import type { TaskRow } from "@/api/types";
import { decimal } from "@/components/plots/words";

import { DataTable, type Column } from "./parts/DataTable";
import { GoTo, useSlug } from "./parts/GoTo";
import { More } from "./parts/More";
import { Empty, Loaded, Page } from "./parts/Page";
import { When } from "./parts/When";
import { taskSearch } from "./taskSearch";
import { sourceWords } from "./words";

const STATUS = [
  { value: "all", label: "All tasks" },
  { value: "open", label: "Open" },
  { value: "judged", label: "Judged" },
  { value: "flagged", label: "Flagged" },
  { value: "gold", label: "Gold" },
  { value: "training", label: "Training" },
  { value: "repeat", label: "Repeats" },
];
const SOURCE = [
  { value: "any", label: "From anywhere" },
  { value: "import", label: "From an import" },
  { value: "round", label: "From a round" },
];
const ORDER = [
  { value: "newest", label: "Newest first" },
  { value: "uncertain", label: "Most disputed first" },
];

/** A known answer gives a task more places than there are raters. */
function judgedOf({ judgments, overlap, purpose }: TaskRow): string {
  return purpose === "work" || purpose === "repeat" ? `${judgments} of ${overlap}` : `${judgments}`;
}

function Mark({ words, colour }: { words: string; colour: string }) {
  return (
    <Badge variant="light" color={colour} tt="none" miw="max-content">
      {words}
    </Badge>
  );
}

const COLUMNS: Column<TaskRow>[] = [
  {
    name: "Task",
    cell: (task) => (
      <Group gap={4}>
        <GoTo page={`tasks/${task.id}`}>{task.id}</GoTo>
        {task.flagged && <Mark words="flagged" colour="orange" />}
        {task.decided && <Mark words="decided" colour="blue" />}
      </Group>
    ),
  },
  {
    name: "Prompt",
    cell: (task) => (
      <Text size="sm" lineClamp={2} maw={420} dir="auto">
        {task.prompt_excerpt}
      </Text>
    ),
  },
  {
    name: "Kind",
    cell: ({ kind, purpose }) => (purpose === "work" ? kind : `${kind}, ${purpose}`),
  },
  { name: "Responses", cell: (task) => task.k, numeric: true },
  {
    name: "Judged",
    cell: judgedOf,
    numeric: true,
  },
  { name: "Lent out", cell: (task) => task.live_leases, numeric: true },
  {
    name: "Disputed (nats)",
    cell: (task) => decimal(task.entropy),
    numeric: true,
  },
  {
    name: "Came from",
    cell: sourceWords,
  },
  { name: "Made", cell: (task) => <When at={task.created_at} /> },
];

function Filters({ filter, set }: { filter: TaskFilter; set: (next: TaskFilter) => void }) {
  const change = (key: keyof TaskFilter) => (value: string | null) =>
    set(taskSearch({ ...filter, [key]: value }));
  const look = { size: "sm", allowDeselect: false, w: 180 } as const;
  return (
    <Group gap="sm" role="search" aria-label="Filter the tasks">
      <Select
        {...look}
        aria-label="Status"
        data={STATUS}
        value={filter.status ?? "all"}
        onChange={change("status")}
      />
      <Select
        {...look}
        aria-label="Source"
        data={SOURCE}
        value={filter.source ?? "any"}
        onChange={change("source")}
      />
      <Select
        {...look}
        aria-label="Order"
        data={ORDER}
        value={filter.order ?? "newest"}
        onChange={change("order")}
      />
    </Group>
  );
}

function nothing(filter: TaskFilter): string {
  const filtered = Object.keys(filter).length > 0;
  if (!filtered) return "No tasks yet. Import prompts with responses on the Data page.";
  if (filter.status === "gold" || filter.status === "training") {
    return "No task has such a known answer. Open a task that nobody has judged, and set one there.";
  }
  return filter.order === "uncertain"
    ? "No judged task fits this filter, so nothing is disputed yet."
    : "No task fits this filter.";
}

export function TasksPage() {
  const slug = useSlug();
  const filter = useSearch({ from: "/p/$slug/manage/tasks" });
  const navigate = useNavigate({ from: "/p/$slug/manage/tasks" });
  const tasks = useTasks(slug, filter);
  return (
    <Page
      title="Tasks"
      about="“Disputed” is the entropy of what raters mean together: 0 is settled, 1.10 is as open as two responses can be."
    >
      <Filters filter={filter} set={(search) => void navigate({ search, replace: true })} />
      <Loaded query={tasks}>
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.results);
          if (rows.length === 0) return <Empty>{nothing(filter)}</Empty>;
          return (
            <>
              <DataTable
                caption="Tasks"
                columns={COLUMNS}
                rows={rows}
                keyOf={(task) => task.id}
                minWidth={980}
              />
              <More shown={rows.length} query={tasks} />
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}
