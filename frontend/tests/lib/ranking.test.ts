import { describe, expect, test } from "vitest";

import { clear, nextUnplaced, orderOf, placesOf, put, sentence, type Places } from "@/lib/ranking";

const SPEC = { ties: true, both_bad: true };
const IDS = [10, 11, 12, 13]; // A, B, C, D

describe("the order of several responses", () => {
  test("nothing is placed until the rater places it, and then there is no order to submit", () => {
    expect(orderOf(IDS, {})).toBeNull();
    expect(orderOf(IDS, { 10: 1, 11: 2, 12: 3 })).toBeNull();
  });

  test("places with gaps become ranks without", () => {
    const order = orderOf(IDS, { 10: 4, 11: 1, 12: 4, 13: 2 });
    expect(order?.ranks.map(({ rank }) => rank)).toEqual([3, 1, 3, 2]);
    expect(order?.strength).toBeNull();
  });

  test("unacceptable responses share the rank after the last acceptable one", () => {
    const order = orderOf(IDS, { 10: 1, 11: "bad", 12: 2, 13: "bad" });
    expect(order?.ranks.map(({ rank }) => rank)).toEqual([1, 3, 2, 3]);
    expect(order?.unacceptable).toEqual([11, 13]);
  });

  test("all unacceptable is a tie at rank 1", () => {
    const order = orderOf(IDS, { 10: "bad", 11: "bad", 12: "bad", 13: "bad" });
    expect(order?.ranks.every(({ rank }) => rank === 1)).toBe(true);
    expect(order?.unacceptable).toEqual(IDS);
  });

  test("an order that was submitted comes back as the same places", () => {
    const order = orderOf(IDS, { 10: 2, 11: 1, 12: "bad", 13: 2 })!;
    const places = placesOf(order);
    expect(places).toEqual({ 10: 2, 11: 1, 12: "bad", 13: 2 });
    expect(orderOf(IDS, places)).toEqual(order);
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
