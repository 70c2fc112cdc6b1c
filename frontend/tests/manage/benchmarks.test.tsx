import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";

import { makeQueryClient } from "@/api/queryClient";
import { Benchmarks } from "@/pages/manage/models/Benchmarks";

afterEach(() => vi.unstubAllGlobals());

const AT = "2026-11-23T10:00:00Z";
const LIST = "/api/v1/projects/helpful/reward-models/4/benchmarks";
const pairs = { name: "pairs.jsonl", form: "RewardBench", reason: "" };
const pointer = { name: "big.jsonl", form: "", reason: "big.jsonl cannot be read: a pointer." };
const estimate = (value: number, n: number) => ({
  value,
  lower: value - 0.04,
  upper: value + 0.04,
  n,
  reason: null,
});
const line = (kind: string, name: string, value: number) => ({
  kind,
  name,
  accuracy: estimate(value, 100),
  floor: 0.5,
  missing: [] as string[],
});
const figures = {
  accuracy: estimate(0.71, 200),
  floor: 0.54,
  missing: ["Reasoning"],
  lines: [line("subset", "alpacaeval-easy", 0.9), line("section", "Chat", 0.8)],
  aggregate: "mean",
  items: 200,
  repeated: 0,
  bad: 1,
  bad_rows: [{ file: "pairs.jsonl", place: 12, reason: "prompt is empty." }],
  unread: [],
  truncated: 3,
  max_tokens: 256,
};
const run = {
  id: 8,
  benchmark: "pairs.jsonl",
  form: "RewardBench",
  state: "done",
  progress: 1,
  message: "200 items scored.",
  heartbeat_at: AT,
  created_at: AT,
  started_at: AT,
  finished_at: AT,
  figures,
};
const running = { ...run, id: 9, state: "running", progress: 0.4, figures: null, finished_at: null };

/** The component alone, against answers by method and path; what was sent is kept. */
function show(list: unknown, answers: Record<string, Response> = {}) {
  const sent: { path: string; body: unknown }[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname: path } = new URL(request.url);
    if (request.method === "GET") {
      return path === LIST ? Response.json(list) : new Response(null, { status: 404 });
    }
    const text = await request.text();
    sent.push({ path, body: text ? JSON.parse(text) : null });
    return (answers[path] ?? Response.json(run)).clone();
  });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={makeQueryClient()}>
        <Benchmarks slug="helpful" model={{ id: 4 }} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return sent;
}

test("without files it says where the operator puts them", async () => {
  show({ runs: [], available: [] });
  expect(await screen.findByText(/There are no benchmark files on this server/)).toBeVisible();
  expect(screen.getByText("BENCHMARKS_DIR")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Run it" })).toBeNull();
});

test("a benchmark that is there is chosen and run; files that are none say why", async () => {
  const sent = show({ runs: [], available: [pairs, pointer] });
  const user = userEvent.setup();
  await user.click(await screen.findByRole("combobox", { name: "Benchmark" }));
  expect(screen.queryByRole("option", { name: /big/ })).toBeNull();
  await user.click(screen.getByRole("option", { name: "pairs.jsonl (RewardBench)" }));
  await user.click(screen.getByRole("button", { name: "Run it" }));
  expect(sent).toEqual([{ path: LIST, body: { benchmark: "pairs.jsonl" } }]);
  await user.click(screen.getByRole("button", { name: "Files that can’t be used" }));
  expect(screen.getByText(/big.jsonl cannot be read: a pointer/)).toBeVisible();
});

test("a running benchmark shows how far it is and is cancelled only after a yes", async () => {
  const sent = show({ runs: [running], available: [pairs] });
  const user = userEvent.setup();
  expect(
    await screen.findByRole("progressbar", { name: "Progress on pairs.jsonl" }),
  ).toHaveAttribute("aria-valuenow", "40");
  expect(screen.queryByRole("button", { name: "Run it" })).toBeNull();
  await user.click(screen.getByRole("button", { name: "Cancel" }));
  expect(sent).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Cancel the run" }));
  expect(sent).toEqual([
    { path: "/api/v1/projects/helpful/benchmark-runs/9/cancel", body: null },
  ]);
});

test("a result has its interval, its subsets with the sections first, and what was left out", async () => {
  show({ runs: [run], available: [pairs] });
  const runs = await screen.findByRole("table", { name: "Runs on benchmarks" });
  expect(within(runs).getByText("71 % (67 % to 75 %)")).toBeVisible();
  const names = () =>
    within(screen.getByRole("table", { name: "Subsets of pairs.jsonl" }))
      .getAllByRole("row")
      .slice(1)
      .map((row) => within(row).getAllByRole("cell")[0]?.textContent);
  expect(names()).toEqual(["Chat", "alpacaeval-easy"]);
  expect(screen.getByText(/The total is without Reasoning, which had no item/)).toBeVisible();
  expect(screen.getByText("pairs.jsonl, row 12: prompt is empty.")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Subsets of pairs.jsonl" }));
  expect(screen.queryByRole("table", { name: "Subsets of pairs.jsonl" })).toBeNull();
});

test("a run that failed says why in its row", async () => {
  const message = "The benchmark failed: There is no benchmark “pairs.jsonl” here.";
  show({ runs: [{ ...run, state: "failed", figures: null, message }], available: [pairs] });
  expect(await screen.findByText(message)).toBeVisible();
});
