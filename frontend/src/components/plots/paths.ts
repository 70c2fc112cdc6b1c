/**
 * SVG path data for lines and bands. A gap in the data is a gap in the drawing: nothing is bridged.
 */

export interface Point {
  x: number;
  y: number | null;
}
export interface Span {
  x: number;
  lower: number | null;
  upper: number | null;
}

const round = (value: number): string => String(Math.round(value * 100) / 100);
const at = (x: number, y: number): string => `${round(x)},${round(y)}`;

/** Neighbours for which `known` holds, together; what does not hold parts them. */
export function runs<Item>(items: readonly Item[], known: (item: Item) => boolean): Item[][] {
  const groups: Item[][] = [];
  let open = false;
  for (const item of items) {
    if (known(item)) {
      if (open) groups[groups.length - 1]?.push(item);
      else groups.push([item]);
    }
    open = known(item);
  }
  return groups;
}

/** A line through the points; it stops at a null and starts again after it. */
export function linePath(points: readonly Point[]): string {
  return runs(points, (point) => point.y !== null)
    .map((run) => `M${run.map((point) => at(point.x, point.y ?? 0)).join("L")}`)
    .join("");
}

/** The area between lower and upper, closed; one area for each stretch without a null. */
export function bandPath(spans: readonly Span[]): string {
  return runs(spans, (span) => span.lower !== null && span.upper !== null)
    .filter((run) => run.length > 1)
    .map((run) => {
      const there = run.map((span) => at(span.x, span.upper ?? 0));
      const back = [...run].reverse().map((span) => at(span.x, span.lower ?? 0));
      return `M${[...there, ...back].join("L")}Z`;
    })
    .join("");
}
