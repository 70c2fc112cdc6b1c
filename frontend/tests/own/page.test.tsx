import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";

import type { OwnFigures, Share } from "@/api/own";

import { NOBODY, open, PROJECT, sessionOf, writes, type Answers } from "./server";

afterEach(() => vi.unstubAllGlobals());

const SESSION = "GET /api/v1/session";
const none: Share = {
  value: null,
  lower: null,
  upper: null,
  n: 0,
  reason: "There is nothing to count yet.",
};
const figures: OwnFigures = {
  days: [
    { day: "2026-11-22", done: 3 },
    { day: "2026-11-23", done: 39 },
  ],
  median_seconds: 40,
  agreement: { value: 0.72, lower: 0.64, upper: 0.79, n: 130, reason: null },
  checks: { value: 1, lower: 0.2065, upper: 1, n: 1, reason: null },
  consistency: none,
  training: null,
};

function arrive(own: OwnFigures, answers: Answers = {}) {
  const known: Answers = { [SESSION]: sessionOf(["helpful", "rater"]), ...answers };
  const sent = open("/p/helpful/me", { [`GET ${PROJECT}/work/own`]: own, ...known });
  return { sent };
}

/** The card that a heading names. */
async function card(name: string): Promise<HTMLElement> {
  return (await screen.findByRole("heading", { name })).closest("section")!;
}

test("a share stands with its interval, what it rests on and how to read it", async () => {
  arrive(figures);
  const agreement = await card("Agreement with the others");
  expect(agreement).toHaveTextContent("72 % (64 % to 79 %)");
  expect(agreement).toHaveTextContent("n = 130 comparisons with the others.");
  expect(agreement).toHaveTextContent("How often you say what most others say");
  expect(await card("Known answers")).toHaveTextContent("n = 1 task with a known answer.");
});

test("where there is nothing to count the page says why, and shows no number", async () => {
  arrive(figures);
  const again = await card("Same answer again");
  expect(again).toHaveTextContent("There is nothing to count yet.");
  expect(again).toHaveTextContent("It appears after the first such task.");
  expect(again).not.toHaveTextContent("n = 0");
  expect(again.querySelector("svg")).toBeNull();
});

test("the pace is a plot by day with its n, and a time in words", async () => {
  arrive(figures);
  expect(await screen.findByRole("img", { name: "Tasks judged by day" })).toHaveTextContent("39");
  expect(screen.getByText("n = 42 judgments in 2 days.")).toBeVisible();
  expect(screen.getByText(/^About 40 s a task/)).toBeVisible();
});

test("somebody who has judged nothing is told so in place of an empty plot", async () => {
  const days = figures.days.map(({ day }) => ({ day, done: 0 }));
  arrive({ ...figures, days, median_seconds: null });
  expect(await screen.findByText("You judged nothing in the last 2 days.")).toBeVisible();
  expect(screen.getByText(/^No time is measured yet/)).toBeVisible();
});

test("training stands on top while it lasts, and not after it", async () => {
  const training = { done: 4, right: 3, needed: 10, right_needed: 7 };
  arrive({ ...figures, training });
  expect(await screen.findByText(/4 of 10 training tasks done, 3 right/)).toHaveTextContent(
    "work begins at 7 of 10 right.",
  );
});

test("who is at work sees nothing of training", async () => {
  arrive(figures);
  await card("Known answers");
  expect(screen.queryByText(/training/)).toBeNull();
});

test("the data are one link away", async () => {
  arrive(figures);
  const link = await screen.findByRole("link", { name: "Download my data" });
  expect(link).toHaveAttribute("href", `${PROJECT}/work/own/export`);
  expect(link).toHaveAttribute("download");
});

async function askToLeave(): Promise<HTMLElement> {
  await userEvent.click(await screen.findByRole("button", { name: "Leave the project" }));
  return screen.findByRole("dialog", { name: "Leave The helpful project?" });
}

test("leaving says what stays and what ends, and waits for a yes", async () => {
  const { sent } = arrive(figures);
  const dialog = await askToLeave();
  expect(dialog).toHaveTextContent("What you judged stays in the project.");
  expect(dialog).toHaveTextContent("your account ends");
  await userEvent.click(within(dialog).getByRole("button", { name: "Stay" }));
  expect(writes(sent)).toEqual([]);
});

test("whoever is in another project too is not told that the account ends", async () => {
  arrive(figures, { [SESSION]: sessionOf(["helpful", "rater"], ["other", "rater"]) });
  const dialog = await askToLeave();
  expect(dialog).toHaveTextContent("You can't undo this yourself.");
  expect(dialog).not.toHaveTextContent("your account ends");
});

test("leaving the only project ends at the sign-in page", async () => {
  const answers: Answers = {
    [SESSION]: sessionOf(["helpful", "rater"]),
    [`GET ${PROJECT}/work/own`]: figures,
    [`POST ${PROJECT}/work/leave`]: new Response(null, { status: 204 }),
  };
  const sent = open("/p/helpful/me", answers);
  const dialog = await askToLeave();
  answers[SESSION] = NOBODY;
  await userEvent.click(within(dialog).getByRole("button", { name: "Leave the project" }));
  await vi.waitFor(() => expect(window.location.pathname).toBe("/sign-in"));
  expect(writes(sent)).toEqual(["POST projects/helpful/work/leave"]);
  expect(screen.getByText(/^You have left The helpful project/)).toBeVisible();
});

test("the only owner is told in the dialog why they can't leave", async () => {
  const why = "This is the project's only owner: nobody could manage it. Add another owner first.";
  const body = { detail: `person: ${why}`, errors: { person: [why] } };
  arrive(figures, {
    [`POST ${PROJECT}/work/leave`]: Response.json(body, { status: 400 }),
  });
  const dialog = await askToLeave();
  await userEvent.click(within(dialog).getByRole("button", { name: "Leave the project" }));
  expect(await within(dialog).findByRole("alert")).toHaveTextContent(why);
  expect(window.location.pathname).toBe("/p/helpful/me");
});

test("the person's menu leads to the own page", async () => {
  arrive(figures);
  await userEvent.click(await screen.findByRole("button", { name: "Alice" }));
  expect(await screen.findByRole("menuitem", { name: "My figures" })).toHaveAttribute(
    "href",
    "/p/helpful/me",
  );
});
