import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";

import { AT, task } from "./samples";
import { open } from "./server";

afterEach(() => vi.unstubAllGlobals());

const none = { results: [], next: null };
const NOTHING = { sent: 0, waiting: 0, decided: 0, dismissed: 0, not_work: 0 };
const request = {
  id: 4,
  task: task("comparison"),
  reason: "The model of run 12 finds response 2 the better one (93 %).",
  by: "Mia",
  created_at: AT,
};
const rest = { "/disputes": none, "/appeals": [] };

test("a requested task leads to its page and says why and by whom it is asked for", async () => {
  open("/disputes", { ...rest, "/review-requests": { results: [request], next: null } });
  const table = await screen.findByRole("table", { name: "Tasks asked for" });
  expect(within(table).getByRole("link", { name: "9" })).toHaveAttribute(
    "href",
    "/p/helpful/manage/tasks/9",
  );
  expect(table).toHaveTextContent(request.reason);
  expect(table).toHaveTextContent("by Mia");
});

test("a reviewer finds a label right, and the list is read again", async () => {
  const answers: Record<string, unknown> = {
    ...rest,
    "/review-requests": { results: [request], next: null },
    "POST /review-requests/4/dismiss": new Response(null, { status: 204 }),
  };
  const sent = open("/disputes", answers, "reviewer");
  await userEvent.click(await screen.findByRole("button", { name: "Label is right: task 9" }));
  expect(await screen.findByText(/The label of task 9 stays/)).toBeVisible();
  expect(sent.map(({ path }) => path)).toEqual(["/review-requests/4/dismiss"]);
});

test("tasks are asked for by their numbers, with a reason", async () => {
  const sent = open("/disputes", {
    ...rest,
    "/review-requests": none,
    "POST /review-requests": { ...NOTHING, sent: 1, waiting: 1 },
  });
  expect(await screen.findByText(/Nothing is asked for/)).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Ask for a review" }));
  const form = within(await screen.findByRole("form", { name: "Ask for a review" }));
  await userEvent.type(form.getByLabelText(/^Tasks/), "31, x");
  expect(form.getByText("These are no task numbers.")).toBeVisible();
  await userEvent.clear(form.getByLabelText(/^Tasks/));
  await userEvent.type(form.getByLabelText(/^Tasks/), "31, 40");
  await userEvent.type(form.getByLabelText(/^Reason/), "Both look swapped.");
  await userEvent.click(form.getByRole("button", { name: "Send to review" }));
  expect(await screen.findByText("1 task sent to review; 1 waiting already.")).toBeVisible();
  expect(sent[0]?.body).toEqual({ tasks: [31, 40], reason: "Both look swapped." });
});

test("an unknown task is told at the numbers", async () => {
  const message = "There is no task 31 in this project. Nothing was sent to review.";
  open("/disputes", {
    ...rest,
    "/review-requests": none,
    "POST /review-requests": Response.json(
      { detail: message, errors: { tasks: [message] } },
      { status: 400 },
    ),
  });
  await userEvent.click(await screen.findByRole("button", { name: "Ask for a review" }));
  await userEvent.type(await screen.findByLabelText(/^Tasks/), "31");
  await userEvent.type(screen.getByLabelText(/^Reason/), "Swapped.");
  await userEvent.click(screen.getByRole("button", { name: "Send to review" }));
  await vi.waitFor(() =>
    expect(screen.getByLabelText(/^Tasks/)).toHaveAccessibleDescription(/no task 31/),
  );
});
