/** Names beside their colours, inside the drawing so that they come along in a download. */
import type { Ink } from "./colours";

const LETTER = 6.6;
const SWATCH = 16;
const GAP = 18;

/** Where each entry starts when they stand in a row that ends at `right`. */
export function legendPlaces(names: readonly string[], right: number): number[] {
  const widths = names.map((name) => SWATCH + 6 + name.length * LETTER);
  const total = widths.reduce((sum, width) => sum + width + GAP, -GAP);
  let x = right - total;
  return widths.map((width) => {
    const start = x;
    x += width + GAP;
    return start;
  });
}

interface LegendProps {
  entries: readonly { name: string; colour: string; dash?: string | undefined }[];
  right: number;
  ink: Ink;
}

export function Legend({ entries, right, ink }: LegendProps) {
  const places = legendPlaces(
    entries.map((entry) => entry.name),
    right,
  );
  return (
    <g>
      {entries.map(({ name, colour, dash }, i) => (
        <g key={name} transform={`translate(${places[i] ?? 0},12)`}>
          <line
            x1={0}
            x2={SWATCH}
            y1={-4}
            y2={-4}
            stroke={colour}
            strokeWidth={3}
            strokeDasharray={dash}
          />
          <text x={SWATCH + 6} fill={ink.text}>
            {name}
          </text>
        </g>
      ))}
    </g>
  );
}
