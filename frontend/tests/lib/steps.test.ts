import { describe, expect, test } from "vitest";

import type { StepsSpec } from "@/api/types";
import { asked, labelled, neighbour, openSteps, split, stepsAnswer } from "@/lib/steps";

const SPEC: StepsSpec = {
  prompt: "Which steps are right?",
  separator: "line",
  neutral: true,
  first_error: false,
  reason: true,
  note: true,
};
const FIRST = { ...SPEC, first_error: true };
const STEPS = ["one", "two", "", "three", "four"];

describe("the steps of a text", () => {
  test("joined they are the text again, empty ones included", () => {
    const text = "a\n\nb\n\n\n\nc\n";
    expect(split(text, "line").join("\n")).toBe(text);
    expect(split(text, "blank_line")).toEqual(["a", "b", "", "c\n"]);
  });

  test("a step without words is right by itself and is passed over", () => {
    expect(labelled(STEPS, [-1])).toEqual([-1, null, 1, null, null]);
    expect(neighbour(STEPS, 1, 1)).toBe(3);
    expect(neighbour(STEPS, 3, -1)).toBe(1);
    expect(neighbour(STEPS, 4, 1)).toBe(4);
    expect(neighbour(["", "a"], -1, 1)).toBe(1);
  });
});

describe("labels", () => {
  test("all steps need one, a neutral one counts", () => {
    expect(openSteps(SPEC, STEPS, [1, 0])).toEqual([3, 4]);
    expect(stepsAnswer(SPEC, STEPS, [1, 0], {})).toBeNull();
    expect(stepsAnswer(SPEC, STEPS, [1, 0, null, -1, 1], {})).toEqual({
      labels: [1, 0, 1, -1, 1],
      reasons: [],
    });
  });

  test("where the first error is asked, what follows it needs nothing and is not sent", () => {
    expect(asked(FIRST, STEPS, [1, -1])).toEqual([0, 1]);
    expect(openSteps(FIRST, STEPS, [null, -1])).toEqual([0]);
    expect(stepsAnswer(FIRST, STEPS, [1, -1, null, 1, -1], {})?.labels).toEqual([
      1,
      -1,
      null,
      null,
      null,
    ]);
  });

  test("without any error all steps need a label there too", () => {
    expect(stepsAnswer(FIRST, STEPS, [1, 1], {})).toBeNull();
    expect(stepsAnswer(FIRST, STEPS, [1, 1, null, 1, 1], {})?.labels).toEqual([1, 1, 1, 1, 1]);
  });

  test("reasons go with wrong steps only, and blank ones stay behind", () => {
    const reasons = { 0: "no longer wrong", 1: "a sign is lost", 3: " " };
    expect(stepsAnswer(SPEC, STEPS, [1, -1, null, -1, 1], reasons)?.reasons).toEqual([
      { step: 1, text: "a sign is lost" },
    ]);
    expect(stepsAnswer(FIRST, STEPS, [1, -1, null, -1], { 3: "late" })?.reasons).toEqual([]);
  });
});
