/** Lines over steps counted from 0: as many as there are, told apart by colour and then by dashes. */
import { XAxis, YAxis, areaOf } from "./axes";
import { OKABE_ITO, useInk, type Ink } from "./colours";
import { Legend } from "./Legend";
import { linePath } from "./paths";
import { PlotFrame, type PlotProps } from "./PlotFrame";
import { countTicks, extent, labelledTicks, linear, truncation } from "./scale";
import type { Table } from "./table";
import { tooFew, whole } from "./words";

interface Place {
  x: number;
  y: number;
}
export interface StepSeries {
  name: string;
  points: Place[];
}
interface StepLinesProps extends PlotProps {
  series: StepSeries[];
  /** The last step there will be: what is still to come stays empty. */
  last: number;
  xLabel: string;
  yLabel: string;
  format: (value: number) => string;
  table: Table;
}

const HEIGHT = 260;
const ROW = 16;
/** Readable on paper and on ink; black and yellow are each lost on one of them. */
const HUES = [
  OKABE_ITO.blue,
  OKABE_ITO.orange,
  OKABE_ITO.bluishGreen,
  OKABE_ITO.vermillion,
  OKABE_ITO.skyBlue,
  OKABE_ITO.reddishPurple,
] as const;
const DASHES = [undefined, "6 3", "2 3"] as const;

const entryOf = ({ name }: { name: string }, place: number) => ({
  name,
  colour: HUES[place % HUES.length] ?? HUES[0],
  dash: DASHES[Math.floor(place / HUES.length) % DASHES.length],
});

/** The entries of a legend in rows that fit beside the name of the vertical axis. */
export function legendRows<Named extends { name: string }>(
  entries: readonly Named[],
  width: number,
): Named[][] {
  const longest = Math.max(...entries.map(({ name }) => name.length));
  const inRow = Math.max(1, Math.floor(width / (40 + 6.6 * longest)));
  const rows = Math.ceil(entries.length / inRow);
  return Array.from({ length: rows }, (_, i) => entries.slice(i * inRow, (i + 1) * inRow));
}

type Entry = ReturnType<typeof entryOf>;

/** A step alone is a dot. */
function Line({ points, look }: { points: Place[]; look: Entry }) {
  const [only, ...others] = points;
  if (only && others.length === 0) {
    return <circle cx={only.x} cy={only.y} r={3} fill={look.colour} />;
  }
  return (
    <path
      d={linePath(points)}
      fill="none"
      stroke={look.colour}
      strokeWidth={1.5}
      strokeDasharray={look.dash}
    />
  );
}

interface NamesProps {
  rows: Entry[][];
  right: number;
  ink: Ink;
}

function Names({ rows, right, ink }: NamesProps) {
  return rows.map((entries, i) => (
    <g key={entries[0]?.name} transform={`translate(0,${i * ROW})`}>
      <Legend {...{ entries, right, ink }} />
    </g>
  ));
}

export function StepLines(props: StepLinesProps) {
  const { series, last, format } = props;
  const ink = useInk();
  const heights = series.flatMap(({ points }) => points.map(({ y }) => y));
  const { domain, ticks } = labelledTicks(extent(heights), 5, format);
  const entries = series.map(entryOf);
  return (
    <PlotFrame
      {...props}
      height={HEIGHT}
      notes={[truncation("vertical", domain, format)]}
      missing={tooFew(heights.length, 2, "step")}
    >
      {(width, height) => {
        const rows = entries.length > 1 ? legendRows(entries, width - 100) : [];
        const area = areaOf(width, height, { top: 26 + ROW * Math.max(0, rows.length - 1) });
        const x = linear([0, last], [area.left, area.right - 8]);
        const y = linear(domain, [area.bottom, area.top]);
        const steps = countTicks(last, width < 480 ? 4 : 8).ticks.filter((tick) => tick <= last);
        return (
          <>
            <YAxis {...{ scale: y, ticks, format, label: props.yLabel, area, ink }} />
            <XAxis
              {...{ scale: x, ticks: steps, format: whole, label: props.xLabel, area, ink }}
            />
            {series.map(({ name, points }, i) => (
              <Line
                key={name}
                points={points.map((point) => ({ x: x(point.x), y: y(point.y) }))}
                look={entryOf({ name }, i)}
              />
            ))}
            <Names {...{ rows, right: area.right, ink }} />
          </>
        );
      }}
    </PlotFrame>
  );
}
