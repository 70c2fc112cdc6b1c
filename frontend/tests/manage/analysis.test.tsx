import { cleanup, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";

import { inOrder, shading } from "@/pages/manage/analysis/WhoWithWhom";
import {
  changed,
  leaning,
  ordinal,
  pairWords,
  points,
  rankWords,
  styleWords,
} from "@/pages/manage/analysis/words";

import { FIGURES, POLICIES, analysis, hidden, rater, share } from "./samples";
import { open } from "./server";

afterEach(() => vi.unstubAllGlobals());

const NO_AGREEMENT = { "/agreement": { latest: null, history: [] } };
const NO_TOKENS = { "/tokens": [] };
const LATER = "2026-11-23T10:05:00Z";

const row = (table: HTMLElement, name: string | RegExp) => within(table).getByRole("row", { name });

test("the agreement page sets the coefficients side by side, each with what it takes as chance", async () => {
  open("/agreement", { ...NO_AGREEMENT, "/analysis": analysis() });
  const table = await screen.findByRole("table", { name: "Other ways to correct for chance" });
  expect(row(table, /Raw agreement/)).toHaveTextContent("62 % (52 % to 72 %)");
  expect(row(table, /ordinal/)).toHaveTextContent("0.31 (0.21 to 0.41)Two answers drawn from all");
  expect(row(table, /^Gwet's AC1/)).toHaveTextContent("It stays high there, where α and κ drop.");
  expect(row(table, /Fleiss/)).toHaveTextContent("Chance alone explains all answers.");
  expect(screen.getByText(/^Computed/)).toHaveTextContent("23 Nov 2026");
});

test("whole rankings have W and τ-b beside α, and what guesses would give", async () => {
  open("/agreement", { ...NO_AGREEMENT, "/analysis": analysis() });
  expect(await screen.findByText(/^Whole rankings of 4: α = 0\.44/)).toHaveTextContent(
    "on average over 38 tasks: Kendall's W 0.70 (0.60 to 0.80), which is 1 for equal rankings and 0.5 for two raters who guess; τ-b 0.40 (0.30 to 0.50), which is 0 for guesses.",
  );
});

test("a failed computation says what happened, what was kept and what to do", async () => {
  open("/raters", { "/analysis": { ...analysis(), failed_at: LATER, failure: "MemoryError" } });
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent(/ended .* with “MemoryError”\. The figures below are older/);
  expect(alert).toHaveTextContent("tried again with the next votes, or by “Compute now”");
  expect(screen.getByRole("table", { name: "Raters" })).toBeVisible();
});

test("agreement is parted by week and question, the highest first, but not by an only group", async () => {
  open("/agreement", { ...NO_AGREEMENT, "/analysis": analysis() });
  const questions = await screen.findByRole("img", { name: "Agreement by question" });
  expect(questions).toHaveTextContent(
    /Which is safer\?0\.52 \(0\.42 to 0\.62\)n = 90Which is better\?0\.31/,
  );
  expect(screen.getByRole("img", { name: "Agreement by criterion" })).toHaveTextContent(
    /harmless0\.60.*helpful0\.40/,
  );
  expect(screen.getByRole("img", { name: "Agreement by week" })).toBeVisible();
  expect(screen.queryByText("Agreement by group of prompts")).toBeNull();
});

test("a part with too few votes is named below the plot with the server's reason", async () => {
  const few = "Shown from 30 pairs judged twice; there are 12.";
  const [one, two] = FIGURES.questions;
  const [first, second] = FIGURES.weeks;
  open("/agreement", {
    ...NO_AGREEMENT,
    "/analysis": analysis({
      questions: [one, { ...two, alpha: hidden(12, few) }],
      weeks: [first, { ...second, alpha: hidden(12, few) }],
    }),
  });
  expect(await screen.findByText(/Not shown: Which is safer\?/)).toHaveTextContent(few);
  expect(screen.getByText("Too few data: 1 more week needed.")).toBeVisible();
  expect(screen.getByText(/Not shown: 16 Nov\./)).toHaveTextContent(few);
});

test("AI judges stand apart: among themselves, and people against them", async () => {
  open("/agreement", { ...NO_AGREEMENT, "/analysis": analysis() });
  const among = await screen.findByRole("region", { name: "Among themselves" });
  expect(among).toHaveTextContent("α = 0.60 (0.50 to 0.70)");
  expect(screen.getByRole("region", { name: "People against AI judges" })).toHaveTextContent(
    "58 % (48 % to 68 %)",
  );
  expect(screen.getByRole("region", { name: "The same, beyond chance" })).toHaveTextContent(
    "Fewer than 5 in common.",
  );
  cleanup();
  open("/agreement", { ...NO_AGREEMENT, "/analysis": analysis({ ai: null }) });
  await screen.findByRole("table", { name: "Other ways to correct for chance" });
  expect(screen.queryByRole("heading", { name: "AI judges" })).toBeNull();
});

test("a reviewer reads the agreement and neither asks for nor misses the rest", async () => {
  const answers = { ...NO_AGREEMENT };
  open("/agreement", answers, "reviewer");
  expect(await screen.findByText(/It needs tasks that two raters or more/)).toBeVisible();
  expect(screen.queryByRole("button", { name: "Compute now" })).toBeNull();
  expect(screen.queryByRole("alert")).toBeNull();
  expect(screen.queryByRole("link", { name: "Raters" })).toBeNull();
});

test("what was not computed yet says so, is asked for, and appears by itself", async () => {
  const answers: Record<string, unknown> = {
    "/analysis": analysis(null),
    "POST /analysis": new Response(null, { status: 202 }),
  };
  const sent = open("/raters", answers);
  expect(await screen.findByText(/Not computed yet\./)).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Compute now" }));
  expect(await screen.findByText(/^Being computed\./)).toBeVisible();
  expect(screen.getByRole("button", { name: "Compute now" })).toBeDisabled();
  expect(sent).toEqual([{ method: "POST", path: "/analysis", body: null }]);
});

test("newer figures end the waiting", async () => {
  const answers: Record<string, unknown> = {
    "/analysis": analysis(),
    "POST /analysis": new Response(null, { status: 202 }),
  };
  open("/raters", answers);
  await userEvent.click(await screen.findByRole("button", { name: "Compute now" }));
  expect(await screen.findByText(/^Being computed\./)).toBeVisible();
  const known = globalThis.fetch;
  const newer = { ...analysis(), computed_at: LATER };
  vi.stubGlobal("fetch", async (request: Request) =>
    request.url.endsWith("/analysis") ? Response.json(newer) : known(request),
  );
  expect(await screen.findByText(/^Computed/)).toHaveTextContent(/:05/);
  expect(screen.getByRole("button", { name: "Compute now" })).toBeEnabled();
});

test("a request that the server refuses leaves the figures and the button as they were", async () => {
  const detail = "The queue is full. Try again in a minute.";
  open("/raters", {
    "/analysis": analysis(),
    "POST /analysis": Response.json({ detail }, { status: 409 }),
  });
  await userEvent.click(await screen.findByRole("button", { name: "Compute now" }));
  expect(await screen.findByText(detail)).toBeVisible();
  expect(screen.getByRole("button", { name: "Compute now" })).toBeEnabled();
  expect(screen.getByRole("table", { name: "Raters" })).toBeVisible();
});

test("a fault of the server is told in its words, with a way to try again", async () => {
  const detail = "The figures can't be read at the moment.";
  open("/raters", { "/analysis": Response.json({ detail }, { status: 400 }) });
  expect(await screen.findByRole("alert")).toHaveTextContent(detail);
  expect(screen.getByRole("button", { name: "Try again" })).toBeVisible();
});

test("a rater's row has intervals, marks a side and a change, and leads to the person", async () => {
  const profiles = [
    rater(7, { left: share(0.7, 170), left_excess: 5.2, drift: share(-0.2, 180) }),
    rater(8),
    rater(9),
  ];
  open("/raters", { "/analysis": analysis({ profiles }) });
  const table = await screen.findByRole("table", { name: "Raters" });
  const bob = row(table, /^Bob/);
  expect(bob).toHaveTextContent("20070 %(60 % to 80 %) of 180");
  expect(bob).toHaveTextContent("70 %(60 % to 80 %) of 170leans left");
  expect(bob).toHaveTextContent("−20(−30 to −10) of 180agrees less");
  expect(row(table, /^Chen/)).not.toHaveTextContent(/leans|agrees/);
  expect(within(bob).getByRole("link", { name: "Bob" })).toHaveAttribute(
    "href",
    "/p/helpful/manage/people/7",
  );
  expect(within(table).queryByRole("link", { name: "Former member 9" })).toBeNull();
});

test("a hidden figure gives its reason to the keyboard, too", async () => {
  const reason = "There are fewer than 30 answers, too few for a share.";
  open("/raters", {
    "/analysis": analysis({ profiles: [rater(7, { ties: hidden(12, reason) })] }),
  });
  const why = await screen.findByRole("button", { name: "not shown, why?" });
  why.focus();
  await userEvent.keyboard("{Enter}");
  expect(await screen.findByText(reason)).toBeVisible();
});

test("the head of a column sorts by it, and what is hidden stays last", async () => {
  const profiles = [
    rater(7, { agreement: share(0.5, 90), units: 300 }),
    rater(8, { agreement: share(0.8, 90), units: 200 }),
    rater(9, { agreement: hidden(3, "Too few."), units: 400 }),
  ];
  open("/raters", { "/analysis": analysis({ profiles }) });
  const table = await screen.findByRole("table", { name: "Raters" });
  const order = () =>
    within(table)
      .getAllByRole("row")
      .slice(1)
      .map((each) => within(each).getAllByRole("cell")[0]?.textContent);
  expect(order()).toEqual(["Former member 9", "Bob", "Chen"]);
  const head = within(table).getByRole("button", { name: "Agreement with the others" });
  await userEvent.click(head);
  expect(order()).toEqual(["Chen", "Bob", "Former member 9"]);
  expect(head.closest("th")).toHaveAttribute("aria-sort", "descending");
  await userEvent.click(head);
  expect(order()).toEqual(["Bob", "Chen", "Former member 9"]);
});

test("who agrees with whom is a table of numbers, raw or beyond chance", async () => {
  open("/raters", { "/analysis": analysis() });
  const table = await screen.findByRole("table", { name: "Who agrees with whom" });
  const bob = row(table, /^1\. Bob/);
  expect(
    within(bob)
      .getAllByRole("cell")
      .map((cell) => cell.textContent),
  ).toEqual(["", "70 %of 120", "55 %of 60"]);
  expect(row(table, /^2\. Chen/)).toHaveTextContent("none");
  expect(screen.getByText(/“none”: the two have judged nothing in common\./)).toBeVisible();
  expect(within(table).getByRole("columnheader", { name: "2 Chen" })).toBeVisible();
  await userEvent.click(screen.getByRole("radio", { name: "beyond chance (κ)" }));
  expect(row(table, /^1\. Bob/)).toHaveTextContent("0.42of 120certain");
});

test("unusual pairs are evidence and no verdict; without any the page says so", async () => {
  const pair = {
    first: 7,
    second: 8,
    together: 120,
    same: 110,
    expected: 84.3,
    excess: 5.1,
    q: 0.0004,
  };
  open("/raters", { "/analysis": analysis({ unusual: [pair] }) });
  const item = await screen.findByText(/gave the same answer on 110 of 120/);
  expect(item).toHaveTextContent(
    "Bob and Chen gave the same answer on 110 of 120 comparisons and steps that both judged; their skill and chance explain 84. Of pairs this unusual fewer than 1 in 1,000 would be false alarms (q below 0.001).",
  );
  expect(screen.getByText(/This is evidence and no verdict\./)).toBeVisible();
  cleanup();
  open("/raters", { "/analysis": analysis() });
  expect(await screen.findByText(/^Nothing unusual:/)).toBeVisible();
});

test("without any comparison the page says what will fill it", async () => {
  open("/raters", { "/analysis": analysis({ profiles: [], matrix: [] }) });
  expect(await screen.findByText(/Nobody has compared responses yet\./)).toBeVisible();
  expect(screen.getByText(/No two raters have judged the same yet\./)).toBeVisible();
});

test("the leaderboard has both win rates, ranks that can't be ruled out, and what style gains", async () => {
  open("/policies", { ...NO_TOKENS, "/analysis": analysis() });
  const plot = await screen.findByRole("img", {
    name: "Win rate against the average of the others",
  });
  expect(plot).toHaveTextContent("tuned@3n = 30062 % (52 % to 72 %) · 55 % (45 % to 65 %)");
  expect(plot).toHaveTextContent("as judged");
  expect(plot).toHaveTextContent("at equal style");
  const ranks = screen.getByRole("table", { name: "Ranks of the policies" });
  expect(row(ranks, /^tuned/)).toHaveTextContent(
    "1st; 1st to 2nd can't be ruled out1st; every other rank is ruled out",
  );
  const wins = screen.getByRole("table", { name: "Who beats whom" });
  expect(row(wins, /^1\. tuned@3/)).toHaveTextContent("55 %");
  expect(row(wins, /^2\. base@1/)).toHaveTextContent("31 %");
  expect(
    screen.getByText(
      "A longer response wins 60 % (55 % to 65 %) of decided comparisons: it gains.",
    ),
  ).toBeVisible();
  expect(screen.getByText(/headings: The responses don't differ in this\./)).toBeVisible();
  expect(screen.getByText(/12 comparisons of two responses of one policy/)).toBeVisible();
});

test("what can't be ranked is told in the server's sentences", async () => {
  const incomparable = "The policies fall into 2 groups that no chain of comparisons joins.";
  const why = "All comparisons are of one prompt, so there is no telling how they vary.";
  const policies = POLICIES.policies.map((policy) => ({
    ...policy,
    plain: { ...policy.plain, rank: null, best: null, worst: null },
  }));
  const wins = [
    [0.5, null],
    [null, 0.5],
  ];
  const found = { ...POLICIES, policies, wins, incomparable, no_intervals: why };
  open("/policies", { ...NO_TOKENS, "/analysis": analysis({ policies: found }) });
  expect(await screen.findByText(incomparable)).toBeVisible();
  expect(screen.getByText(why)).toBeVisible();
  expect(screen.getByText(/“apart”: no chain of comparisons joins the two\./)).toBeVisible();
  expect(screen.getAllByRole("button", { name: "not shown, why?" })).toHaveLength(2);
});

test("without two policies the leaderboard says when it will appear, above the way to send responses", async () => {
  open("/policies", { ...NO_TOKENS, "/analysis": analysis({ policies: null }) });
  expect(
    await screen.findByText("It appears once raters have compared responses of two policies."),
  ).toBeVisible();
  const headings = screen.getAllByRole("heading", { level: 2 }).map((each) => each.textContent);
  expect(headings).toEqual(["Leaderboard", "Send responses", "Tokens"]);
});

test("a side is marked from three standard errors, a change where its interval leaves out 0", () => {
  const marks = [2.9, 3, -3.4, null].map((left_excess) => leaning(rater(7, { left_excess })));
  expect(marks).toEqual([null, "leans left", "leans right", null]);
  const changes = [0.2, -0.2, 0.05].map((drift) => changed(rater(7, { drift: share(drift, 90) })));
  expect(changes).toEqual(["agrees more", "agrees less", null]);
  expect([0.042, -0.1, 0.001, -0.001].map(points)).toEqual(["+4", "−10", "0", "0"]);
});

test("ranks are said as people say them", () => {
  expect([1, 2, 3, 4, 11, 12, 13, 21, 22].map(ordinal)).toEqual(
    "1st 2nd 3rd 4th 11th 12th 13th 21st 22nd".split(" "),
  );
  const { plain } = POLICIES.policies[1]!;
  expect(rankWords(plain)).toBe("2nd; 1st to 2nd can't be ruled out");
  expect(rankWords({ ...plain, rank: null, best: null, worst: null })).toBeNull();
});

test("a style effect that may be nothing is not called a gain", () => {
  const [, lists] = POLICIES.style_effects;
  expect(styleWords(lists!)).toBe(
    "A response with more list items wins 50 % (45 % to 55 %) of decided comparisons: no clear gain or loss.",
  );
});

test("the chance of a false alarm keeps its digits where it is small", () => {
  const pair = { first: 7, second: 8, together: 40, same: 35, expected: 25, excess: 3, q: 0.0042 };
  expect(pairWords(pair)).toContain("about 0.4 % would be false alarms (q = 0.004)");
  expect(pairWords({ ...pair, q: 0.04 })).toContain("about 4 % would be false alarms");
});

test("the tint goes by the distance from the average of the pairs that have enough in common", () => {
  const pair = (first: number, second: number, together: number, raw: number) => ({
    ...{ first, second, together, raw },
    kappa: null,
  });
  const pairs = [pair(1, 2, 50, 0.8), pair(1, 3, 50, 0.4), pair(2, 3, 5, 0)];
  const shade = shading(pairs, "raw");
  expect(pairs.map((each) => Math.round(100 * shade(each)) / 100)).toEqual([1, -1, 0]);
  expect(pairs.map(shading(pairs, "kappa"))).toEqual([0, 0, 0]);
  const profiles = [rater(1), rater(2, { units: 300 }), rater(3)];
  expect(inOrder({ matrix: pairs, profiles })).toEqual([2, 1, 3]);
});

test("the consensus says how votes count and is held against what reviewers decided", async () => {
  open("/agreement", { ...NO_AGREEMENT, "/analysis": analysis() });
  expect(await screen.findByText(FIGURES.weighing)).toBeVisible();
  for (const by of ["reviewers", "gold"]) {
    expect(screen.getByRole("img", { name: `Whether it can be believed, by ${by}` })).toBeVisible();
  }
  expect(screen.getByText(/n = 80 pairs or steps whose answer is known/)).toBeVisible();
  expect(screen.getByText(/n = 80 pairs or steps that a reviewer decided/)).toBeVisible();
  cleanup();
  const reason = "There are 3 known answers, too few to say.";
  const calibration = { ...FIGURES.calibration, bins: [], error: null, n: 3, reason };
  open("/agreement", { ...NO_AGREEMENT, "/analysis": analysis({ calibration }) });
  expect(await screen.findByText(reason)).toBeVisible();
});

test("of thousands of raters the first fifty are shown, and more when asked for", async () => {
  const profiles = Array.from({ length: 120 }, (_, i) => rater(1000 + i));
  open("/raters", { "/analysis": analysis({ profiles }) });
  const table = await screen.findByRole("table", { name: "Raters" });
  expect(within(table).getAllByRole("row")).toHaveLength(51);
  expect(screen.getByText("50 of 120 shown")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Show more" }));
  expect(within(table).getAllByRole("row")).toHaveLength(101);
});

test("whole rankings have an agreement of their own, and differences of taste their groups", async () => {
  open("/agreement", { ...NO_AGREEMENT, "/analysis": analysis() });
  expect(await screen.findByText(/^Whole rankings of 4/)).toHaveTextContent(
    "α = 0.44 (0.34 to 0.54) over 38 tasks.",
  );
  cleanup();
  open("/policies", { ...NO_TOKENS, "/analysis": analysis() });
  expect(await screen.findByText("The raters form 2 groups.")).toBeVisible();
  expect(screen.getByText(/^About 70 % of the raters/)).toHaveTextContent(
    "(2 most likely) put small@1 before large@2.",
  );
  cleanup();
  const one = { summary: "One group is enough.", groups: POLICIES.tastes.groups.slice(0, 1) };
  open("/policies", { ...NO_TOKENS, "/analysis": analysis({ policies: { ...POLICIES, tastes: one } }) });
  expect(await screen.findByText("One group is enough.")).toBeVisible();
  expect(screen.queryByText(/^About 70 %/)).toBeNull();
});
