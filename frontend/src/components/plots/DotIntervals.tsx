/**
 * One row a thing: a dot for the estimate and a bar for its interval, so that rows can be compared.
 * A row may carry several of them, each a series; what has no value is said below, with the reason.
 */
import { XAxis, areaOf, type Area } from "./axes";
import { SERIES, useInk, type Ink, type SeriesName } from "./colours";
import { Legend } from "./Legend";
import { PlotFrame, type PlotProps } from "./PlotFrame";
import { extent, linear, niceTicks, truncation, type Scale } from "./scale";
import { whole, withInterval, type Interval } from "./words";

export interface Mark {
  series: SeriesName;
  estimate: Interval & { n: number; reason?: string | null };
}
export interface DotRow {
  name: string;
  marks: Mark[];
}
type Format = (value: number | null) => string;
interface DotIntervalsProps extends PlotProps {
  rows: DotRow[];
  xLabel: string;
  format: Format;
  reference: { x: number; label: string };
  missing: string | null;
  /** True where each row rests on another number of cases, which then stands beside its name. */
  ownN?: boolean;
}

const TOP = 24;
const LEGEND = 20;
const FOOT = 48;
const LINE = 16;
const BAR = 12;
const GAP = 18;
const LETTER = 6.6;
/** Keeps the reference off the left edge, so that being worse than it can be seen. */
const ROOM = 0.02;

function wordsOf({ marks }: DotRow, format: Format): string {
  return marks.map(({ estimate }) => withInterval(estimate, format)).join(" · ");
}

function sizeOf({ marks }: DotRow, ownN: boolean): string {
  return ownN ? `n = ${whole(marks[0]?.estimate.n ?? 0)}` : "";
}

/** The end of a name that has no room is left out; the table behind the plot has all of it. */
function cut(name: string, room: number): string {
  const letters = Math.max(8, Math.floor(room / LETTER));
  return name.length > letters ? `${name.slice(0, letters - 1)}…` : name;
}

interface BarProps {
  mark: Mark;
  square: boolean;
  y: number;
  x: Scale;
  ink: Ink;
}

/** The second series has a square: the difference does not hang on the colour alone. */
function Bar({ mark, square, y, x, ink }: BarProps) {
  const { value, lower, upper } = mark.estimate;
  const colour = SERIES[mark.series];
  const look = { fill: colour, stroke: ink.text, strokeWidth: 1 };
  return (
    <g>
      {lower !== null && upper !== null && (
        <line x1={x(lower)} x2={x(upper)} y1={y} y2={y} stroke={colour} strokeWidth={4} />
      )}
      {value !== null &&
        (square ? (
          <rect x={x(value) - 5} y={y - 5} width={10} height={10} {...look} />
        ) : (
          <circle cx={x(value)} cy={y} r={6} {...look} />
        ))}
    </g>
  );
}

interface RowProps {
  row: DotRow;
  y: number;
  x: Scale;
  area: Area;
  ink: Ink;
  format: Format;
  ownN: boolean;
  twoLines: boolean;
}

/** The words stand above the bars, so that a phone has room for both. */
function Row({ row, y, x, area, ink, format, ownN, twoLines }: RowProps) {
  const size = sizeOf(row, ownN);
  const words = wordsOf(row, format);
  const room = area.right - area.left - (size.length + 2) * LETTER;
  const halo = { paintOrder: "stroke", stroke: ink.paper, strokeWidth: 4 } as const;
  const first = y + (twoLines ? 2 : 1) * LINE + 8;
  return (
    <g>
      <text x={area.left} y={y + 12} fill={ink.text} {...halo}>
        {twoLines ? cut(row.name, room) : row.name}
        {!twoLines && (
          <tspan dx={8} fill={ink.muted}>
            {words}
          </tspan>
        )}
        {size && (
          <tspan dx={8} fill={ink.muted}>
            {size}
          </tspan>
        )}
      </text>
      {twoLines && (
        <text x={area.left} y={y + 12 + LINE} fill={ink.muted} {...halo}>
          {words}
        </text>
      )}
      {row.marks.map((mark, i) => (
        <Bar key={mark.series} {...{ mark, x, ink }} square={i > 0} y={first + i * BAR} />
      ))}
    </g>
  );
}

function hiddenNotes(rows: readonly DotRow[]): string[] {
  return rows.flatMap(({ name, marks }) =>
    marks
      .filter(({ estimate }) => estimate.value === null)
      .slice(0, 1)
      .map(({ estimate }) => `Not shown: ${name}. ${estimate.reason ?? "Too few data."}`),
  );
}

function tableOf(rows: readonly DotRow[], xLabel: string) {
  const several = rows.some(({ marks }) => marks.length > 1);
  return {
    columns: [
      several ? "row" : "series",
      ...(several ? ["series"] : []),
      xLabel,
      "lower (95 %)",
      "upper (95 %)",
      "n",
    ],
    rows: rows.flatMap(({ name, marks }) =>
      marks.map(({ series, estimate: e }) => [
        name,
        ...(several ? [series] : []),
        e.value,
        e.lower,
        e.upper,
        e.n,
      ]),
    ),
  };
}

export function DotIntervals(props: DotIntervalsProps) {
  const { rows, reference, format, xLabel, ownN = false } = props;
  const ink = useInk();
  const shown = rows.filter(({ marks }) => marks.some(({ estimate }) => estimate.value !== null));
  const marks = shown.flatMap((row) => row.marks);
  const values = marks.flatMap(({ estimate: e }) => [e.value, e.lower, e.upper]);
  const { domain, ticks } = niceTicks(extent([...values, reference.x - ROOM]), 5);
  const series = [...new Set(marks.map((mark) => mark.series))];
  const most = Math.max(1, ...shown.map((row) => row.marks.length));
  const top = TOP + (most > 1 ? LEGEND : 0);
  const longest = Math.max(
    0,
    ...shown.map((row) => [row.name, wordsOf(row, format), sizeOf(row, ownN)].join("   ").length),
  );
  const twoLines = (width: number) => most > 1 || longest * LETTER > width - 36;
  const rowHeight = (width: number) => (twoLines(width) ? 2 : 1) * LINE + most * BAR + GAP;
  const none = shown.length === 0 ? "Nothing can be shown yet." : null;
  return (
    <PlotFrame
      {...props}
      height={(width) => top + shown.length * rowHeight(width) + FOOT}
      table={tableOf(rows, xLabel)}
      notes={[none ? null : truncation("horizontal", domain, format), ...hiddenNotes(rows)]}
      missing={props.missing ?? none}
    >
      {(width, height) => {
        const area = areaOf(width, height, { left: 16, right: 20, top, bottom: FOOT });
        const x = linear(domain, [area.left, area.right]);
        const at = x(reference.x);
        return (
          <>
            <XAxis {...{ scale: x, ticks, format, label: xLabel, area, ink }} />
            <line
              x1={at}
              x2={at}
              y1={top}
              y2={area.bottom}
              stroke={ink.muted}
              strokeDasharray="4 4"
            />
            <text x={at} y={top - 8} fill={ink.muted} textAnchor={at < width / 2 ? "start" : "end"}>
              {reference.label}
            </text>
            {shown.map((row, i) => (
              <Row
                key={`${i} ${row.name}`}
                {...{ row, x, area, ink, format, ownN }}
                twoLines={twoLines(width)}
                y={top + i * rowHeight(width) + 6}
              />
            ))}
            {most > 1 && (
              <Legend
                entries={series.map((name) => ({ name, colour: SERIES[name] }))}
                right={area.right}
                ink={ink}
              />
            )}
          </>
        );
      }}
    </PlotFrame>
  );
}
