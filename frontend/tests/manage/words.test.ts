import { expect, test } from "vitest";

import type { Agreement, Project } from "@/api/types";
import { pushExample } from "@/pages/manage/pushExample";
import { changesOf, draftOf, lacksNumber } from "@/pages/manage/settings/projectFields";
import { scheduleWords } from "@/pages/manage/settings/ScheduleForm";
import { ROUND_FIELDS, WORK_FIELDS } from "@/pages/manage/settings/workFields";
import { taskSearch } from "@/pages/manage/taskSearch";
import {
  accuracyWords,
  agreementSentence,
  alphaMeaning,
  detailWords,
  entropyWords,
  ofAll,
  rankingWords,
  rawSentence,
  sourceWords,
} from "@/pages/manage/words";

import { PROJECT } from "./samples";

const estimate = { value: 0.31, lower: 0.27, upper: 0.35, n: 412, reason: null };
const none = { value: null, lower: null, upper: null, n: 0, reason: "No task has two answers." };
const agreement: Agreement = {
  computed_at: "2026-11-23T04:00:00Z",
  judgments: 900,
  tasks: 500,
  tasks_overlapping: 412,
  raters: 12,
  alpha: estimate,
  raw: { ...estimate, value: 0.53, lower: 0.5, upper: 0.56 },
  tie_share: 0.2,
  left_share: 0.5,
};

test("agreement is said in words, with its interval and what it rests on", () => {
  expect(agreementSentence(agreement)).toBe(
    "α = 0.31 (0.27 to 0.35) on 412 tasks judged twice or more: usual for preferences.",
  );
  expect(rawSentence(agreement)).toBe(
    "Two raters of the same task give the same answer 53 % of the time (50 % to 56 %).",
  );
});

test("a missing agreement gives its reason", () => {
  expect(agreementSentence({ ...agreement, alpha: none })).toBe(
    "No α yet: No task has two answers.",
  );
});

test("α of real preference data is called usual, and one below 0 is called out", () => {
  // 8,931 votes about language models and 2,805 about music: measured α, ordinal.
  expect([0.2884, 0.2435].map(alphaMeaning)).toEqual(Array(2).fill("usual for preferences"));
  expect(alphaMeaning(-0.05)).toContain("below chance");
  expect(alphaMeaning(0.7)).toContain("very high");
});

test("an accuracy that was not measured says so", () => {
  expect(accuracyWords(null)).toBe("not measured");
  expect(accuracyWords(none)).toBe("No task has two answers.");
  expect(accuracyWords(estimate)).toBe("31 % (27 % to 35 %)");
});

test("a ranking is said by the numbers of its responses", () => {
  expect(rankingWords([2, 1])).toBe("2 better than 1");
  expect(rankingWords([1, 2], 3)).toBe("1 much better than 2");
  expect(rankingWords([1, 2], 1)).toBe("1 slightly better than 2");
  expect(rankingWords([1, 1])).toBe("1 and 2 tied");
  expect(rankingWords([2, 1, 2, 3])).toBe("2 first, 1 and 3 tied second, 4 third");
});

test("a response that was left out is never a tie", () => {
  expect(rankingWords([0, 1, 0, 2])).toBe("2 first, 4 second, 1 and 3 left out");
  expect(rankingWords([1, -1, -1])).toBe("1 first, 2 and 3 left out");
  expect(rankingWords([0, 0])).toBe("nothing placed");
});

test("how open a task is, is said against the most that it can be", () => {
  expect(entropyWords(null)).toBe("not judged yet");
  expect(entropyWords(Math.log(3))).toBe("wide open: 1.10 nats of at most 1.10");
  expect(entropyWords(0.1)).toBe("nearly settled: 0.10 nats of at most 1.10");
});

test("where a task came from is said", () => {
  expect(sourceWords({ source: "import" })).toBe("an import");
  expect(sourceWords({ source: "round" })).toBe("a round");
});

test("the detail of an audit entry reads as text, whatever its shape", () => {
  expect(detailWords("number 5")).toBe("number 5");
  expect(detailWords({ number: 3, reason: "better" })).toBe("number: 3, reason: better");
  expect(detailWords(null)).toBe("");
});

test("a share of nothing is not a division by zero", () => {
  expect([ofAll(3, 12), ofAll(0, 0)]).toEqual(["3 of 12 (25 %)", "0 of 0"]);
});

test("the address keeps only filters that the page knows", () => {
  expect(taskSearch({ status: "open", source: "any", order: "newest", x: 1 })).toEqual({
    status: "open",
  });
});

test("the schedule is said in UTC", () => {
  const schedule = { enabled: true, hour: 2, minute: 5, next_run_at: null };
  expect(scheduleWords(schedule)).toBe("On: every day at 02:05 UTC.");
  expect(scheduleWords({ ...schedule, enabled: false })).toContain("Off");
});

test("the curl example is one request whose body is JSON", () => {
  const example = pushExample("https://example.org", "helpful");
  const body: unknown = JSON.parse(/-d '([^']*)'/.exec(example)?.[1] ?? "");
  expect(body).toMatchObject({ policy: "my-model", items: [{}, {}] });
  expect(example).toContain("https://example.org/api/v1/projects/helpful/responses");
});

test("saving the settings sends only what was changed, in the server's units", () => {
  const project = PROJECT as unknown as Project;
  const fields = [...WORK_FIELDS, ...ROUND_FIELDS];
  const draft = draftOf(project, fields);
  expect(changesOf(draft, project, fields)).toEqual({});
  const changed = { ...draft, random_share: 45, gold_floor: 62.5, daily_target: 60 };
  expect(changesOf(changed, project, fields)).toEqual({
    random_share: 0.45,
    gold_floor: 0.625,
    daily_target: 60,
  });
});

test("a share that a percentage can't write exactly is not changed by opening the form", () => {
  const project = { ...PROJECT, confidence: 2 / 3 } as unknown as Project;
  expect(changesOf(draftOf(project, WORK_FIELDS), project, WORK_FIELDS)).toEqual({});
});

test("emptying a number that may be empty sends null, and one that may not keeps the form", () => {
  const project = { ...PROJECT, budget: 900 } as unknown as Project;
  const draft = { ...draftOf(project, WORK_FIELDS), budget: "" };
  expect(changesOf(draft, project, WORK_FIELDS)).toEqual({ budget: null });
  expect(lacksNumber(draft, WORK_FIELDS)).toBe(false);
  expect(lacksNumber({ ...draft, overlap: "" }, WORK_FIELDS)).toBe(true);
});
