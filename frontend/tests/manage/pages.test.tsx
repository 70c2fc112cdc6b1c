import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";

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
const person = {
  id: 7,
  name: "Bob",
  kind: "person",
  role: "rater",
  judgments: 12,
  last_judgment_at: AT,
  left_share: 0.5,
  tie_share: 0.2,
  median_seconds: 40,
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

test("a simulated rater is marked, a person is not", async () => {
  const simulated = { ...person, id: 8, name: "sim-1", kind: "simulated" };
  open("/people", { "/people": [person, simulated] });
  const row = (await screen.findByText("sim-1")).closest("tr")!;
  expect(within(row).getByText("simulated")).toBeVisible();
  expect(screen.getAllByText("simulated")).toHaveLength(1);
  expect(within(row).queryByRole("button")).toBeNull();
});

test("pausing somebody is one press, and the page says who is paused", async () => {
  const paused = { ...person, paused_at: "2026-05-01T10:00:00Z" };
  const sent = open("/people", { "/people": [person], "PATCH /people/7": paused });
  await userEvent.click(await screen.findByRole("button", { name: `Pause ${person.name}` }));
  await vi.waitFor(() => expect(sent[0]).toMatchObject({ body: { paused: true } }));
  expect(await screen.findByText(/is lent no more tasks/)).toBeVisible();
});

test("a paused person is marked and can be resumed", async () => {
  open("/people", { "/people": [{ ...person, paused_at: "2026-05-01T10:00:00Z" }] });
  expect(await screen.findByText("paused")).toBeVisible();
  expect(screen.getByRole("button", { name: `Resume ${person.name}` })).toBeVisible();
});

test("an invitation shows its sign-in link, and closing it forgets the link", async () => {
  const url = "http://localhost/sign-in/secret";
  const sent = open("/people", {
    "/people": [],
    "POST /people": { person, sign_in_url: url },
  });
  await userEvent.click(await screen.findByRole("button", { name: "Invite" }));
  const dialog = await screen.findByRole("dialog");
  await userEvent.type(within(dialog).getByLabelText(/^Name/), "Bob");
  await userEvent.type(within(dialog).getByLabelText(/^User name/), "bob");
  await userEvent.click(within(dialog).getByRole("button", { name: "Invite" }));
  expect(await within(dialog).findByLabelText("Sign-in link")).toHaveValue(url);
  expect(within(dialog).getByRole("button", { name: "Copy" })).toBeVisible();
  expect(sent[0]).toMatchObject({ body: { name: "Bob", username: "bob", role: "rater" } });
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByDisplayValue(url)).toBeNull();
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

test("a refused retrain says what the server said", async () => {
  const detail = "There are no judgments yet. Judge some tasks, then retrain.";
  open("/reward-models", {
    "/training-runs": [],
    "/reward-models": [],
    "POST /training-runs": Response.json({ detail }, { status: 409 }),
  });
  await userEvent.click(await screen.findByRole("button", { name: "Retrain now" }));
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

test("text of a task that looks like a script is shown and never run", async () => {
  const task = {
    id: 9,
    k: 2,
    prompt_excerpt: "",
    source: "import",
    overlap: 3,
    judgments: 0,
    live_leases: 0,
    flagged: false,
    entropy: null,
    created_at: AT,
    recorded_ranks: [2, 1],
    prompt: [{ role: "user", content: "Hello" }],
    responses: [
      { id: 1, text: "<img src=x onerror=alert(1)> one", policy: "m@1" },
      { id: 2, text: "two", policy: null },
    ],
    votes: [],
    posterior: null,
  };
  open("/tasks/9", { "/tasks/9": task });
  expect(await screen.findByText("Response 1 by m@1")).toBeVisible();
  expect(document.querySelector("[onerror], main img")).toBeNull();
  expect(screen.getByText(/2 better than 1 \(as the file said/)).toBeVisible();
  expect(screen.getByText("Nobody has judged this task yet.")).toBeVisible();
});
