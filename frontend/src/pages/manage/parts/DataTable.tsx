/** A table that scrolls sideways in its own box on a narrow screen; the page itself never does. */
import { Table } from "@mantine/core";
import type { ReactNode } from "react";

export interface Column<Row> {
  name: string;
  cell: (row: Row) => ReactNode;
  numeric?: boolean;
}
interface DataTableProps<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string | number;
  minWidth?: number;
}

export function DataTable<Row>({
  caption,
  columns,
  rows,
  keyOf,
  minWidth = 640,
}: DataTableProps<Row>) {
  return (
    <Table.ScrollContainer
      minWidth={minWidth}
      type="native"
      tabIndex={0}
      role="region"
      aria-label={caption}
    >
      <Table
        verticalSpacing="xs"
        highlightOnHover
        // Links keep their contrast on it.
        highlightOnHoverColor="var(--surface-quiet)"
        aria-label={caption}
      >
        <Table.Thead>
          <Table.Tr>
            {columns.map(({ name, numeric }) => (
              <Table.Th key={name} scope="col" ta={numeric ? "right" : undefined}>
                {name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={keyOf(row)}>
              {columns.map(({ name, cell, numeric }) => (
                <Table.Td
                  key={name}
                  ta={numeric ? "right" : undefined}
                  style={numeric ? { whiteSpace: "nowrap" } : undefined}
                >
                  {cell(row)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
