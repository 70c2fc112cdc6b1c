import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";

import { forecastWords } from "@/pages/manage/overview/forecastWords";
import { flagNeed } from "@/pages/manage/overview/needs";

import { PROJECT, PROPOSAL, question, task } from "./samples";
import { open } from "./server";

afterEach(() => vi.unstubAllGlobals());

const forecast = {
  judgments: 900,
  places_open: 120,
  expected: 150.4,
  budget: null,
  budget_left: null,
  per_day: 50.1,
  days: 3.002,
};

test("the forecast names what is open, what is to come and how long that takes", () => {
  expect(forecastWords(forecast)).toBe(
    "900 judged, 120 places open, about 150 still to come. At this week's pace of 50 a day that takes about 4 days.",
  );
  expect(forecastWords({ ...forecast, budget: 1000, budget_left: 100 })).toContain(
    "100 of the budget of 1,000 left.",
  );
  expect(forecastWords({ ...forecast, days: null, per_day: 0 })).toContain("there is no pace");
  expect(forecastWords({ ...forecast, places_open: 0, expected: 0, days: 0 })).toBe(
    "900 judged, no place open: nothing is to come.",
  );
});

test("flagged tasks need a manager until they are decided", () => {
  const page = (...results: ReturnType<typeof task>[]) => ({ results, next: null });
  const flagged = (id: number, decided = false) => ({ ...task("comparison"), id, decided });
  expect(flagNeed(page(flagged(1, true)))).toBeNull();
  expect(flagNeed(page(flagged(1, true), flagged(2)))).toEqual({
    text: "Task 2 was flagged by a rater.",
    page: "tasks/2",
  });
  const many = { ...page(flagged(2), flagged(3)), next: "3" };
  expect(flagNeed(many)).toEqual({
    text: "2 tasks or more flagged by raters.",
    page: "tasks",
    search: { status: "flagged" },
  });
});

test("what needs the manager is counted and one click away", async () => {
  const counts = {
    prompts: 1,
    responses: 2,
    tasks: 1,
    tasks_open: 1,
    tasks_judged: 0,
    judgments: 0,
    raters: 0,
    late: 0,
    imports_running: 0,
  };
  open("", {
    "/overview": {
      counts,
      days: [],
      agreement: null,
      champion: null,
      last_run: null,
      last_round: null,
      needs: [],
    },
    "/forecast": forecast,
    "/disputes": { results: [task("comparison"), task("comparison")], next: null },
    "/appeals": [
      { id: 5, state: "open" },
      { id: 6, state: "upheld" },
    ],
    "/proposals": [PROPOSAL],
    "/tasks": { results: [task("comparison"), task("comparison")], next: null },
  });
  const text = await screen.findByText("1 appeal against a reviewer's decision to answer.");
  const link = within(text.parentElement!).getByRole("link");
  expect(link).toHaveAttribute("href", "/p/helpful/manage/disputes/appeals");
  expect(screen.getByText(/^2 disputes: raters differ/)).toBeVisible();
  expect(screen.getByText("1 proposal about raters to confirm or dismiss.")).toBeVisible();
  const flagged = screen.getByText("2 tasks flagged by raters.");
  expect(within(flagged.parentElement!).getByRole("link")).toHaveAttribute(
    "href",
    "/p/helpful/manage/tasks?status=flagged",
  );
  expect(screen.getByText(/^900 judged, 120 places open/)).toBeVisible();
});

test("a new project is sent with the question of its template", async () => {
  const sent = open("/projects", {
    "/api/v1/projects": [],
    "POST /api/v1/projects": PROJECT,
  });
  await userEvent.click(await screen.findByRole("button", { name: "New project" }));
  const dialog = await screen.findByRole("dialog");
  await userEvent.type(within(dialog).getByLabelText(/^Name/), "Dialogue");
  await userEvent.click(within(dialog).getByRole("radio", { name: "Helpful and harmless" }));
  await userEvent.click(within(dialog).getByRole("button", { name: "Make the project" }));
  await vi.waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]?.body).toMatchObject({
    name: "Dialogue",
    question: { kind: "comparison", spec: { k_max: 2, criteria: ["Helpful", "Harmless"] } },
  });
});

test("a file goes to the question that was chosen, where there are several", async () => {
  const sent: FormData[] = [];
  class Request {
    upload = {};
    status = 0;
    onload: (() => void) | null = null;
    open() {}
    setRequestHeader() {}
    send(form: FormData) {
      sent.push(form);
    }
  }
  vi.stubGlobal("XMLHttpRequest", Request);
  open("/data", {
    "/imports": [],
    "/snapshots": [],
    "/questions": [question("comparison"), question("steps", { id: 4 })],
  });
  await userEvent.click(await screen.findByRole("combobox", { name: "Question" }));
  await userEvent.click(await screen.findByRole("option", { name: "For “About steps” (steps)" }));
  const input = document.querySelector<HTMLInputElement>("input[type=file]")!;
  await userEvent.upload(input, new File(["{}"], "steps.jsonl"));
  await vi.waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]?.get("question")).toBe("4");
});
