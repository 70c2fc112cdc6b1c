/** How many a day. The axis of counts always starts at 0. */
import { XAxis, YAxis, areaOf } from "./axes";
import { SERIES, useInk, type SeriesName } from "./colours";
import { PlotFrame, type PlotProps } from "./PlotFrame";
import { countTicks, linear, spaced } from "./scale";
import { dayLabel, whole } from "./words";

export interface DayCount {
  /** A day as the server writes it, "2026-11-23". */
  day: string;
  count: number;
}
interface BarsProps extends PlotProps {
  days: DayCount[];
  name: SeriesName;
  missing: string | null;
}

const HEIGHT = 220;

/** The width of a bar and the gap beside it in a slot of `slot` pixels; never thinner than 1. */
export function barWidth(slot: number): number {
  return Math.max(1, Math.min(32, slot - Math.max(1, slot * 0.2)));
}

export function Bars({ days, name, ...rest }: BarsProps) {
  const ink = useInk();
  const { domain, ticks } = countTicks(Math.max(0, ...days.map((day) => day.count)), 4);
  const table = { columns: ["day", name], rows: days.map((day) => [day.day, day.count]) };
  return (
    <PlotFrame {...rest} height={HEIGHT} table={table}>
      {(width, height) => {
        const area = areaOf(width, height);
        const slot = (area.right - area.left) / Math.max(1, days.length);
        const x = linear([0, days.length], [area.left, area.right]);
        const middle = (i: number) => x(i + 0.5);
        const y = linear(domain, [area.bottom, area.top]);
        const bar = barWidth(slot);
        const shown = spaced([...days.keys()], middle, 64);
        const day = (i: number) => dayLabel(new Date(`${days[i]?.day ?? ""}T00:00:00Z`));
        return (
          <>
            <YAxis {...{ scale: y, ticks, format: whole, label: name, area, ink }} />
            {days.map(({ count }, i) => (
              <rect
                key={i}
                x={middle(i) - bar / 2}
                y={y(count)}
                width={bar}
                height={area.bottom - y(count)}
                fill={SERIES[name]}
              >
                <title>{`${day(i)}: ${whole(count)}`}</title>
              </rect>
            ))}
            <XAxis
              {...{ scale: middle, ticks: shown, format: day, label: "day (UTC)", area, ink }}
            />
          </>
        );
      }}
    </PlotFrame>
  );
}
