/** Tasks with all their answers whose raters differ and that nobody has decided, the openest first. */
import { Stack, Text } from "@mantine/core";

import { useDisputes } from "@/api/manageReview";
import type { TaskRow } from "@/api/types";

import { DataTable, type Column } from "../parts/DataTable";
import { GoTo } from "../parts/GoTo";
import { More } from "../parts/More";
import { Empty, Loaded } from "../parts/Page";
import { disagreementWords, entropyWords } from "../words";

const COLUMNS: Column<TaskRow>[] = [
  { name: "Task", cell: ({ id }) => <GoTo page={`tasks/${id}`}>{id}</GoTo> },
  {
    name: "Prompt",
    cell: (task) => (
      <Text size="sm" lineClamp={2} maw={380} dir="auto">
        {task.prompt_excerpt}
      </Text>
    ),
  },
  { name: "Kind", cell: ({ kind }) => kind },
  { name: "Votes", cell: ({ judgments }) => judgments, numeric: true },
  { name: "Disagreement", cell: ({ disagreement }) => disagreementWords(disagreement) },
  { name: "Still open", cell: ({ entropy }) => entropyWords(entropy) },
];

export function Disputed({ slug }: { slug: string }) {
  const disputes = useDisputes(slug);
  return (
    <Loaded query={disputes}>
      {({ pages }) => {
        const rows = pages.flatMap((page) => page.results);
        if (rows.length === 0) {
          return (
            <Empty>
              No disputes. A task appears here once all its raters have answered, two of them
              differ, and no reviewer has decided it.
            </Empty>
          );
        }
        return (
          <Stack gap="sm">
            <DataTable
              caption="Disputed tasks"
              columns={COLUMNS}
              rows={rows}
              keyOf={({ id }) => id}
              minWidth={860}
            />
            <More shown={rows.length} query={disputes} />
          </Stack>
        );
      }}
    </Loaded>
  );
}
