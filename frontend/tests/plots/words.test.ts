import { expect, test } from "vitest";

import { fileName, toCsv } from "@/components/plots/table";
import {
  bytes,
  counted,
  dayLabel,
  decimal,
  duration,
  percent,
  tooFew,
  whole,
  withInterval,
} from "@/components/plots/words";

test("numbers have a true minus sign, and a dash stands where there is none", () => {
  expect([decimal(-0.314), decimal(0.305), decimal(null), decimal(-0.001)]).toEqual([
    "−0.31",
    "0.30",
    "–",
    "0.00",
  ]);
  expect([percent(0.413), percent(-0.02), percent(null)]).toEqual(["41 %", "−2 %", "–"]);
  expect(whole(1234567)).toBe("1,234,567");
});

test("an estimate is said with its interval where it has one", () => {
  expect(withInterval({ value: 0.31, lower: 0.27, upper: 0.35 })).toBe("0.31 (0.27 to 0.35)");
  expect(withInterval({ value: 0.31, lower: null, upper: null })).toBe("0.31");
});

test("one thing is singular and none is plural", () => {
  expect([counted(1, "task"), counted(0, "task"), counted(2, "copy", "copies")]).toEqual([
    "1 task",
    "0 tasks",
    "2 copies",
  ]);
});

test("sizes and times use the unit that a reader would", () => {
  expect([0, 999, 1000, 48_000_000].map(bytes)).toEqual(["0 B", "999 B", "1.0 kB", "48.0 MB"]);
  expect([45, 200, 7500, null].map(duration)).toEqual(["45 s", "3 min 20 s", "2 h 5 min", "–"]);
});

test("a day of the server stays that day in every time zone", () => {
  expect(dayLabel(new Date("2026-11-23T00:00:00Z"))).toBe("23 Nov");
});

test("too few data says how many more are needed", () => {
  expect(tooFew(1, 2, "point")).toBe("Too few data: 1 more point needed.");
  expect(tooFew(2, 2, "point")).toBeNull();
});

test("a CSV file keeps full precision, quotes what needs it and leaves nulls empty", () => {
  const table = {
    columns: ["a", "b"],
    rows: [
      [0.123456789, null],
      ['say "hi", twice', -1],
    ],
  };
  expect(toCsv(table)).toBe('a,b\r\n0.123456789,\r\n"say ""hi"", twice",-1\r\n');
});

test("text that a spreadsheet would run stays text", () => {
  expect(toCsv({ columns: ["x"], rows: [["=1+1"], ["@cmd"], [-2]] })).toBe(
    "x\r\n'=1+1\r\n'@cmd\r\n-2\r\n",
  );
});

test("a file is named after its plot", () => {
  expect(fileName("Accuracy on unseen prompts, beside the floors")).toBe(
    "accuracy-on-unseen-prompts-beside-the-floors",
  );
});
