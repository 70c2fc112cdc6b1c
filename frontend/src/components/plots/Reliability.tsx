/** What a model predicted against what raters then said: on the diagonal the two are the same. */
import { XAxis, YAxis, areaOf } from "./axes";
import { SERIES, useInk } from "./colours";
import { wilson } from "./interval";
import { PlotFrame, type PlotProps } from "./PlotFrame";
import { extent, linear, niceTicks, truncation, type Scale } from "./scale";
import { percent, tooFew, whole } from "./words";

export interface Bin {
  lower: number;
  upper: number;
  predicted: number;
  observed: number;
  n: number;
}
const NEEDS = 2;
const SMALLEST = 2.5;
const LARGEST = 9;
const COLOUR = SERIES["reward model"];

/** Area, not radius, follows n; the smallest dots are kept large enough to be seen. */
export function dotRadius(n: number, most: number): number {
  return Math.max(SMALLEST, LARGEST * Math.sqrt(n / Math.max(1, most)));
}

function Dot({ bin, most, x, y }: { bin: Bin; most: number; x: Scale; y: Scale }) {
  const { lower, upper } = wilson(bin.observed, bin.n);
  const cx = x(bin.predicted);
  return (
    <g>
      <line x1={cx} x2={cx} y1={y(lower)} y2={y(upper)} stroke={COLOUR} strokeWidth={2} />
      <circle cx={cx} cy={y(bin.observed)} r={dotRadius(bin.n, most)} fill={COLOUR} />
    </g>
  );
}

function tableOf(bins: readonly Bin[]) {
  const columns = ["from", "to", "predicted", "observed", "lower (95 %)", "upper (95 %)", "n"];
  const rows = bins.map((bin) => {
    const { lower, upper } = wilson(bin.observed, bin.n);
    return [bin.lower, bin.upper, bin.predicted, bin.observed, lower, upper, bin.n];
  });
  return { columns, rows };
}

interface ReliabilityProps extends PlotProps {
  bins: readonly Bin[];
  labels?: { x: string; y: string };
  /** Why there is nothing to show, where that is known. */
  missing?: string | null;
}

const PREFERRED = { x: "predicted share that prefer it", y: "observed share that prefer it" };

export function Reliability({ bins, labels = PREFERRED, missing = null, ...rest }: ReliabilityProps) {
  const ink = useInk();
  const filled = bins.filter((bin) => bin.n > 0);
  const most = Math.max(...filled.map((bin) => bin.n), 1);
  const { domain, ticks } = niceTicks(extent(bins.flatMap((bin) => [bin.lower, bin.upper])), 5);
  const format = (value: number) => percent(value);
  return (
    <PlotFrame
      {...rest}
      height={(width) => Math.min(340, Math.max(260, width * 0.8))}
      table={tableOf(filled)}
      missing={missing ?? tooFew(filled.length, NEEDS, "filled bin")}
      notes={[
        truncation("horizontal", domain, format),
        `The largest dot stands for ${whole(most)} comparisons.`,
        "Bars are 95 % Wilson intervals that take comparisons as independent.",
      ]}
    >
      {(width, height) => {
        const area = areaOf(width, height);
        const x = linear(domain, [area.left, area.right - 8]);
        const y = linear([0, 1], [area.bottom, area.top]);
        const heights = niceTicks([0, 1], 5).ticks;
        return (
          <>
            <YAxis {...{ scale: y, ticks: heights, format, label: labels.y, area, ink }} />
            <XAxis {...{ scale: x, ticks, format, label: labels.x, area, ink }} />
            <line
              x1={x(domain[0])}
              y1={y(domain[0])}
              x2={x(domain[1])}
              y2={y(domain[1])}
              stroke={ink.muted}
              strokeDasharray="4 4"
            />
            {filled.map((bin) => (
              <Dot key={bin.lower} {...{ bin, most, x, y }} />
            ))}
          </>
        );
      }}
    </PlotFrame>
  );
}
