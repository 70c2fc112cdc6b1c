import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";

import { compareSearch } from "@/pages/manage/models/compareSearch";
import { chance, comparisonSentence, points, whoIsRight } from "@/pages/manage/models/compareWords";

import { AT, share } from "./samples";
import { open } from "./server";

afterEach(() => vi.unstubAllGlobals());

const model = (number: number, part: object = {}) => ({
  id: 10 + number,
  number,
  champion: false,
  accuracy: share(0.7, 200),
  snapshot: { id: 1, number: 4, sha256: "ab".repeat(32) },
  backbone: "small",
  heads: 8,
  run: 31,
  created_at: AT,
  promoted_at: null,
  roll_back_to: null,
  tier: "nightly",
  provenance: null,
  ...part,
});
const CHAMPION = { champion: true, promoted_at: AT, roll_back_to: 1 };
const MODELS = [model(3, CHAMPION), model(2), model(1, { promoted_at: AT })];

const evaluation = {
  comparisons: 812,
  prompts: 301,
  skipped_ties: 0,
  accuracy: share(0.7, 812),
  nll: share(0.6, 812),
  ece: 0.034,
  floors: [{ name: "style only", accuracy: share(0.6, 812) }],
  learning_curve: [],
  reliability: [],
  beats_floors: "It is not shown to be better than “style only”.",
};
const detail = (number: number, part: object = {}) => ({
  ...model(number),
  verdict: "inconclusive",
  verdict_sentence: "Inconclusive: it is not shown to beat the style floor.",
  evaluation,
  ...part,
});
const NO_BENCHMARKS = { runs: [], available: [] };

/** The page of model `number`, which is id `10 + number`. */
const page = (number: number, part: object = {}, answers: object = {}) =>
  open(`/reward-models/${10 + number}`, {
    [`/reward-models/${10 + number}`]: detail(number, part),
    [`/reward-models/${10 + number}/benchmarks`]: NO_BENCHMARKS,
    "/reward-models": MODELS,
    ...answers,
  });

const row = (task: number, part: object = {}) => ({
  task,
  prompt_excerpt: `Prompt of ${task}`,
  first: "One.",
  second: "Two.",
  consensus: 0.8,
  margin_a: 1,
  margin_b: -1,
  agree: false,
  ...part,
});
const comparison = (part: object = {}) => ({
  a: 3,
  b: 2,
  tasks: 120,
  prompts: 40,
  comparisons: 120,
  skipped_ties: 2,
  accuracy_a: share(0.71, 120),
  accuracy_b: share(0.65, 120),
  difference: { value: 0.06, lower: 0.012, upper: 0.101, n: 120, reason: null },
  agreement: share(0.83, 120),
  rank_correlation: share(0.6, 120),
  rows: [row(41), row(42, { agree: true, margin_b: 0.5 })],
  ...part,
});

test("a model's page has its verdict, what it was made from, and its evaluation", async () => {
  page(2);
  expect(await screen.findByRole("heading", { name: "Reward model 2" })).toBeVisible();
  expect(screen.getByText("inconclusive")).toBeVisible();
  expect(screen.getByText(/not shown to beat the style floor/)).toBeVisible();
  expect(screen.getByText(/not shown to be better than “style only”/)).toBeVisible();
  expect(screen.getByText("snapshot 4")).toBeVisible();
  expect(screen.getByText("abababababab")).toBeVisible();
  expect(screen.getByRole("link", { name: "run 31" })).toHaveAttribute(
    "href",
    "/p/helpful/manage/reward-models/runs/31",
  );
  expect(screen.queryByText("Hardware")).not.toBeInTheDocument();
  expect(screen.queryByText("Brier score (0 is best)")).not.toBeInTheDocument();
  expect(screen.queryByRole("button", { name: /Roll back/ })).not.toBeInTheDocument();
  expect(
    await screen.findByRole("link", { name: "Compare with the champion" }),
  ).toHaveAttribute("href", "/p/helpful/manage/reward-models/compare?a=2&b=3");
});

