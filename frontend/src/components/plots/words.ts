/**
 * Numbers and what they mean, in words. Everything here is a pure function of its arguments.
 */

const WHOLE = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** The part of the server's Estimate that a sentence needs. */
export interface Interval {
  value: number | null;
  lower: number | null;
  upper: number | null;
}

/** 12345 as 12,345. */
export function whole(value: number): string {
  return WHOLE.format(value);
}

/** A decimal with a true minus sign; an en dash where there is no number. */
export function decimal(value: number | null, digits = 2): string {
  if (value === null) return "–";
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** A share between 0 and 1 as a percentage; 0.413 as "41 %". */
export function percent(share: number | null, digits = 0): string {
  return share === null ? "–" : `${decimal(share * 100, digits)} %`;
}

/** "1 task", "3 tasks"; a noun that takes more than an s gives its plural. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${whole(count)} ${count === 1 ? one : many}`;
}

/** "0.31 (0.27 to 0.35)", or only the value where there is no interval. */
export function withInterval(estimate: Interval, format: (n: number | null) => string = decimal) {
  const { value, lower, upper } = estimate;
  if (lower === null || upper === null) return format(value);
  return `${format(value)} (${format(lower)} to ${format(upper)})`;
}

/** "23 Nov" of a date, in UTC so that a day of the server stays that day. */
export function dayLabel(at: Date): string {
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()] ?? ""}`;
}

/** "1.4 MB" of a number of bytes, in powers of 1,000. */
export function bytes(size: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let [value, unit] = [size, 0];
  while (value >= 999.5 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${unit === 0 || value >= 99.5 ? WHOLE.format(value) : value.toFixed(1)} ${units[unit] ?? ""}`;
}

/** "45 s", "3 min 20 s", "2 h 5 min" of a number of seconds. */
export function duration(seconds: number | null): string {
  if (seconds === null) return "–";
  const total = Math.round(seconds);
  if (total < 60) return `${total} s`;
  if (total < 3600) return `${Math.floor(total / 60)} min ${total % 60} s`;
  return `${Math.floor(total / 3600)} h ${Math.floor((total % 3600) / 60)} min`;
}

/** What a plot says in place of a drawing that would mislead; null where there is enough. */
export function tooFew(have: number, need: number, noun: string): string | null {
  if (have >= need) return null;
  return `Too few data: ${counted(need - have, `more ${noun}`)} needed.`;
}
