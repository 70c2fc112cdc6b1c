import { beforeEach, expect, test } from "vitest";

import {
  dropDraft,
  EMPTY_DRAFT,
  isUntouched,
  readDraft,
  sweepDrafts,
  writeDraft,
} from "@/lib/drafts";

const store = window.localStorage;
const DRAFT = { ...EMPTY_DRAFT, choice: "A2", note: "because" };

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

test("a draft without a choice, a place, a tag or a note is untouched", () => {
  expect(isUntouched(EMPTY_DRAFT)).toBe(true);
  expect(isUntouched({ ...EMPTY_DRAFT, active_ms: 900 })).toBe(true);
  expect(isUntouched({ ...EMPTY_DRAFT, places: { 4: 1 } })).toBe(false);
  expect(isUntouched({ ...EMPTY_DRAFT, tags: ["clear"] })).toBe(false);
});
