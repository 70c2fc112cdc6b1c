/** How each criterion's own head does, and how much of the reward it makes. */
import type { CriterionHead } from "@/api/rewardModels";
import { percent, withInterval } from "@/components/plots/words";

import { DataTable, type Column } from "../parts/DataTable";
import { Section } from "../parts/Page";
import { accuracyWords } from "../words";

const COLUMNS: Column<CriterionHead>[] = [
  { name: "Criterion", cell: ({ name }) => name },
  { name: "Right on unseen prompts", cell: ({ accuracy }) => accuracyWords(accuracy) },
  {
    name: "Log loss",
    cell: ({ nll }) => (nll.value === null ? "–" : withInterval(nll)),
    numeric: true,
  },
  {
    name: "Share of the reward",
    cell: ({ weight }) => (weight === null ? "–" : percent(weight)),
    numeric: true,
  },
];

interface CriteriaProps {
  criteria: readonly CriterionHead[];
  /** How the reward comes about. */
  sentence: string;
}

export function Criteria({ criteria, sentence }: CriteriaProps) {
  if (criteria.length === 0) return null;
  return (
    <Section
      title="By criterion"
      about={`Each criterion has a head of its own, which learns from what raters said of it. ${sentence}`}
    >
      <DataTable
        caption="By criterion"
        columns={COLUMNS}
        rows={criteria}
        keyOf={({ name }) => name}
      />
    </Section>
  );
}
