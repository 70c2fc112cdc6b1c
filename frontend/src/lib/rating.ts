/**
 * Ratings of responses on criteria: a table of cells, criteria as rows and responses as columns. Knows
 * the scale, the keys that fill a cell and how to move between cells; knows no screen.
 */
import type { AnswerParts, RatingSpec } from "@/api/types";

type Scale = Pick<RatingSpec, "minimum" | "maximum">;
type Ratings = Readonly<Record<number, Readonly<Record<string, number>>>>;

/** A place in the table: the criterion's and the response's position. */
export interface Cell {
  row: number;
  column: number;
}

export type Direction = "left" | "right" | "up" | "down";

export function points({ minimum, maximum }: Scale): number[] {
  return Array.from({ length: maximum - minimum + 1 }, (_, index) => minimum + index);
}

/**
 * The value that a digit key gives. On a scale without negative values a digit is itself, and 0 is 10
 * where there is no 0; otherwise 1 is the lowest point, 2 the next, and 0 the tenth.
 */
export function valueOf(scale: Scale, digit: number): number | null {
  if (scale.minimum < 0) return points(scale)[(digit || 10) - 1] ?? null;
  const value = digit === 0 && scale.minimum > 0 ? 10 : digit;
  return value >= scale.minimum && value <= scale.maximum ? value : null;
}

/** The digit key of a value, or null where it has none. */
export function digitOf(scale: Scale, value: number): number | null {
  const digits = Array.from({ length: 10 }, (_, digit) => digit);
  return digits.find((digit) => valueOf(scale, digit) === value) ?? null;
}

/** A value moved along the scale and held within it; an empty cell starts from the middle. */
export function nudged({ minimum, maximum }: Scale, value: number | null, by: number): number {
  const from = value ?? Math.round((minimum + maximum) / 2);
  return Math.min(maximum, Math.max(minimum, from + by));
}

export function valueIn(ratings: Ratings, response: number, criterion: string): number | null {
  return ratings[response]?.[criterion] ?? null;
}

export function fill(
  ratings: Ratings,
  response: number,
  criterion: string,
  value: number | null,
): Record<number, Record<string, number>> {
  const others = Object.entries(ratings[response] ?? {}).filter(([name]) => name !== criterion);
  const own = value === null ? others : [...others, [criterion, value] as const];
  return { ...ratings, [response]: Object.fromEntries(own) };
}

const STEPS: Record<Direction, [rows: number, columns: number]> = {
  left: [0, -1],
  right: [0, 1],
  up: [-1, 0],
  down: [1, 0],
};

/** The neighbour of a cell; at an edge, the cell itself. */
export function moved(cell: Cell, direction: Direction, rows: number, columns: number): Cell {
  const [down, right] = STEPS[direction];
  return {
    row: Math.min(rows - 1, Math.max(0, cell.row + down)),
    column: Math.min(columns - 1, Math.max(0, cell.column + right)),
  };
}

/** The cell before or after in reading order, one response after another; at an end, the cell itself. */
export function stepped(cell: Cell, by: 1 | -1, rows: number, columns: number): Cell {
  const at = Math.min(rows * columns - 1, Math.max(0, cell.column * rows + cell.row + by));
  return { row: at % rows, column: Math.floor(at / rows) };
}

/** Cells without a value, one response after another. */
export function emptyCells(spec: RatingSpec, ids: readonly number[], ratings: Ratings): Cell[] {
  return ids.flatMap((id, column) =>
    spec.criteria
      .map(({ name }, row) => ({ name, row, column }))
      .filter(({ name }) => valueIn(ratings, id, name) === null)
      .map(({ row }) => ({ row, column })),
  );
}

/** The values as they are sent, or null while a cell that must be filled is empty. */
export function ratingsOf(
  spec: RatingSpec,
  ids: readonly number[],
  ratings: Ratings,
): AnswerParts["ratings"] | null {
  const empty = emptyCells(spec, ids, ratings).length;
  if (empty > 0 && !spec.optional) return null;
  return ids.flatMap((response) =>
    spec.criteria.flatMap(({ name: criterion }) => {
      const value = valueIn(ratings, response, criterion);
      return value === null ? [] : [{ response, criterion, value }];
    }),
  );
}

export function ratingsIn(values: AnswerParts["ratings"]): Record<number, Record<string, number>> {
  return values.reduce<Record<number, Record<string, number>>>(
    (ratings, { response, criterion, value }) => fill(ratings, response, criterion, value),
    {},
  );
}