test("what newer runs note is shown where it is there", async () => {
  const provenance = {
    code_version: "0.2.0",
    seed: 7,
    hardware: "2 cores",
    seconds: 130,
    device_seconds: 1_250,
    config: { heads: 8 },
  };
  const criteria = [
    { name: "harmless", accuracy: share(0.7, 90), nll: share(0.6, 90), weight: 0.4 },
  ];
  const more = { ...evaluation, brier: share(0.2, 812), temperature: 1.31, criteria };
  page(2, { provenance, evaluation: more });
  expect(await screen.findByText("2 min 10 s")).toBeVisible();
  expect(screen.getByText("1,250 device-seconds")).toBeVisible();
  expect(screen.getByText("0.20 (0.10 to 0.30)")).toBeVisible();
  expect(screen.getByText("1.31")).toBeVisible();
  const table = screen.getByRole("table", { name: "By criterion" });
  expect(within(table).getByRole("row", { name: /harmless/ })).toHaveTextContent("40 %");
  await userEvent.click(screen.getByRole("button", { name: "Show its settings" }));
  expect(screen.getByText(/"heads": 8/)).toBeVisible();
});

test("a model whose run measured nothing says so", async () => {
  page(2, { evaluation: null });
  expect(await screen.findByText(/Its run measured nothing/)).toBeVisible();
});

test("the champion is rolled back after one yes", async () => {
  const sent = page(3, CHAMPION, { "POST /reward-models/rollback": model(1, { champion: true }) });
  await userEvent.click(await screen.findByRole("button", { name: "Roll back to model 1" }));
  expect(sent).toEqual([]);
  const dialog = await screen.findByRole("dialog", { name: "Roll back to reward model 1?" });
  expect(dialog).toHaveTextContent("Model 3 is kept and can be promoted again.");
  await userEvent.click(within(dialog).getByRole("button", { name: "Roll back" }));
  expect(await screen.findByText("Reward model 1 is the champion again.")).toBeVisible();
  expect(sent).toEqual([{ method: "POST", path: "/reward-models/rollback", body: { to: 1 } }]);
});

test("a refused roll-back says what the server said", async () => {
  const said = "The champion has changed meanwhile. Nothing was changed; look again.";
  page(3, CHAMPION, {
    "POST /reward-models/rollback": Response.json({ detail: said }, { status: 409 }),
  });
  await userEvent.click(await screen.findByRole("button", { name: "Roll back to model 1" }));
  await userEvent.click(await screen.findByRole("button", { name: "Roll back" }));
  expect(await screen.findByText(said)).toBeVisible();
});

test("a champion that its run didn't promote is said to be promoted by hand", async () => {
  page(3, CHAMPION);
  expect(await screen.findByText(/somebody promoted it by hand/)).toBeVisible();
});

test("a champion without another that served offers no way back", async () => {
  page(3, { ...CHAMPION, verdict: "promote", roll_back_to: null });
  expect(await screen.findByText("champion")).toBeVisible();
  expect(screen.queryByRole("button", { name: /Roll back/ })).not.toBeInTheDocument();
  expect(screen.queryByRole("button", { name: "Promote" })).not.toBeInTheDocument();
  expect(screen.queryByText(/by hand/)).not.toBeInTheDocument();
});

test("two models that are ticked in the list lead to their comparison; a third replaces the first", async () => {
  open("/reward-models", { "/training-runs": [], "/reward-models": MODELS });
  const table = await screen.findByRole("table", { name: "Models" });
  for (const number of [1, 2, 3]) {
    await userEvent.click(within(table).getByLabelText(`Compare model ${number}`));
  }
  expect(within(table).getByLabelText("Compare model 1")).not.toBeChecked();
  expect(screen.getByRole("link", { name: "Compare models 3 and 2" })).toHaveAttribute(
    "href",
    "/p/helpful/manage/reward-models/compare?a=3&b=2",
  );
  expect(screen.getByRole("button", { name: "Roll back to model 1" })).toBeVisible();
  expect(within(table).getByRole("link", { name: "Model 2" })).toHaveAttribute(
    "href",
    "/p/helpful/manage/reward-models/12",
  );
});

