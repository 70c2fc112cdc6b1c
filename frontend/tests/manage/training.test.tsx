import { readFileSync } from "node:fs";

import { MantineProvider } from "@mantine/core";
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";

import { ApiError } from "@/api/client";
import { legendRows, StepLines } from "@/components/plots/StepLines";
import { aboutTime, FAILURES } from "@/pages/manage/models/runWords";
import { TrainingFields } from "@/pages/manage/settings/TrainingFields";
import { draftOf, planFaults, planOf } from "@/pages/manage/settings/trainingDraft";
import { PLAN_FIELDS, QUICK_FIELDS, type PlanField } from "@/pages/manage/settings/trainingFields";

import { AT, PROJECT, share } from "./samples";
import { open } from "./server";

afterEach(() => vi.unstubAllGlobals());

const RUN = {
  id: 11,
  tier: "full",
  state: "running",
  failure: null,
  trigger: "drift",
  stage: "fine-tuning",
  progress: 0.4,
  message: "",
  log: "",
  heartbeat_at: AT,
  created_at: AT,
  started_at: AT,
  finished_at: null,
  snapshot: 8,
  verdict: null,
  verdict_sentence: "",
  reward_model: null,
  seconds: null,
  peak_mb: null,
  members: 3,
  evaluation: null,
};
const PLAN = { nightly: {}, full: { lora_rank: null }, weekly: false, grown: null, drifted: null };

const point = (member: number, step: number, loss: number) => ({
  member,
  step,
  steps: 40,
  loss,
  learning_rate: 2e-5,
  pairs_per_second: 12.34,
  seconds_left: 700,
});
const POINTS = [point(0, 20, 0.7), point(0, 40, 0.6), point(1, 20, 0.65), point(1, 30, 0.55)];

const runPage = (run: object, points: object[] = POINTS) =>
  open("/reward-models/runs/11", {
    "/training-runs/11": { ...RUN, ...run },
    "/training-runs/11/points": points,
    "/reward-models": [],
  });

const settings = (more: object = {}) => ({
  "/api/v1/projects/helpful": PROJECT,
  "": PROJECT,
  "/questions": [],
  "/schedule": { enabled: false, hour: 2, minute: 0, next_run_at: null },
  "/audit": [],
  "/training-plan": PLAN,
  ...more,
});

test("a fine-tune tells its network, its speed and what is left while it is on", async () => {
  runPage({});
  expect(await screen.findByText("2 of 3")).toBeVisible();
  expect(screen.getByText("30 of 40")).toBeVisible();
  expect(screen.getByText("12.3")).toBeVisible();
  expect(screen.getByText("about 12 minutes")).toBeVisible();
  const drawing = screen.getByRole("img", { name: "Loss by step" });
  expect(drawing.querySelectorAll("path")).toHaveLength(2);
  expect(drawing).toHaveTextContent("network 1network 2");
});

test("the curve of a cancelled fine-tune stays, without a forecast", async () => {
  runPage({ state: "cancelled", message: "Cancelled." });
  expect(await screen.findByRole("img", { name: "Loss by step" })).toBeVisible();
  expect(screen.getByText("n = 4 steps drawn, of 2 networks.", { exact: false })).toBeVisible();
  expect(screen.queryByText("about 12 minutes")).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Show table" }));
  const table = screen.getByRole("table", { name: "Loss by step" });
  expect(within(table).getByRole("row", { name: /^network 2 30/ })).toHaveTextContent(
    "network 2300.5502.00e-512.340",
  );
});

test("a quick run has no fine-tuning", async () => {
  runPage({ tier: "nightly", trigger: "button" });
  expect(await screen.findByText("a person")).toBeVisible();
  expect(screen.queryByRole("heading", { name: "Fine-tuning" })).toBeNull();
});

test("a failed run has its cause by name, what to do, and its own message", async () => {
  const message = "The run failed while at “fine-tuning”: no space.";
  runPage({ state: "failed", failure: "disk full", message }, []);
  const alert = await screen.findByRole("alert", { name: "The run failed" });
  expect(within(alert).getByText("disk full")).toBeVisible();
  expect(alert).toHaveTextContent(FAILURES["disk full"].remedy);
  expect(alert).toHaveTextContent(message);
  expect(await screen.findByText("It ended before its first step.")).toBeVisible();
});

test("a full run's results stand without a learning curve and without suspects", async () => {
  const estimate = share(0.62, 812);
  const evaluation = {
    comparisons: 812,
    prompts: 301,
    skipped_ties: 0,
    accuracy: estimate,
    nll: estimate,
    brier: estimate,
    ece: 0.03,
    temperature: 1.2,
    floors: [{ name: "longer wins", accuracy: estimate }],
    learning_curve: [],
    reliability: [],
    beats_floors: "It beats the floor.",
    slices: [],
    probes: null,
    suspects: null,
    criteria: null,
  };
  runPage({ state: "done", verdict: "promote", verdict_sentence: "Better.", evaluation });
  expect(await screen.findByText(/It beats the floor\./)).toBeVisible();
  expect(screen.queryByRole("heading", { name: "Labels that the model doubts" })).toBeNull();
});

