/** The numbers behind a plot, for eyes, for screen readers and for checking. */
import { ScrollArea, Table } from "@mantine/core";

import type { Cell, Table as Data } from "./table";
import { decimal, whole } from "./words";

function shown(cell: Cell): string {
  if (typeof cell !== "number") return cell ?? "–";
  return Number.isInteger(cell) ? whole(cell).replace("-", "−") : decimal(cell, 3);
}

export function PlotTable({ table, caption }: { table: Data; caption: string }) {
  return (
    <ScrollArea.Autosize mah={320} mt="sm" type="auto">
      <Table fz="xs" aria-label={caption}>
        <Table.Thead>
          <Table.Tr>
            {table.columns.map((column) => (
              <Table.Th key={column} scope="col">
                {column}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {table.rows.map((row, i) => (
            <Table.Tr key={i}>
              {row.map((cell, j) => (
                <Table.Td key={j} ff={typeof cell === "number" ? "monospace" : undefined}>
                  {shown(cell)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea.Autosize>
  );
}
