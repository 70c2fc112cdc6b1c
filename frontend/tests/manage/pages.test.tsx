import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";

import { hidden, share } from "./samples";
import { open } from "./server";

afterEach(() => vi.unstubAllGlobals());

const AT = "2026-11-23T10:00:00Z";
const estimate = { value: 0.62, lower: 0.58, upper: 0.66, n: 812, reason: null };
const floor = (name: string, value: number) => ({ name, accuracy: { ...estimate, value } });
const evaluation = {
  comparisons: 812,
  prompts: 301,
  skipped_ties: 96,
  accuracy: estimate,
  nll: estimate,
  ece: 0.034,
  floors: [floor("longer wins", 0.55), floor("style only", 0.56), floor("bag of words", 0.58)],
  learning_curve: [400, 800].map((comparisons) => ({ comparisons, accuracy: estimate })),
  reliability: [0.2, 0.7].map((lower) => ({
    lower,
    upper: lower + 0.1,
    predicted: lower + 0.05,
    observed: lower,
    n: 400,
  })),
  beats_floors: "It beats all three floors.",
};
const run = {
  id: 11,
  state: "done",
  trigger: "nightly",
  stage: "finished",
  progress: 1,
  message: "",
  log: "02:30:01 snapshot 8",
  heartbeat_at: AT,
  created_at: AT,
  started_at: AT,
  finished_at: AT,
  snapshot: 8,
  verdict: "inconclusive",
  verdict_sentence: "The difference is 0.6 points (−1.8 to 3.1).",
  reward_model: null,
  seconds: 652,
  peak_mb: 1480,
  evaluation,
};
test("the agreement page says why there is no number, in place of a number", async () => {
  const none = { value: null, lower: null, upper: null, n: 0, reason: "All answers are the same." };
  const latest = {
    computed_at: AT,
    judgments: 12,
    tasks: 6,
    tasks_overlapping: 3,
    raters: 2,
    alpha: none,
    raw: none,
    tie_share: null,
    left_share: null,
  };
  open("/agreement", { "/agreement": { latest, history: [latest] } });
  expect(await screen.findByText("No α yet: All answers are the same.")).toBeVisible();
  expect(screen.getAllByText("Too few data: 2 more computations needed.")).toHaveLength(2);
});

test("a run's verdict stands in words beside the accuracy and its floors", async () => {
  open("/reward-models/runs/11", { "/training-runs/11": run, "/reward-models": [] });
  expect(await screen.findByText(run.verdict_sentence)).toBeVisible();
  expect(screen.getByText("inconclusive")).toBeVisible();
  expect(
    screen.getByText(
      "It agrees with raters on 62 % (58 % to 66 %) of 812 comparisons about 301 prompts that training never saw. 96 ties left out. It beats all three floors.",
    ),
  ).toBeVisible();
  const floors = screen.getByRole("img", { name: "Accuracy on unseen prompts, beside the floors" });
  for (const name of ["reward model", "longer wins", "style only", "bag of words"]) {
    expect(floors).toHaveTextContent(name);
  }
});

test("a run's page has slices, probes with their limits, and labels worth a second look", async () => {
  const probe = {
    key: "length",
    label: "empty sentences added",
    outcome: "fails",
    limit: 0.25,
    why: "Padding says nothing.",
    effect: share(0.9, 100),
    preferred: share(0.8, 100),
  };
  const evaluation = {
    ...run.evaluation,
    slices: [
      { dimension: "length", name: "length-adverse", accuracy: share(0.4, 50) },
      { dimension: "group", name: "code", accuracy: hidden(12, "Hidden: it takes 30.") },
    ],
    probes: [probe],
    probes_sentence: "It fails 1 of 8 probes for reward hacking.",
    suspects: [{ task: 31, labelled: 0.9, predicted: 0.2 }],
  };
  open("/reward-models/runs/11", {
    "/training-runs/11": { ...run, evaluation },
    "/reward-models": [],
  });
  const probes = await screen.findByRole("table", { name: "Probes for reward hacking" });
  expect(within(probes).getByRole("row", { name: /empty sentences/ })).toHaveTextContent(
    "Padding says nothing.fails0.90 (0.80 to 1.00)0.2580 %100",
  );
  expect(screen.getByText("It fails 1 of 8 probes for reward hacking.")).toBeVisible();
  expect(screen.getByRole("img", { name: "Accuracy by length" })).toHaveTextContent("40 %");
  expect(screen.getByText(/Hidden: it takes 30/)).toBeVisible();
  const doubted = screen.getByRole("table", { name: "Labels that the model doubts" });
  expect(within(doubted).getByRole("link", { name: "31" })).toBeVisible();
  expect(doubted).toHaveTextContent("90 %20 %");
});

