/**
 * Every two things in a table: the number in each cell, and a tint behind it that helps to find what
 * stands out. Columns have the numbers of the rows, so that many fit beside each other.
 */
import { Button, Group, Table, Text, VisuallyHidden } from "@mantine/core";
import { useId, type ReactNode } from "react";

import { tint, useInk } from "./colours";
import { saveTable } from "./download";
import classes from "./Matrix.module.css";
import { PlotSheet, type PlotProps } from "./PlotFrame";
import type { Table as Data } from "./table";

export interface MatrixCell {
  value: number | null;
  /** From −1, far below, to 1, far above; 0 leaves the cell without a tint. */
  shade: number;
  /** What the number rests on, where each cell has its own. */
  n?: number;
  /** In place of a number; the notes say what it means. */
  word?: string;
}
interface MatrixProps extends PlotProps {
  names: readonly string[];
  /** Row by row; null on the diagonal, where a thing meets itself. */
  cells: readonly (readonly (MatrixCell | null)[])[];
  format: (value: number) => string;
  /** What the rows and the columns are, for the file. */
  columns: readonly [string, string, string];
  /** What the two tints mean. */
  tints: { above: string; below: string };
  notes?: string[];
  /** Beside the way to download. */
  choice?: ReactNode;
}

function tableOf({ names, cells, columns }: MatrixProps): Data {
  const rows = cells.flatMap((row, i) =>
    row.flatMap((cell, j) =>
      cell ? [[names[i] ?? "", names[j] ?? "", cell.value, cell.n ?? null]] : [],
    ),
  );
  return { columns: [...columns, "n"], rows };
}

function Cell({ cell, format }: { cell: MatrixCell | null; format: MatrixProps["format"] }) {
  const ink = useInk();
  if (cell === null) return <Table.Td className={classes.cell} bg="var(--surface-quiet)" />;
  const { value, n, word } = cell;
  const hidden = value === null;
  return (
    <Table.Td
      className={classes.cell}
      style={hidden ? undefined : { backgroundColor: tint(cell.shade), color: ink.text }}
    >
      {hidden ? (
        <Text span size="xs" c="dimmed">
          {word}
        </Text>
      ) : (
        format(value)
      )}
      {n !== undefined && !hidden && <span className={classes.small}>of {n}</span>}
    </Table.Td>
  );
}

function Swatch({ shade, words }: { shade: number; words: string }) {
  return (
    <Text size="xs">
      <svg width={12} height={12} aria-hidden>
        <rect width={12} height={12} fill={tint(shade)} stroke="var(--line-strong)" />
      </svg>{" "}
      {words}
    </Text>
  );
}

export function Matrix(props: MatrixProps) {
  const { title, names, cells, format, tints, choice, notes = [] } = props;
  const id = useId();
  const save = () => saveTable(title, tableOf(props));
  const tools = (
    <Group gap="xs">
      {choice}
      <Button size="compact-xs" variant="subtle" onClick={save}>
        CSV
      </Button>
    </Group>
  );
  return (
    <PlotSheet {...{ id, title, tools, notes }} reading={props.reading} n={props.n}>
      <Group gap="md" mb="xs">
        <Swatch shade={1} words={tints.above} />
        <Swatch shade={-1} words={tints.below} />
      </Group>
      <Table.ScrollContainer
        minWidth={0}
        type="native"
        tabIndex={0}
        role="region"
        aria-label={title}
      >
        <Table
          fz="sm"
          w="auto"
          withRowBorders={false}
          aria-label={title}
          verticalSpacing={4}
          horizontalSpacing={4}
        >
          <Table.Thead>
            <Table.Tr>
              <Table.Td className={classes.names} />
              {names.map((name, j) => (
                <Table.Th key={j} scope="col" className={classes.cell} ta="center" title={name}>
                  {j + 1} <VisuallyHidden>{name}</VisuallyHidden>
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {cells.map((row, i) => (
              <Table.Tr key={i}>
                <Table.Th scope="row" className={classes.names} fw={400}>
                  {i + 1}. {names[i]}
                </Table.Th>
                {row.map((cell, j) => (
                  <Cell key={j} cell={cell} format={format} />
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </PlotSheet>
  );
}
