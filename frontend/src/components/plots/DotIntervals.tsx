/** One row a thing: a dot for the estimate and a bar for its interval, so that rows can be compared. */
import { XAxis, areaOf, type Area } from "./axes";
import { SERIES, useInk, type Ink, type SeriesName } from "./colours";
import { PlotFrame, type PlotProps } from "./PlotFrame";
import { extent, linear, niceTicks, truncation, type Scale } from "./scale";
import { withInterval, type Interval } from "./words";

export interface DotRow {
  name: SeriesName;
  estimate: Interval & { n: number };
}
interface DotIntervalsProps extends PlotProps {
  rows: DotRow[];
  xLabel: string;
  format: (value: number | null) => string;
  reference: { x: number; label: string };
  missing: string | null;
}

const ROW = 46;
const TOP = 24;
const FOOT = 48;
/** Keeps the reference off the left edge, so that being worse than it can be seen. */
const ROOM = 0.02;

interface RowProps {
  row: DotRow;
  y: number;
  x: Scale;
  area: Area;
  ink: Ink;
  format: (value: number | null) => string;
}

/** The words stand above the bar, so that a phone has room for both. */
function Row({ row, y, x, area, ink, format }: RowProps) {
  const { value, lower, upper } = row.estimate;
  const colour = SERIES[row.name];
  return (
    <g>
      <text
        x={area.left}
        y={y - 9}
        fill={ink.text}
        paintOrder="stroke"
        stroke={ink.paper}
        strokeWidth={4}
      >
        {row.name}
        <tspan dx={8} fill={ink.muted}>
          {withInterval(row.estimate, format)}
        </tspan>
      </text>
      {lower !== null && upper !== null && (
        <line x1={x(lower)} x2={x(upper)} y1={y + 4} y2={y + 4} stroke={colour} strokeWidth={4} />
      )}
      {value !== null && (
        <circle cx={x(value)} cy={y + 4} r={6} fill={colour} stroke={ink.text} strokeWidth={1} />
      )}
    </g>
  );
}

export function DotIntervals(props: DotIntervalsProps) {
  const { rows, reference, format } = props;
  const ink = useInk();
  const values = rows.flatMap(({ estimate: e }) => [e.value, e.lower, e.upper]);
  const { domain, ticks } = niceTicks(extent([...values, reference.x - ROOM]), 5);
  const table = {
    columns: ["series", props.xLabel, "lower (95 %)", "upper (95 %)", "n"],
    rows: rows.map(({ name, estimate: e }) => [name, e.value, e.lower, e.upper, e.n]),
  };
  return (
    <PlotFrame
      {...props}
      height={TOP + rows.length * ROW + FOOT}
      table={table}
      notes={[truncation("horizontal", domain, format)]}
    >
      {(width, height) => {
        const area = areaOf(width, height, { left: 16, right: 20, top: TOP, bottom: FOOT });
        const x = linear(domain, [area.left, area.right]);
        const at = x(reference.x);
        return (
          <>
            <XAxis {...{ scale: x, ticks, format, label: props.xLabel, area, ink }} />
            <line
              x1={at}
              x2={at}
              y1={TOP}
              y2={area.bottom}
              stroke={ink.muted}
              strokeDasharray="4 4"
            />
            <text x={at} y={TOP - 8} fill={ink.muted} textAnchor={at < width / 2 ? "start" : "end"}>
              {reference.label}
            </text>
            {rows.map((row, i) => (
              <Row key={row.name} {...{ row, x, area, ink, format }} y={TOP + (i + 0.5) * ROW} />
            ))}
          </>
        );
      }}
    </PlotFrame>
  );
}
