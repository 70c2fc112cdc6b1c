/**
 * The server's time. Leases end by the server's clock, and browsers' clocks are wrong by minutes often
 * enough; every response says what time it is there.
 */
let ahead = 0;

/** Takes a response's Date header, which has whole seconds. */
export function noteServerDate(header: string | null, now: number): void {
  const time = Date.parse(header ?? "");
  if (!Number.isNaN(time)) ahead = Math.abs(time - now) < 2000 ? 0 : time - now;
}

export function serverNow(now: number = Date.now()): number {
  return now + ahead;
}
