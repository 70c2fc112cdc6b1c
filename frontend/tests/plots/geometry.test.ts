import { describe, expect, test } from "vitest";

import { barWidth } from "@/components/plots/Bars";
import { wilson } from "@/components/plots/interval";
import { legendPlaces } from "@/components/plots/Legend";
import { bandPath, linePath, runs } from "@/components/plots/paths";
import { dotRadius } from "@/components/plots/Reliability";
import {
  countTicks,
  extent,
  linear,
  logarithmic,
  niceStep,
  labelledTicks,
  niceTicks,
  spaced,
  truncation,
} from "@/components/plots/scale";
import { stacked } from "@/components/plots/Shares";

describe("scales", () => {
  test("a linear scale maps the ends to the ends, also when the range runs downwards", () => {
    const y = linear([0, 10], [200, 0]);
    expect([y(0), y(5), y(10)]).toEqual([200, 100, 0]);
  });
  test("a domain without width maps to the middle and not to infinity", () => {
    expect(linear([3, 3], [0, 100])(3)).toBe(50);
  });
  test("on a logarithmic scale equal ratios take equal room", () => {
    const x = logarithmic([100, 10_000], [0, 100]);
    expect(x(1_000)).toBeCloseTo(50, 9);
  });
  test("the extent leaves out nulls and has a default where nothing is known", () => {
    expect(extent([null, 3, undefined, -1])).toEqual([-1, 3]);
    expect(extent([null])).toEqual([0, 1]);
  });
});

describe("ticks", () => {
  test("steps are 1, 2 or 5 times a power of ten", () => {
    expect([1, 7, 0.13, 42, 1100].map((span) => niceStep(span, 5))).toEqual([
      0.2, 2, 0.05, 10, 500,
    ]);
  });
  test("the domain is widened to whole steps and holds no dust of binary fractions", () => {
    expect(niceTicks([0.02, 0.31], 5)).toEqual({
      domain: [0, 0.4],
      ticks: [0, 0.1, 0.2, 0.3, 0.4],
    });
  });
  test("negative values get ticks through zero", () => {
    expect(niceTicks([-0.15, 0.25], 4).ticks).toEqual([-0.2, -0.1, 0, 0.1, 0.2, 0.3]);
  });
  test("gives fewer where two would read the same", () => {
    const format = (value: number) => value.toFixed(2);
    expect(labelledTicks([0.513, 0.527], 5, format).ticks).toEqual([0.51, 0.52, 0.53]);
    expect(labelledTicks([0, 1], 5, format)).toEqual(niceTicks([0, 1], 5));
    expect(labelledTicks([0.5111, 0.5112], 5, format).ticks.length).toBeGreaterThan(0);
  });
  test("one value alone still gets an axis", () => {
    const { domain } = niceTicks([2, 2], 4);
    expect(domain[0]).toBeLessThan(2);
    expect(domain[1]).toBeGreaterThan(2);
  });
  test("counts start at 0 and never tick at a fraction", () => {
    expect(countTicks(3, 4).ticks).toEqual([0, 1, 2, 3]);
    expect(countTicks(0, 4)).toEqual({ domain: [0, 1], ticks: [0, 1] });
    expect(countTicks(254, 4).ticks).toEqual([0, 100, 200, 300]);
  });
  test("labels that would touch are dropped from the left, so that the newest stays", () => {
    expect(spaced([0, 10, 20, 30, 45], (value) => value, 20)).toEqual([0, 20, 45]);
  });
  test("an axis that does not start at 0 is said, one that holds 0 is not", () => {
    expect(truncation("vertical", [0.4, 0.7], String)).toBe(
      "The vertical axis starts at 0.4, not at 0.",
    );
    expect(truncation("vertical", [-0.1, 0.7], String)).toBeNull();
  });
});

describe("paths", () => {
  test("a null parts the line instead of being bridged", () => {
    const points = [
      { x: 0, y: 1 },
      { x: 1, y: 2 },
      { x: 2, y: null },
      { x: 3, y: 4.005 },
    ];
    expect(linePath(points)).toBe("M0,1L1,2M3,4.01");
  });
  test("a band goes out along the upper edge and home along the lower", () => {
    const spans = [
      { x: 0, lower: 1, upper: 3 },
      { x: 2, lower: 2, upper: 5 },
    ];
    expect(bandPath(spans)).toBe("M0,3L2,5L2,2L0,1Z");
  });
  test("a lone point has no band, and nothing at all gives an empty path", () => {
    expect(bandPath([{ x: 0, lower: 1, upper: 2 }])).toBe("");
    expect(linePath([])).toBe("");
  });
  test("neighbours stay together and gaps part them", () => {
    expect(runs([1, 2, 0, 3, 0, 0, 4], (n) => n > 0)).toEqual([[1, 2], [3], [4]]);
  });
});

describe("marks", () => {
  test("Wilson's interval gives the published values of Newcombe 1998, table I", () => {
    const published = [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ] as const;
    for (const [hits, n, lower, upper] of published) {
      const interval = wilson(hits / n, n);
      expect(interval.lower).toBeCloseTo(lower, 4);
      expect(interval.upper).toBeCloseTo(upper, 4);
    }
  });
  test("nothing seen is compatible with everything", () => {
    expect(wilson(0, 0)).toEqual({ lower: 0, upper: 1 });
  });
  test("four times the comparisons is four times the area", () => {
    expect(dotRadius(400, 400) / dotRadius(100, 400)).toBeCloseTo(2, 9);
  });
  test("shares stand end to end and fill the bar even when they don't quite add up", () => {
    const parts = stacked([0.5, 0.3, 0.1]);
    expect(parts.map((part) => part.start)[0]).toBe(0);
    const last = parts[2]!;
    expect(last.start + last.width).toBeCloseTo(1, 12);
  });
  test("bars neither vanish nor touch", () => {
    expect(barWidth(1)).toBe(1);
    expect(barWidth(10)).toBe(8);
  });
  test("a legend ends at its right edge", () => {
    const [first, second] = legendPlaces(["alpha", "raw"], 300);
    expect(first).toBeLessThan(second!);
    expect(second).toBeLessThan(300);
  });
});