test("the list of runs tells the kind, the cause of a failure and what began it", async () => {
  const failed = { ...RUN, state: "failed", failure: "worker lost" };
  open("/reward-models", {
    "/training-runs": [failed, { ...RUN, id: 10, state: "done", tier: "nightly" }],
    "/reward-models": [],
  });
  const table = await screen.findByRole("table", { name: "Training runs" });
  const [, first, second] = within(table).getAllByRole("row");
  expect(first).toHaveTextContent("11fullfailedworker lost");
  expect(first).toHaveTextContent("the champion's drift");
  expect(second).toHaveTextContent("10quickdone");
});

test("the menu starts the kind of run that was chosen", async () => {
  const sent = open("/reward-models", {
    "/training-runs": [],
    "/reward-models": [],
    "POST /training-runs": { ...RUN, state: "queued" },
  });
  await userEvent.click(await screen.findByRole("button", { name: "Train" }));
  expect(await screen.findByRole("menuitem", { name: /^Quick run.*minutes/ })).toBeVisible();
  await userEvent.click(screen.getByRole("menuitem", { name: /^Full run.*hours on a CPU/ }));
  await vi.waitFor(() => expect(sent[0]?.body).toEqual({ tier: "full" }));
  expect(await screen.findByText("Training run 11 is queued.")).toBeVisible();
});

test("a plan is sent with what was filled in and without what was left as usual", async () => {
  const sent = open("/settings", settings({ "PUT /training-plan": PLAN }));
  const save = await screen.findByRole("button", { name: "Save how it trains" });
  expect(save).toBeDisabled();
  await userEvent.click(screen.getByLabelText(/^Once a week/));
  await userEvent.type(screen.getByLabelText(/^After so many new judgments/), "500");
  await userEvent.click(screen.getByText("More settings"));
  await userEvent.click(screen.getByLabelText(/^Recompute activations/));
  await userEvent.click(save);
  await vi.waitFor(() =>
    expect(sent[0]?.body).toEqual({
      nightly: {},
      full: { checkpoint_activations: true },
      weekly: true,
      grown: 500,
      drifted: null,
    }),
  );
});

test("a learning rate is written as papers write it, and words are no number", async () => {
  const sent = open("/settings", settings({ "PUT /training-plan": PLAN }));
  const rate = await screen.findByLabelText(/^Learning rate/);
  expect(rate).toHaveAttribute("placeholder", "2e-5");
  await userEvent.type(rate, "six");
  expect(rate).toHaveAccessibleDescription(/Give a number above 0/);
  const save = screen.getByText("Save how it trains");
  expect(save.closest("button")).toBeDisabled();
  await userEvent.clear(rate);
  await userEvent.type(rate, "6e-5");
  await userEvent.click(save);
  await vi.waitFor(() => expect(sent[0]?.body).toMatchObject({ full: { learning_rate: 6e-5 } }));
});

test("a choice that is its default is left out of the plan", async () => {
  const set = vi.fn();
  const path = "nightly.strength";
  const shown = (value: string) => (
    <MantineProvider env="test">
      <TrainingFields fields={QUICK_FIELDS} draft={{ [path]: value }} faults={{}} set={set} />
    </MantineProvider>
  );
  const { rerender } = render(shown(""));
  const choice = screen.getByRole("combobox", { name: "Strength of preference" });
  expect(choice).toHaveValue("Ignored");
  await userEvent.click(choice);
  await userEvent.click(await screen.findByRole("option", { name: "Margin (Llama 2)" }));
  expect(set).toHaveBeenLastCalledWith({ [path]: "margin" });
  rerender(shown("margin"));
  await userEvent.click(choice);
  await userEvent.click(await screen.findByRole("option", { name: "Ignored" }));
  expect(set).toHaveBeenLastCalledWith({ [path]: "" });
});

test("a fault among the settings that were shut is shown at its field", async () => {
  const full = ["objective: centring: Too small.", "non_field_errors: Choose another batch."];
  const body = { detail: "full: …", errors: { full } };
  open("/settings", settings({ "PUT /training-plan": Response.json(body, { status: 400 }) }));
  await userEvent.type(await screen.findByLabelText(/^Epochs/), "2");
  expect(screen.queryByLabelText(/^Centring/)).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Save how it trains" }));
  const centring = await screen.findByLabelText(/^Centring/);
  expect(centring).toHaveAccessibleDescription(/Too small\./);
  expect(centring).toHaveFocus();
  expect(screen.getByText("Choose another batch.")).toBeVisible();
});

