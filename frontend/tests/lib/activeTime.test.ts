import { expect, test } from "vitest";

import { activeMs, begin, comeBack, IDLE_AFTER_MS, isActive, leave, sign } from "@/lib/activeTime";

test("time with signs of life counts in full", () => {
  let time = begin(0);
  for (let at = 10_000; at <= 90_000; at += 10_000) time = sign(time, at);
  expect(activeMs(time, 95_000)).toBe(95_000);
});

test("reading without a sign of life counts for a minute, then stops", () => {
  const time = begin(0);
  expect(activeMs(time, 30_000)).toBe(30_000);
  expect(activeMs(time, 600_000)).toBe(IDLE_AFTER_MS);
});

test("after a pause time counts again from the next sign, without the pause", () => {
  const time = sign(begin(0), 600_000);
  expect(activeMs(time, 605_000)).toBe(IDLE_AFTER_MS + 5_000);
});

test("nothing counts while the tab is away", () => {
  const away = leave(begin(0), 5_000);
  expect(activeMs(away, 100_000)).toBe(5_000);
  expect(activeMs(sign(away, 50_000), 100_000)).toBe(5_000);
  expect(activeMs(comeBack(away, 100_000), 103_000)).toBe(8_000);
});

test("a draft's time is added to", () => {
  expect(activeMs(begin(0, 12_000), 1_000)).toBe(13_000);
});

test("a page that opens in the background starts to count when it comes to the front", () => {
  const hidden = begin(0, 0, false);
  expect(activeMs(hidden, 40_000)).toBe(0);
  expect(isActive(hidden, 1)).toBe(false);
  expect(activeMs(comeBack(hidden, 40_000), 42_000)).toBe(2_000);
});
