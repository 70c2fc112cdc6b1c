/** Saves a table's figures as a file that spreadsheets read. */
import { Button } from "@mantine/core";

import { saveTable } from "@/components/plots/download";
import type { Table } from "@/components/plots/table";

interface CsvButtonProps {
  /** What the file is called, and what the button says to those who can't see where it stands. */
  title: string;
  table: () => Table;
}

export function CsvButton({ title, table }: CsvButtonProps) {
  const save = () => saveTable(title, table());
  return (
    <Button size="compact-xs" variant="subtle" aria-label={`CSV of ${title}`} onClick={save}>
      CSV
    </Button>
  );
}

/** The four columns that an estimate takes. */
export const ESTIMATE_COLUMNS = ["value", "lower", "upper", "n"] as const;

interface Counted {
  value: number | null;
  lower: number | null;
  upper: number | null;
  n: number;
}

export const estimateCells = ({ value, lower, upper, n }: Counted) => [value, lower, upper, n];