test("a plan comes out of the form as it went in", () => {
  const plan = {
    nightly: {
      strength: "scale" as const,
      label_smoothing: 0.1,
      combine: { "to the point": 0.7, kind: -0.3 },
    },
    full: {
      epochs: 2,
      max_tokens: 1024,
      learning_rate: 0.00003,
      members: 4,
      bootstrap: true,
      lora_rank: 16,
      precision: "bfloat16" as const,
      objective: { centring: 0.01, contrastive: 0.5 },
    },
    weekly: true,
    grown: 200,
    drifted: 1.5,
  };
  expect(planOf(draftOf(plan))).toEqual(plan);
});

test("faults are found at their fields, however deep the server has them", () => {
  const fields = {
    full: ["epochs: Too few."],
    grown: ["Too small."],
    nightly: ["label_smoothing: No."],
  };
  expect(planFaults(new ApiError(400, "…", fields))).toEqual({
    at: { "full.epochs": "Too few.", grown: "Too small.", "nightly.label_smoothing": "No." },
    elsewhere: null,
  });
  expect(planFaults(new ApiError(500, "It broke.")).elsewhere).toBe("It broke.");
});

const QUICK = readFileSync("../rm_training/ml/config.py", "utf-8");
const CONFIG = readFileSync("../rm_training/ml/finetune/config.py", "utf-8");
const [OBJECTIVE = "", FULL = ""] = CONFIG.split("class FinetuneConfig");

function sourceOf(path: string): string {
  if (path.startsWith("nightly.")) return QUICK;
  return path.startsWith("full.objective.") ? OBJECTIVE : FULL;
}

/** The trainer's own default of a field, as the form words it. */
function trainersDefault({ path }: PlanField): string {
  const name = path.split(".").at(-1) ?? "";
  const found = new RegExp(`^    ${name}: .*? = (.*)$`, "m").exec(sourceOf(path))?.[1] ?? "";
  return found === "None" ? "none: all weights" : found.replaceAll('"', "");
}

test("an empty field shows the default that the trainer has", () => {
  const settings = PLAN_FIELDS.filter(({ kind, path }) => path.includes(".") && kind !== "weights");
  expect(settings).toHaveLength(17);
  for (const field of settings) {
    const usual = field.kind === "switch" ? "False" : field.usual;
    const trainers = trainersDefault(field);
    const same = Number.isNaN(Number(usual)) ? trainers : Number(trainers);
    expect(same, field.path).toBe(Number.isNaN(Number(usual)) ? usual : Number(usual));
  }
});

test("time left is told in one unit", () => {
  expect([30, 60, 700, 5300, 6000, 90_000, 400_000].map(aboutTime)).toEqual([
    "less than a minute",
    "about 1 minute",
    "about 12 minutes",
    "about 88 minutes",
    "about 2 hours",
    "about 25 hours",
    "about 5 days",
  ]);
});

test("the first step of the next network is a dot, and the seventh line is dashed", () => {
  const line = (name: string, ...heights: number[]) => ({
    name,
    points: heights.map((y, i) => ({ x: i + 1, y })),
  });
  const lines = Array.from({ length: 7 }, (_, i) => line(`network ${i + 1}`, 0.7, 0.6));
  render(
    <MantineProvider env="test">
      <StepLines
        title="Loss by step"
        reading="Lower is better."
        n="n = 15 steps"
        series={[...lines, line("network 8", 0)]}
        last={2}
        xLabel="step"
        yLabel="loss"
        format={(value) => value.toFixed(2)}
        table={{ columns: [], rows: [] }}
      />
    </MantineProvider>,
  );
  const drawing = screen.getByRole("img", { name: "Loss by step" });
  const dashes = [...drawing.querySelectorAll("path")].map((path) =>
    path.getAttribute("stroke-dasharray"),
  );
  expect(dashes).toEqual([null, null, null, null, null, null, "6 3"]);
  const axis = [...drawing.querySelectorAll("text")].find((text) => text.textContent === "0.00");
  const [dot] = drawing.querySelectorAll("circle");
  // A label stands four pixels below its tick.
  expect(Number(dot?.getAttribute("cy"))).toBeCloseTo(Number(axis?.getAttribute("y")) - 4);
});

test("a legend takes as many rows as it needs", () => {
  const names = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ name: `network ${i + 1}` }));
  expect(legendRows(names(3), 1000)).toHaveLength(1);
  const rows = legendRows(names(9), 250);
  expect(rows.map((row) => row.length)).toEqual([2, 2, 2, 2, 1]);
  expect(rows.flat()).toEqual(names(9));
});
