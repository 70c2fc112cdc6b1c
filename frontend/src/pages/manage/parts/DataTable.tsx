/** A table that scrolls sideways in its own box on a narrow screen; the page itself never does. */
import { Button, Group, Stack, Table, Text, UnstyledButton } from "@mantine/core";
import { useState, type CSSProperties, type ReactNode } from "react";

import { whole } from "@/components/plots/words";

export interface Column<Row> {
  name: string;
  cell: (row: Row) => ReactNode;
  numeric?: boolean;
  /** What the column is sorted by where its head can be pressed; nulls come last either way. */
  sortBy?: (row: Row) => number | string | null;
}
interface DataTableProps<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string | number;
  minWidth?: number;
  /** Rows shown at first; the others come when asked for. */
  atFirst?: number;
  /** Keeps the first column in sight while the others scroll. */
  holdFirst?: boolean;
}

const HELD: CSSProperties = {
  position: "sticky",
  left: 0,
  zIndex: 1,
  background: "var(--mantine-color-body)",
};

interface Order {
  name: string;
  down: boolean;
}

function compare(a: number | string, b: number | string): number {
  return typeof a === "string" ? a.localeCompare(String(b), "en-GB") : a - Number(b);
}

function sorted<Row>(rows: readonly Row[], { sortBy }: Column<Row>, down: boolean): Row[] {
  return [...rows].sort((one, other) => {
    const [a, b] = [sortBy?.(one) ?? null, sortBy?.(other) ?? null];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return down ? compare(b, a) : compare(a, b);
  });
}

interface HeadProps<Row> {
  column: Column<Row>;
  held: boolean;
  order: Order | null;
  onOrder: (order: Order) => void;
}

/** The first press sorts numbers from the largest, names from A. */
function Head<Row>({ column, held, order, onOrder }: HeadProps<Row>) {
  const { name, numeric, sortBy } = column;
  const style = held ? HELD : undefined;
  const look = { scope: "col", ta: numeric ? "right" : undefined, style } as const;
  if (!sortBy) return <Table.Th {...look}>{name}</Table.Th>;
  const down = order?.name === name ? order.down : null;
  const next = { name, down: down === null ? Boolean(numeric) : !down };
  const mark = down === null ? "↕" : down ? "↓" : "↑";
  return (
    <Table.Th
      {...look}
      aria-sort={down === null ? undefined : down ? "descending" : "ascending"}
      style={{ whiteSpace: "nowrap", ...style }}
    >
      <UnstyledButton fz="inherit" fw="inherit" py={4} onClick={() => onOrder(next)}>
        {name} <span aria-hidden>{mark}</span>
      </UnstyledButton>
    </Table.Th>
  );
}

export function DataTable<Row>({
  caption,
  columns,
  rows,
  keyOf,
  minWidth = 640,
  atFirst = Infinity,
  holdFirst = false,
}: DataTableProps<Row>) {
  const [most, setMost] = useState(atFirst);
  const [order, setOrder] = useState<Order | null>(null);
  const by = columns.find(({ name }) => name === order?.name);
  const ordered = order && by ? sorted(rows, by, order.down) : rows;
  const shown = ordered.slice(0, most);
  const table = (
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
            {columns.map((column, i) => (
              <Head
                key={column.name}
                column={column}
                held={holdFirst && i === 0}
                order={order}
                onOrder={setOrder}
              />
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map((row) => (
            <Table.Tr key={keyOf(row)}>
              {columns.map(({ name, cell, numeric }, i) => (
                <Table.Td
                  key={name}
                  ta={numeric ? "right" : undefined}
                  style={{
                    ...(numeric && { whiteSpace: "nowrap" }),
                    ...(holdFirst && i === 0 && HELD),
                  }}
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
  if (rows.length <= atFirst) return table;
  return (
    <Stack gap="xs">
      {table}
      <Group>
        <Text size="sm" c="dimmed">
          {whole(shown.length)} of {whole(rows.length)} shown
        </Text>
        {shown.length < rows.length && (
          <Button variant="default" size="xs" onClick={() => setMost(most + atFirst)}>
            Show more
          </Button>
        )}
      </Group>
    </Stack>
  );
}
