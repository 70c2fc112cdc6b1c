/**
 * What every plot has around its drawing: a title that says what is shown, how to read it, n, what the
 * axes leave out, the table behind it and the downloads. The drawing itself comes as a function of the
 * width there is.
 */
import { Box, Button, Group, Paper, Text, Title } from "@mantine/core";
import { useId, useRef, useState, type ReactNode } from "react";

import { useInk } from "./colours";
import { PlotTable } from "./PlotTable";
import { saveAs, saveTable, standaloneSvg } from "./download";
import { fileName, type Table } from "./table";
import { useWidth } from "./useWidth";

const FALLBACK_WIDTH = 640;
const NARROWEST = 240;

export interface PlotProps {
  title: string;
  /** One sentence on how to read it. */
  reading: string;
  /** How many of what the plot rests on, for instance "n = 412 tasks". */
  n: string;
}
interface FrameProps extends PlotProps {
  height: number | ((width: number) => number);
  table: Table;
  /** Said under the plot, for instance where an axis starts; nulls are left out. */
  notes?: (string | null)[];
  /** Where it is not null, it stands in place of the drawing. */
  missing?: string | null;
  children: (width: number, height: number) => ReactNode;
}

interface ToolsProps {
  tableId: string;
  open: boolean;
  onTable: () => void;
  onCsv: () => void;
  onSvg: (() => void) | null;
}

function Tools({ tableId, open, onTable, onCsv, onSvg }: ToolsProps) {
  const look = { size: "compact-xs", variant: "subtle" } as const;
  return (
    <Group gap={4}>
      <Button {...look} aria-expanded={open} aria-controls={tableId} onClick={onTable}>
        {open ? "Hide table" : "Show table"}
      </Button>
      {onSvg && (
        <Button {...look} onClick={onSvg}>
          SVG
        </Button>
      )}
      <Button {...look} onClick={onCsv}>
        CSV
      </Button>
    </Group>
  );
}

interface SheetProps extends PlotProps {
  id: string;
  tools: ReactNode;
  notes: (string | null)[];
  children: ReactNode;
}

/** The paper that a plot stands on: title and tools above it, what it rests on below. */
export function PlotSheet({ id, title, reading, n, tools, notes, children }: SheetProps) {
  const said = notes.filter((note) => note !== null);
  return (
    <Paper
      component="figure"
      withBorder
      p="md"
      m={0}
      miw={0}
      bg="var(--mantine-color-body)"
      aria-labelledby={`${id}-title`}
    >
      <Group justify="space-between" align="flex-start" gap="xs">
        <Title order={3} size="h5" id={`${id}-title`}>
          {title}
        </Title>
        {tools}
      </Group>
      <Text size="sm" c="dimmed" mb="xs" id={`${id}-reading`}>
        {reading}
      </Text>
      {children}
      <Text component="figcaption" size="xs" c="dimmed" mt="xs">
        {[`${n}.`, ...said].join(" ")}
      </Text>
    </Paper>
  );
}

export function PlotFrame(props: FrameProps) {
  const { title, table, notes = [], missing = null } = props;
  const { ref, width: measured } = useWidth<HTMLDivElement>(FALLBACK_WIDTH);
  const drawing = useRef<SVGSVGElement>(null);
  const [open, setOpen] = useState(false);
  const id = useId();
  const ink = useInk();
  const width = Math.max(NARROWEST, measured);
  const height = typeof props.height === "number" ? props.height : props.height(width);
  const saveSvg = () => {
    if (!drawing.current) return;
    saveAs(`${fileName(title)}.svg`, "image/svg+xml", standaloneSvg(drawing.current, title, ink));
  };
  const tools = (
    <Tools
      tableId={`${id}-table`}
      open={open}
      onTable={() => setOpen(!open)}
      onCsv={() => saveTable(title, table)}
      onSvg={missing === null ? saveSvg : null}
    />
  );
  return (
    <PlotSheet {...{ id, title, tools, notes }} reading={props.reading} n={props.n}>
      <Box ref={ref}>
        {missing === null ? (
          <svg
            ref={drawing}
            role="img"
            aria-labelledby={`${id}-title`}
            aria-describedby={`${id}-reading`}
            width={width}
            height={height}
            viewBox={`0 0 ${width} ${height}`}
            fontSize={12}
            style={{ display: "block", maxWidth: "100%", fontFamily: "inherit" }}
          >
            {props.children(width, height)}
          </svg>
        ) : (
          <Text py="xl" ta="center">
            {missing}
          </Text>
        )}
      </Box>
      <Box id={`${id}-table`} hidden={!open}>
        {open && <PlotTable table={table} caption={title} />}
      </Box>
    </PlotSheet>
  );
}
