/** A value along an axis of time or of amount, with the interval around it as a band. */
import { XAxis, YAxis, areaOf, type Area } from "./axes";
import { SERIES, useInk, type SeriesName } from "./colours";
import { Legend } from "./Legend";
import { bandPath, linePath, runs } from "./paths";
import { PlotFrame, type PlotProps } from "./PlotFrame";
import { extent, linear, logarithmic, labelledTicks, spaced, truncation, type Scale } from "./scale";
import type { Table } from "./table";
import { dayLabel, tooFew, whole } from "./words";

export interface LinePoint {
  /** Milliseconds since 1970 on an axis of time; a positive amount on a logarithmic one. */
  x: number;
  y: number | null;
  lower: number | null;
  upper: number | null;
  n: number;
}
export interface LineSeries {
  name: SeriesName;
  points: LinePoint[];
}
export interface Reference {
  y: number;
  label: string;
}
interface LineBandProps extends PlotProps {
  series: LineSeries[];
  x: "time" | "log";
  xLabel: string;
  yLabel: string;
  format: (value: number) => string;
  /** A value that is worth comparing with, drawn across and named. */
  reference?: Reference;
  /** True where 0 belongs to the picture, as it does for a measure that can be negative. */
  fromZero?: boolean;
  /** How many points of the first series a line needs, and what they are called. */
  needs: { points: number; noun: string };
  /** Said under the plot, for instance why a point is missing. */
  notes?: string[];
}

const HEIGHT = 260;

function tableOf({ series, x, xLabel }: LineBandProps): Table {
  const columns = ["series", xLabel, "value", "lower (95 %)", "upper (95 %)", "n"];
  const rows = series.flatMap(({ name, points }) =>
    points.map((p) => [
      name,
      x === "time" ? new Date(p.x).toISOString() : p.x,
      p.y,
      p.lower,
      p.upper,
      p.n,
    ]),
  );
  return { columns, rows };
}

function Series({ data, x, y }: { data: LineSeries; x: Scale; y: Scale }) {
  const colour = SERIES[data.name];
  const place = (value: number | null) => (value === null ? null : y(value));
  const placed = data.points.map((point) => ({
    x: x(point.x),
    y: place(point.y),
    lower: place(point.lower),
    upper: place(point.upper),
  }));
  const known = data.points.filter((point) => point.y !== null);
  // A band needs two neighbours: the interval of a point alone is a bar.
  const alone = runs(placed, (point) => point.lower !== null && point.upper !== null)
    .filter((run) => run.length === 1)
    .flat();
  return (
    <g>
      {alone.map((point) => (
        <line
          key={point.x}
          x1={point.x}
          x2={point.x}
          y1={point.lower ?? 0}
          y2={point.upper ?? 0}
          stroke={colour}
          strokeOpacity={0.5}
          strokeWidth={4}
        />
      ))}
      <path d={bandPath(placed)} fill={colour} fillOpacity={0.22} />
      <path d={linePath(placed)} fill="none" stroke={colour} strokeWidth={2} />
      {known.length <= 40 &&
        known.map((point) => (
          <circle key={point.x} cx={x(point.x)} cy={y(point.y ?? 0)} r={3} fill={colour} />
        ))}
    </g>
  );
}

function ReferenceLine({ reference, y, area }: { reference: Reference; y: Scale; area: Area }) {
  const ink = useInk();
  const at = y(reference.y);
  return (
    <g>
      <line
        x1={area.left}
        x2={area.right}
        y1={at}
        y2={at}
        stroke={ink.muted}
        strokeDasharray="4 4"
      />
      <text x={area.right} y={at - 5} fill={ink.muted} textAnchor="end">
        {reference.label}
      </text>
    </g>
  );
}

export function LineBand(props: LineBandProps) {
  const { series, reference, format } = props;
  const ink = useInk();
  const points = series.flatMap((each) => each.points);
  const heights = points.flatMap((point) => [point.y, point.lower, point.upper]);
  const { domain, ticks } = labelledTicks(
    extent([...heights, reference?.y, props.fromZero ? 0 : null]),
    5,
    format,
  );
  const known = series[0]?.points.filter((point) => point.y !== null).length ?? 0;
  const xs = [...new Set(points.map((point) => point.x))];
  const xFormat = (value: number) =>
    props.x === "time" ? dayLabel(new Date(value)) : whole(value);
  return (
    <PlotFrame
      {...props}
      height={HEIGHT}
      table={tableOf(props)}
      notes={[truncation("vertical", domain, format), ...(props.notes ?? [])]}
      missing={tooFew(known, props.needs.points, props.needs.noun)}
    >
      {(width, height) => {
        const area = areaOf(width, height);
        const kind = props.x === "log" ? logarithmic : linear;
        const x = kind(extent(xs), [area.left + 8, area.right - 8]);
        const y = linear(domain, [area.bottom, area.top]);
        const shown = spaced(xs, x, 64);
        return (
          <>
            <YAxis {...{ scale: y, ticks, format, label: props.yLabel, area, ink }} />
            <XAxis
              {...{ scale: x, ticks: shown, format: xFormat, label: props.xLabel, area, ink }}
            />
            {reference && <ReferenceLine {...{ reference, y, area }} />}
            {series.map((each) => (
              <Series key={each.name} data={each} x={x} y={y} />
            ))}
            {series.length > 1 && (
              <Legend
                entries={series.map(({ name }) => ({ name, colour: SERIES[name] }))}
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
