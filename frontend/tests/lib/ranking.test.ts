import { describe, expect, test } from "vitest";

import {
  asked,
  askWords,
  clear,
  nextUnplaced,
  orderOf,
  placesOf,
  put,
  restWords,
  sentence,
  type Places,
} from "@/lib/ranking";

const SPEC = { ties: true, both_bad: true };
const ALL = { place: "all", top_m: null } as const;
const TOP_2 = { place: "top", top_m: 2 } as const;
const SOME = { place: "some", top_m: null } as const;
const IDS = [10, 11, 12, 13]; // A, B, C, D

describe("the order of several responses", () => {
  test("nothing is placed until the rater places it, and then there is no order to submit", () => {
    expect(orderOf(IDS, {}, ALL)).toBeNull();
    expect(orderOf(IDS, { 10: 1, 11: 2, 12: 3 }, ALL)).toBeNull();
  });

  test("places with gaps become ranks without", () => {
    const order = orderOf(IDS, { 10: 4, 11: 1, 12: 4, 13: 2 }, ALL);
    expect(order?.ranks.map(({ rank }) => rank)).toEqual([3, 1, 3, 2]);
    expect(order?.strength).toBeNull();
  });

  test("unacceptable responses share the rank after the last acceptable one", () => {
    const order = orderOf(IDS, { 10: 1, 11: "bad", 12: 2, 13: "bad" }, ALL);
    expect(order?.ranks.map(({ rank }) => rank)).toEqual([1, 3, 2, 3]);
    expect(order?.unacceptable).toEqual([11, 13]);
  });

  test("all unacceptable is a tie at rank 1", () => {
    const order = orderOf(IDS, { 10: "bad", 11: "bad", 12: "bad", 13: "bad" }, ALL);
    expect(order?.ranks.every(({ rank }) => rank === 1)).toBe(true);
    expect(order?.unacceptable).toEqual(IDS);
  });

  test("an order that was submitted comes back as the same places", () => {
    const order = orderOf(IDS, { 10: 2, 11: 1, 12: "bad", 13: 2 }, ALL)!;
    const places = placesOf(order);
    expect(places).toEqual({ 10: 2, 11: 1, 12: "bad", 13: 2 });
    expect(orderOf(IDS, places, ALL)).toEqual(order);
  });

  test("the same place twice is a tie", () => {
    const places = put(put({}, 10, 1, SPEC), 11, 1, SPEC);
    expect(places).toEqual({ 10: 1, 11: 1 });
  });

  test("where ties aren't asked for, the newcomer takes the place and the other has none", () => {
    const places = put(put({}, 10, 1, SPEC), 11, 1, { ...SPEC, ties: false });
    expect(places).toEqual({ 11: 1 });
  });

  test("where ties aren't asked for, several may still be unacceptable", () => {
    const noTies = { ...SPEC, ties: false };
    expect(put(put({}, 10, "bad", noTies), 11, "bad", noTies)).toEqual({ 10: "bad", 11: "bad" });
  });

  test("a place can be taken back", () => {
    expect(clear({ 10: 1, 11: 2 }, 10)).toEqual({ 11: 2 });
  });

  test("the focus goes to the next response without a place, round the end, and stays when all have one", () => {
    expect(nextUnplaced(IDS, { 10: 1, 11: 2 }, 1)).toBe(2);
    expect(nextUnplaced(IDS, { 12: 1, 13: 2, 11: 3 }, 3)).toBe(0);
    expect(nextUnplaced(IDS, { 10: 1, 11: 2, 12: 3, 13: 4 }, 2)).toBe(2);
  });
});

describe("where not all need a place", () => {
  const ranked = (places: Places, spec: typeof TOP_2 | typeof SOME) =>
    orderOf(IDS, places, spec)?.ranks.map(({ response, rank }) => [response, rank]);

  test("as many are asked as there can be: the best m but not the last, or a pair", () => {
    expect([asked(ALL, 4), asked(TOP_2, 4), asked(TOP_2, 2), asked(SOME, 4)]).toEqual([4, 2, 1, 2]);
  });

  test("the rater is told who needs a place, unless all do", () => {
    expect(askWords(ALL, 4)).toBe("");
    expect(askWords(TOP_2, 4)).toMatch(/at least the best 2:/);
    expect(askWords(TOP_2, 2)).toMatch(/at least the best one:/);
    expect(askWords(SOME, 4)).toMatch(/two or more/);
  });

  test("the best two are an answer, one is not, and the others are left out", () => {
    expect(ranked({ 11: 1 }, TOP_2)).toBeUndefined();
    expect(ranked({ 11: 1, 13: 3 }, TOP_2)).toEqual([
      [11, 1],
      [13, 2],
    ]);
  });

  test("beside a best few a bad response has no place, since those left out are below the placed", () => {
    const order = orderOf(IDS, { 10: 1, 11: 2, 12: "bad" }, TOP_2);
    expect(order?.ranks.map(({ response }) => response)).toEqual([10, 11]);
    expect(order?.unacceptable).toEqual([12]);
    expect(placesOf(order!)).toEqual({ 10: 1, 11: 2, 12: "bad" });
  });

  test("when nothing is left out the bad ones come last and count as placed", () => {
    const order = orderOf(IDS, { 10: 1, 11: "bad", 12: "bad", 13: "bad" }, TOP_2);
    expect(order?.ranks.map(({ rank }) => rank)).toEqual([1, 2, 2, 2]);
  });

  test("any two are an answer, a bad one among them", () => {
    expect(ranked({ 10: 1 }, SOME)).toBeUndefined();
    expect(ranked({ 10: 1, 13: "bad" }, SOME)).toEqual([
      [10, 1],
      [13, 2],
    ]);
  });

  test("the sentence says what the others are once enough are placed", () => {
    const places: Places = { 10: 1, 11: 2 };
    const said = (spec: typeof TOP_2 | typeof SOME, now: Places) =>
      sentence(IDS, now, restWords(IDS, now, spec));
    expect(said(TOP_2, places)).toBe("A first, B second, C and D below them.");
    expect(said(SOME, places)).toBe("A first, B second, C and D not compared.");
    expect(said(TOP_2, { 10: 1 })).toBe("A first, B, C and D not placed yet.");
  });
});

describe("the order in words", () => {
  const said = (places: Places) => sentence(IDS, places);

  test.each<[string, Places]>([
    ["Nothing placed yet.", {}],
    ["B first, A and D tied second, C last.", { 10: 2, 11: 1, 12: 3, 13: 2 }],
    ["A first, B, C and D not placed yet.", { 10: 1 }],
    ["A, B, C and D tied first.", { 10: 1, 11: 1, 12: 1, 13: 1 }],
    ["C first, A and B tied second, D unacceptable.", { 10: 2, 11: 2, 12: 1, 13: "bad" }],
    ["A, B, C and D unacceptable.", { 10: "bad", 11: "bad", 12: "bad", 13: "bad" }],
    ["A first, B and C tied second, D unacceptable.", { 10: 1, 11: 3, 12: 3, 13: "bad" }],
  ])("%s", (words, places) => {
    expect(said(places)).toBe(words);
  });
});
