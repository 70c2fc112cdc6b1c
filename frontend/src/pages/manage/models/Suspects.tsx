/** Comparisons whose label the model doubts where it has not seen their prompt: worth a second look. */
import type { Suspect } from "@/api/types";
import { percent } from "@/components/plots/words";

import { DataTable, type Column } from "../parts/DataTable";
import { GoTo } from "../parts/GoTo";
import { Empty, Section } from "../parts/Page";

const COLUMNS: Column<Suspect>[] = [
  { name: "Task", cell: ({ task }) => <GoTo page={`tasks/${task}`}>{task}</GoTo> },
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

export function Suspects({ suspects }: { suspects: readonly Suspect[] }) {
  return (
    <Section
      title="Labels that the model doubts"
      about="Comparisons to learn from whose other side a model that was trained without their prompt finds at least 70 % likely; the most doubtful first. Either may be wrong: open the task, and decide it where the raters erred."
    >
      {suspects.length === 0 ? (
        <Empty>There are none.</Empty>
      ) : (
        <DataTable
          caption="Labels that the model doubts"
          columns={COLUMNS}
          rows={suspects}
          keyOf={({ task, predicted }) => `${task} ${predicted}`}
          atFirst={10}
        />
      )}
    </Section>
  );
}
