import { expect, test } from "vitest";

import type { RevisionSpec } from "@/api/types";
import { missingPart, revisionAnswer } from "@/lib/revision";

const SPEC: RevisionSpec = { prompt: "Improve it", principles: [], critique: true, note: true };
const START = { critique: "", text: null, principle: null };

test("a response left as it is, is an answer without a critique", () => {
  expect(revisionAnswer(SPEC, "old", START)).toEqual({
    critique: "",
    text: "old",
    principle: null,
  });
});

test("a changed text needs its critique where the question asks for one", () => {
  const typed = { ...START, text: "new" };
  expect(missingPart(SPEC, "old", typed)).toBe("critique");
  expect(missingPart(SPEC, "old", { ...typed, critique: " " })).toBe("critique");
  expect(missingPart({ ...SPEC, critique: false }, "old", typed)).toBeNull();
  expect(revisionAnswer(SPEC, "old", { ...typed, critique: "rude" })?.text).toBe("new");
});

test("an emptied text is no rewrite, but an empty response may stay as it is", () => {
  expect(missingPart(SPEC, "old", { ...START, critique: "bad", text: " " })).toBe("text");
  expect(missingPart(SPEC, "", START)).toBeNull();
});

test("where there are principles one is chosen, the first too", () => {
  const spec = { ...SPEC, principles: ["Be kind.", "Be brief."] };
  expect(missingPart(spec, "old", START)).toBe("principle");
  expect(revisionAnswer(spec, "old", { ...START, principle: 0 })?.principle).toBe(0);
});
