import { beforeEach, expect, test } from "vitest";

import {
  draftFrom,
  dropDraft,
  EMPTY_DRAFT,
  isUntouched,
  readDraft,
  sweepDrafts,
  writeDraft,
  type Draft,
} from "@/lib/drafts";

const store = window.localStorage;
const DRAFT = { ...EMPTY_DRAFT, choices: { "": "A2" }, note: "because" };

beforeEach(() => store.clear());

test("a draft comes back as it was typed", () => {
  writeDraft(store, 1, 5, DRAFT);
  expect(readDraft(store, 1, 5)).toEqual(DRAFT);
});

test("drafts of one person aren't shown to another at the same browser", () => {
  writeDraft(store, 1, 5, DRAFT);
  expect(readDraft(store, 2, 5)).toBeNull();
});

test("a dropped draft is gone", () => {
  writeDraft(store, 1, 5, DRAFT);
  dropDraft(store, 1, 5);
  expect(readDraft(store, 1, 5)).toBeNull();
});

test("a draft of an older version keeps the parts that still fit, and never breaks the form", () => {
  const gone = { choice: "A2", places: { 5: 1 }, labels: 7 };
  const old = { ...gone, tags: ["clear"], note: "so", revision: 0 };
  store.setItem("tiebreak.draft.1.5", JSON.stringify({ at: Date.now(), draft: old }));
  expect(readDraft(store, 1, 5)).toEqual({ ...EMPTY_DRAFT, tags: ["clear"], note: "so" });
});

test.each([null, 3, "text", [], {}, { revision: "1" }])("%j is no draft", (kept) => {
  expect(draftFrom(kept)).toBeNull();
});

test("a draft that was kept on the server comes back through JSON as it was", () => {
  const draft = { ...DRAFT, text: "new", principle: 0, labels: [1, null, -1 as const], pasted: 9 };
  expect(draftFrom(JSON.parse(JSON.stringify(draft)))).toEqual(draft);
});

test("a damaged draft is no draft", () => {
  store.setItem("tiebreak.draft.1.5", "{");
  expect(readDraft(store, 1, 5)).toBeNull();
});

test("drafts older than two weeks are swept, newer ones and other keys stay", () => {
  writeDraft(store, 1, 5, DRAFT);
  store.setItem("other", "x");
  const day = 24 * 3_600_000;
  sweepDrafts(store, Date.now() + 13 * day);
  expect(readDraft(store, 1, 5)).not.toBeNull();
  sweepDrafts(store, Date.now() + 15 * day);
  expect(readDraft(store, 1, 5)).toBeNull();
  expect(store.getItem("other")).toBe("x");
});

test("a draft with nothing in its parts is untouched, whatever time and pastes it counts", () => {
  const rows = { boards: { "": {} }, ratings: { 4: {} } };
  const cleared = { ...rows, labels: [null, null], reasons: { 1: "" } };
  expect(isUntouched(EMPTY_DRAFT)).toBe(true);
  expect(isUntouched({ ...EMPTY_DRAFT, ...cleared, active_ms: 900, pasted: 3 })).toBe(true);
});

test.each<Partial<Draft>>([
  { choices: { Helpful: "A2" } },
  { boards: { "": { 4: 1 } } },
  { ratings: { 4: { Helpful: 0 } } },
  { labels: [0] },
  { text: "rewritten" },
  { principle: 0 },
  { tags: ["clear"] },
])("a draft with %j is touched", (part) => {
  expect(isUntouched({ ...EMPTY_DRAFT, ...part })).toBe(false);
});