test("a running run is cancelled only after a yes", async () => {
  const running = { ...run, state: "running", stage: "embedding", progress: 0.4, evaluation: null };
  const sent = open("/reward-models/runs/11", {
    "/training-runs/11": running,
    "/reward-models": [],
    "POST /training-runs/11/cancel": { ...running, state: "cancelled" },
  });
  await userEvent.click(await screen.findByRole("button", { name: "Cancel the run" }));
  expect(sent).toEqual([]);
  const dialog = await screen.findByRole("dialog", { name: "Cancel this run?" });
  expect(dialog).toHaveTextContent("The champion and all judgments stay as they are.");
  await userEvent.click(within(dialog).getByRole("button", { name: "Cancel the run" }));
  expect(await screen.findByText(/Training run 11 stops/)).toBeVisible();
  expect(sent[0]?.path).toBe("/training-runs/11/cancel");
});

const model = (number: number, champion: boolean) => ({
  id: 10 + number,
  number,
  champion,
  accuracy: share(0.7, 200),
  snapshot: { id: 1, number: 1, sha256: "0".repeat(64) },
  backbone: "small",
  heads: 8,
  run: 1,
  created_at: AT,
  promoted_at: champion ? AT : null,
});

test("answers typed into the scratch pad are scored, the best first, with the chance to win", async () => {
  const score = (mean: number) => ({ reward: mean, mean, lower: mean - 0.2, upper: mean + 0.2 });
  const sent = open("/reward-models", {
    "/training-runs": [],
    "/reward-models": [model(2, true), model(1, false)],
    "POST /score": { model: 2, items: [{ scores: [score(0), score(1)] }] },
  });
  await userEvent.type(await screen.findByLabelText("Prompt"), "Why is it blue?");
  await userEvent.type(screen.getByLabelText("Answer 1"), "It is not.");
  await userEvent.type(screen.getByLabelText("Answer 2"), "Blue light scatters.");
  await userEvent.click(screen.getByRole("button", { name: "Score" }));
  const table = await screen.findByRole("table", { name: "Scores" });
  const rows = within(table).getAllByRole("row").slice(1);
  expect(rows[0]).toHaveTextContent("2. Blue light scatters.1.00 (0.80 to 1.20)73 %");
  expect(rows[1]).toHaveTextContent("1. It is not.0.00 (−0.20 to 0.20)27 %");
  expect(sent[0]?.body).toEqual({
    model: 2,
    aggregate: "mean",
    items: [{ prompt: "Why is it blue?", responses: ["It is not.", "Blue light scatters."] }],
  });
});

test("what keeps the scratch pad from scoring is said beside it", async () => {
  const detail = "The scoring worker did not answer within 60 seconds.";
  open("/reward-models", {
    "/training-runs": [],
    "/reward-models": [model(2, true)],
    "POST /score": Response.json({ detail }, { status: 504 }),
  });
  await userEvent.type(await screen.findByLabelText("Prompt"), "Why?");
  await userEvent.type(screen.getByLabelText("Answer 1"), "Because.");
  await userEvent.click(screen.getByRole("button", { name: "Score" }));
  expect(await screen.findByRole("alert")).toHaveTextContent(detail);
});

test("a refused retrain says what the server said", async () => {
  const detail = "There are no judgments yet. Judge some tasks, then retrain.";
  open("/reward-models", {
    "/training-runs": [],
    "/reward-models": [],
    "POST /training-runs": Response.json({ detail }, { status: 409 }),
  });
  await userEvent.click(await screen.findByRole("button", { name: "Train" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: /^Quick run/ }));
  expect(await screen.findByText(detail)).toBeVisible();
});

test("an import lists the lines it refused, and why", async () => {
  const file = {
    id: 3,
    name: "pairs.jsonl",
    format: "hh",
    state: "done",
    bytes_total: 100,
    bytes_read: 100,
    tasks_added: 12,
    tasks_known: 1,
    votes_added: 0,
    bad_lines: 300,
    rejected: [{ line: 17, reason: "“chosen” is missing." }],
    message: "",
    created_at: AT,
    finished_at: AT,
  };
  open("/data", { "/imports": [file], "/snapshots": [] });
  expect(
    await screen.findByText("12 tasks added, 1 already there, 0 votes added, 300 lines refused."),
  ).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Show the refused lines" }));
  expect(screen.getByText("“chosen” is missing.")).toBeVisible();
  expect(screen.getByText("299 more lines refused; the first 1 are listed.")).toBeVisible();
});
