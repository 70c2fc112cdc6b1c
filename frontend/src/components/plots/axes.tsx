/** The two axes that all the plots share. They draw what they are given and choose no ticks. */
import type { Ink } from "./colours";
import type { Scale } from "./scale";

/** The rectangle that the data are drawn in, in pixels of the drawing. */
export interface Area {
  left: number;
  right: number;
  top: number;
  bottom: number;
}
export interface Axis {
  scale: Scale;
  ticks: readonly number[];
  format: (value: number) => string;
  label: string;
}
interface AxisProps extends Axis {
  area: Area;
  ink: Ink;
}

export function areaOf(width: number, height: number, margin: Partial<Area> = {}): Area {
  const { left = 48, right = 16, top = 26, bottom = 44 } = margin;
  return { left, right: width - right, top, bottom: height - bottom };
}

/** Keeps the first and the last label inside the drawing. */
function anchor(x: number, area: Area, text: string): "start" | "middle" | "end" {
  const half = text.length * 3.5;
  if (x + half > area.right + 16) return "end";
  return x - half < 0 ? "start" : "middle";
}

export function XAxis({ scale, ticks, format, label, area, ink }: AxisProps) {
  return (
    <g>
      <line x1={area.left} x2={area.right} y1={area.bottom} y2={area.bottom} stroke={ink.muted} />
      {ticks.map((tick) => {
        const [x, text] = [scale(tick), format(tick)];
        return (
          <g key={tick}>
            <line x1={x} x2={x} y1={area.bottom} y2={area.bottom + 5} stroke={ink.muted} />
            <text x={x} y={area.bottom + 18} fill={ink.muted} textAnchor={anchor(x, area, text)}>
              {text}
            </text>
          </g>
        );
      })}
      <text
        x={(area.left + area.right) / 2}
        y={area.bottom + 36}
        fill={ink.text}
        textAnchor="middle"
      >
        {label}
      </text>
    </g>
  );
}

/** Its label lies flat above the axis: nobody has to turn their head. */
export function YAxis({ scale, ticks, format, label, area, ink }: AxisProps) {
  return (
    <g>
      <text x={0} y={12} fill={ink.text}>
        {label}
      </text>
      {ticks.map((tick) => (
        <g key={tick}>
          <line
            x1={area.left}
            x2={area.right}
            y1={scale(tick)}
            y2={scale(tick)}
            stroke={ink.grid}
          />
          <text x={area.left - 6} y={scale(tick) + 4} fill={ink.muted} textAnchor="end">
            {format(tick)}
          </text>
        </g>
      ))}
    </g>
  );
}
