/** A share and its interval as a small bar from 0 to 1, beside the words that say the same. */
import { SERIES, useInk, type SeriesName } from "./colours";
import type { Interval } from "./words";

const WIDTH = 84;
const HEIGHT = 14;

export function IntervalBar({ name, interval }: { name: SeriesName; interval: Interval }) {
  const ink = useInk();
  const { value, lower, upper } = interval;
  if (value === null) return null;
  const x = (share: number) => 6 + share * (WIDTH - 12);
  const middle = HEIGHT / 2;
  const level = { y1: middle, y2: middle, stroke: SERIES[name] };
  return (
    <svg width={WIDTH} height={HEIGHT} aria-hidden style={{ verticalAlign: "middle" }}>
      <line {...level} x1={x(0)} x2={x(1)} stroke={ink.grid} strokeWidth={2} />
      {lower !== null && upper !== null && (
        <line {...level} x1={x(lower)} x2={x(upper)} strokeWidth={8} />
      )}
      <line x1={x(value)} x2={x(value)} y1={1} y2={HEIGHT - 1} stroke={ink.text} strokeWidth={2} />
    </svg>
  );
}
