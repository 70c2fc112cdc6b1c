import { expect, test } from "vitest";

import { listed } from "@/lib/letters";
import { noteServerDate, serverNow } from "@/lib/serverClock";
import { uuid } from "@/lib/uuid";
import { countdown, duration, plural } from "@/lib/words";
import { changes, wordDiff } from "@/lib/wordDiff";

test("lists read like lists", () => {
  expect([listed([]), listed(["A"]), listed(["A", "B"]), listed(["A", "B", "C"])]).toEqual([
    "",
    "A",
    "A and B",
    "A, B and C",
  ]);
});

test("a UUID has version 4 and its variant, and isn't given twice", () => {
  const made = new Set(Array.from({ length: 200 }, uuid));
  expect(made.size).toBe(200);
  for (const id of made)
    expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
});

test("durations and amounts are in words", () => {
  expect([duration(41.2), duration(120), duration(6_000)]).toEqual(["41 s", "2 min", "1 h 40 min"]);
  expect([plural(1, "answer"), plural(3, "answer")]).toEqual(["1 answer", "3 answers"]);
  expect([countdown(65_000), countdown(-5)]).toEqual(["1:05", "0:00"]);
});

test("the server's time is followed when the browser's clock is wrong, and only then", () => {
  const here = Date.UTC(2026, 0, 1, 12, 0, 0);
  noteServerDate(new Date(here + 300_000).toUTCString(), here);
  expect(serverNow(here)).toBe(here + 300_000);
  noteServerDate(new Date(here + 900).toUTCString(), here);
  expect(serverNow(here)).toBe(here);
});

test("a word diff marks what the other text lacks and gives both texts back", () => {
  const [first, second] = wordDiff("the red fox ran", "the brown fox ran far");
  const text = (pieces: typeof first) => pieces.map((piece) => piece.text).join("");
  const own = (pieces: typeof first) =>
    pieces.filter((piece) => piece.own).map((piece) => piece.text.trim());
  expect([text(first), text(second)]).toEqual(["the red fox ran", "the brown fox ran far"]);
  expect(own(first)).toEqual(["red"]);
  expect(own(second)).toEqual(["brown", "far"]);
});

test("changes tell what was taken out and put in, in reading order", () => {
  expect(changes("the red fox ran", "the brown fox ran")).toEqual([
    { text: "the ", change: "same" },
    { text: "red", change: "removed" },
    { text: "brown", change: "added" },
    { text: " fox ran", change: "same" },
  ]);
});
