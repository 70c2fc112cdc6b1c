/** The agreement of every two raters, as a table with tints. */
import { SegmentedControl } from "@mantine/core";
import { useState } from "react";

import type { Figures, RaterPair } from "@/api/manageTypes";
import { Matrix } from "@/components/plots";
import type { MatrixCell } from "@/components/plots/Matrix";
import { counted, decimal, percent } from "@/components/plots/words";

import { Empty, Section } from "../parts/Page";
import type { NameOf } from "./words";

type Measure = "raw" | "kappa";
const MEASURES = [
  { value: "raw", label: "raw" },
  { value: "kappa", label: "beyond chance (κ)" },
];
const READING: Record<Measure, string> = {
  raw: "How often two raters said the same on the pairs of responses or steps that both judged; below it, how many these are.",
  kappa:
    "Cohen's κ: 1 is always the same, 0 is what the two would reach by chance with the answers each of them gives. Below it: how many pairs of responses or steps both judged.",
};
/** In common, below which a pair gets no tint. */
const ENOUGH = 20;
const NARROWEST = 0.1;

const LEAST = "a tint's full strength is the pair furthest from the average";

/** The raters of the matrix, those with the most votes first. */
export function inOrder({ matrix, profiles }: Pick<Figures, "matrix" | "profiles">): number[] {
  const votes = new Map(profiles.map(({ rater, units }) => [rater, units]));
  const raters = [...new Set(matrix.flatMap(({ first, second }) => [first, second]))];
  return raters.sort((a, b) => (votes.get(b) ?? 0) - (votes.get(a) ?? 0) || a - b);
}

/** How far a pair is from the average of all, against the pair that is furthest: −1 to 1. */
export function shading(
  pairs: readonly RaterPair[],
  measure: Measure,
): (pair: RaterPair) => number {
  const known = pairs.filter((pair) => pair[measure] !== null && pair.together >= ENOUGH);
  const total = known.reduce((sum, { together }) => sum + together, 0);
  const sum = known.reduce((part, pair) => part + pair.together * (pair[measure] ?? 0), 0);
  const middle = total > 0 ? sum / total : 0;
  const distances = known.map((pair) => Math.abs((pair[measure] ?? middle) - middle));
  const furthest = Math.max(NARROWEST, ...distances);
  return (pair) => {
    const value = pair[measure];
    return value === null || pair.together < ENOUGH ? 0 : (value - middle) / furthest;
  };
}

function cellsOf(raters: readonly number[], pairs: readonly RaterPair[], measure: Measure) {
  const shade = shading(pairs, measure);
  const found = new Map<string, MatrixCell>();
  for (const pair of pairs) {
    const cell: MatrixCell = {
      value: pair[measure],
      shade: shade(pair),
      n: pair.together,
      word: "certain",
    };
    found.set(`${pair.first} ${pair.second}`, cell);
    found.set(`${pair.second} ${pair.first}`, cell);
  }
  const none: MatrixCell = { value: null, shade: 0, word: "none" };
  return raters.map((one) =>
    raters.map((other) => (one === other ? null : (found.get(`${one} ${other}`) ?? none))),
  );
}

interface WhoWithWhomProps extends Pick<Figures, "matrix" | "profiles" | "raters"> {
  nameOf: NameOf;
}

export function WhoWithWhom({ matrix, profiles, raters: all, nameOf }: WhoWithWhomProps) {
  const [measure, setMeasure] = useState<Measure>("raw");
  const raters = inOrder({ matrix, profiles });
  if (matrix.length === 0) {
    return (
      <Section title="Who agrees with whom">
        <Empty>No two raters have judged the same yet. With more overlap they will.</Empty>
      </Section>
    );
  }
  const cells = cellsOf(raters, matrix, measure);
  const words = cells.flat().map((cell) => (cell?.value === null ? cell.word : null));
  const notes = [
    `Pairs with fewer than ${ENOUGH} in common have no tint: that is too few to tell.`,
    ...(words.includes("none") ? ["“none”: the two have judged nothing in common."] : []),
    ...(words.includes("certain")
      ? ["“certain”: the two gave one answer only, so that chance alone makes them agree."]
      : []),
    ...(all > raters.length
      ? [
          `Not here: ${all - raters.length} of ${counted(all, "rater")}, with fewer votes or none in common.`,
        ]
      : []),
  ];
  return (
    <Matrix
      title="Who agrees with whom"
      reading={READING[measure]}
      n={`n = ${counted(matrix.length, "pair")} of ${counted(raters.length, "rater")}; ${LEAST}`}
      names={raters.map(nameOf)}
      cells={cells}
      format={measure === "raw" ? (value) => percent(value) : (value) => decimal(value)}
      columns={["rater", "other rater", measure === "raw" ? "raw agreement" : "kappa"]}
      tints={{ above: "above the average of all pairs", below: "below it" }}
      notes={notes}
      choice={
        <SegmentedControl
          size="xs"
          aria-label="Which agreement"
          data={MEASURES}
          value={measure}
          onChange={(value) => setMeasure(value as Measure)}
        />
      }
    />
  );
}
