/**
 * Scales and ticks: numbers to places and back to round numbers. Knows no React, no DOM and no data.
 */

export type Domain = readonly [number, number];
export type Scale = (value: number) => number;

/** Maps `domain` onto `range` in a straight line; a domain without width maps to the middle. */
export function linear(domain: Domain, range: Domain): Scale {
  const [d0, d1] = domain;
  const [r0, r1] = range;
  if (d0 === d1) return () => (r0 + r1) / 2;
  return (value) => r0 + ((value - d0) / (d1 - d0)) * (r1 - r0);
}

/** Equal ratios take equal room. Both ends of the domain must be above 0. */
export function logarithmic(domain: Domain, range: Domain): Scale {
  const inner = linear([Math.log(domain[0]), Math.log(domain[1])], range);
  return (value) => inner(Math.log(value));
}

/** 1, 2 or 5 times a power of ten: the smallest such step that gives at most `count` steps. */
export function niceStep(span: number, count: number): number {
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((each) => each * power >= rough * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** Sums of decimal steps leave dust (0.30000000000000004); this wipes it off. */
function clean(value: number): number {
  return Number(value.toPrecision(12));
}

/** The domain widened to whole steps, and the ticks on it. */
export function niceTicks(domain: Domain, count: number): { domain: Domain; ticks: number[] } {
  const [low, high] = domain[0] === domain[1] ? [domain[0] - 0.5, domain[1] + 0.5] : domain;
  const step = niceStep(high - low, count);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => clean((first + i) * step));
  return { domain: [clean(first * step), clean(last * step)], ticks };
}

/** At most `count` steps, and fewer where two ticks would read the same ("52 %" twice). */
export function labelledTicks(
  domain: Domain,
  count: number,
  format: (value: number) => string,
): { domain: Domain; ticks: number[] } {
  const found = niceTicks(domain, count);
  const labels = new Set(found.ticks.map(format));
  return labels.size < found.ticks.length && count > 1
    ? labelledTicks(domain, count - 1, format)
    : found;
}

/** Ticks for whole things (judgments, tasks): from 0, never a fraction. */
export function countTicks(highest: number, count: number): { domain: Domain; ticks: number[] } {
  const top = Math.max(1, highest);
  const step = Math.max(1, niceStep(top, count));
  const steps = Math.ceil(top / step - 1e-9);
  return {
    domain: [0, steps * step],
    ticks: Array.from({ length: steps + 1 }, (_, i) => i * step),
  };
}

/** Drops, from the left, what would stand closer than `gap` to its neighbour on the right. */
export function spaced(values: readonly number[], scale: Scale, gap: number): number[] {
  const kept: number[] = [];
  for (const value of [...values].sort((a, b) => b - a)) {
    const neighbour = kept[0];
    if (neighbour === undefined || scale(neighbour) - scale(value) >= gap) kept.unshift(value);
  }
  return kept;
}

/** The smallest domain that holds every number given; nulls are left out. [0, 1] where nothing is. */
export function extent(values: readonly (number | null | undefined)[]): Domain {
  const known = values.filter((value): value is number => value != null && Number.isFinite(value));
  if (known.length === 0) return [0, 1];
  return [Math.min(...known), Math.max(...known)];
}

/** What a reader must be told where an axis does not start at 0; null where it does. */
export function truncation(axis: string, domain: Domain, format: (value: number) => string) {
  if (domain[0] <= 0 && domain[1] >= 0) return null;
  return `The ${axis} axis starts at ${format(domain[0])}, not at 0.`;
}