test("a comparison has its figures, and the disagreements with links to their tasks", async () => {
  open("/reward-models/compare?a=3&b=2", {
    "/reward-models": MODELS,
    "/reward-models/compare": comparison(),
  });
  expect(
    await screen.findByText(
      "Model 3 is right on 71 % of 120 comparisons about 40 prompts, model 2 on 65 %. The difference is +6.0 (+1.2 to +10.1) points: model 3 is better. 2 ties left out.",
    ),
  ).toBeVisible();
  expect(screen.getByText(/neither has learnt from any of them/)).toBeVisible();
  expect(screen.getByRole("region", { name: "Same preference" })).toHaveTextContent("83 %");
  const table = screen.getByRole("table", { name: "Comparison by comparison" });
  const rows = within(table).getAllByRole("row").slice(1);
  expect(rows[0]).toHaveTextContent("41model 380 %73 %27 %Prompt of 411. One.2. Two.");
  expect(rows[1]).toHaveTextContent("both80 %73 %62 %");
  expect(within(table).getByRole("link", { name: "41" })).toHaveAttribute(
    "href",
    "/p/helpful/manage/tasks/41",
  );
});

test("a comparison says what it waits for, and asks again only when told to", async () => {
  const asked: string[] = [];
  const answers = { "/reward-models": MODELS, "/reward-models/compare": comparison() };
  open("/reward-models/compare?a=3&b=2", answers);
  const answered = globalThis.fetch;
  let release = () => undefined as void;
  const held = new Promise<void>((resolve) => (release = resolve));
  vi.stubGlobal("fetch", async (request: Request) => {
    if (new URL(request.url).pathname.endsWith("/compare")) {
      asked.push(request.url);
      await held;
      if (asked.length === 1) {
        return Response.json({ detail: "As many requests as it takes." }, { status: 503 });
      }
    }
    return answered(request);
  });
  expect(await screen.findByText(/score up to 200 judged tasks/)).toBeVisible();
  release();
  expect(await screen.findByRole("alert")).toHaveTextContent("As many requests as it takes.");
  expect(asked).toHaveLength(1);
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText(/model 3 is better/)).toBeVisible();
  await waitFor(() => expect(asked).toHaveLength(2));
});

test("a comparison of one model, or with itself, says what is missing", async () => {
  open("/reward-models/compare?a=3&b=3", { "/reward-models": MODELS });
  expect(await screen.findByText(/the same model twice/)).toBeVisible();
});

test("one model alone can't be compared", async () => {
  open("/reward-models/compare", { "/reward-models": [model(1)] });
  expect(await screen.findByText(/this project has 1/)).toBeVisible();
});

test("the address names two models by numbers, and nothing else", () => {
  expect(compareSearch({ a: "3", b: 2, c: 1 })).toEqual({ a: 3, b: 2 });
  expect(compareSearch({ a: "x", b: -1 })).toEqual({});
});

test("a difference is told as better only where its interval leaves 0 out and prompts suffice", () => {
  const told = (lower: number | null, upper: number | null, prompts = 40) =>
    comparisonSentence(
      comparison({
        prompts,
        difference: { value: 0.02, lower, upper, n: 120, reason: null },
      }) as Parameters<typeof comparisonSentence>[0],
    );
  expect(told(0.01, 0.03)).toContain("model 3 is better");
  expect(told(-0.03, -0.01)).toContain("model 2 is better");
  expect(told(-0.01, 0.05)).toContain("the interval holds 0, so neither is shown to be better");
  expect(told(0.01, 0.03, 5)).toContain("so few prompts (5; it takes 6) tell nothing");
  expect(told(null, null)).toContain("tell nothing");
});

test("points are signed, margins are chances, and the raters say who is right", () => {
  expect([points(0.0612), points(-0.005), points(0), points(null)]).toEqual([
    "+6.1",
    "−0.5",
    "0.0",
    "–",
  ]);
  expect(chance(0)).toBe(0.5);
  expect(chance(Math.log(3))).toBeCloseTo(0.75);
  const right = (a: number, b: number) =>
    whoIsRight({ ...row(1), margin_a: a, margin_b: b }, 3, 2);
  expect([right(1, 1), right(1, -1), right(-1, 1), right(-1, 0)]).toEqual([
    "both",
    "model 3",
    "model 2",
    "neither",
  ]);
});
