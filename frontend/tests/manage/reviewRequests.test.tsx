import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";

import { nextOf } from "@/pages/manage/task/task";

import { AT, task } from "./samples";
import { open } from "./server";

afterEach(() => vi.unstubAllGlobals());

const none = { results: [], next: null };
const NOTHING = { sent: 0, waiting: 0, decided: 0, dismissed: 0, not_work: 0 };
const request = {
  id: 4,
  task: task("comparison"),
  reason: "The model of run 12, which had not seen the prompt, doubts this label.",
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

const asked = {
  id: 4,
  reason: request.reason,
  by: "Mia",
  created_at: AT,
  closed_at: null,
  dismissed: false,
};
const AGAIN = { ...asked, closed_at: "2026-11-24T10:00:00Z" };
const page = (review: object | null) => ({ "/tasks/9": task("comparison", { review }) });
/** The queue: 11 and 9 are asked for, 9 and 12 seen differently by their raters. */
const queue = {
  "/review-requests": {
    results: [11, 9].map((id) => ({ ...request, id, task: task("comparison", { id }) })),
    next: null,
  },
  "/disputes": { results: [9, 12].map((id) => task("comparison", { id })), next: null },
};

test("the task's page says that it waits for a reviewer, why and by whom it was asked for", async () => {
  open("/tasks/9", page(asked), "reviewer");
  const notice = await screen.findByRole("alert", { name: "Waits for a reviewer" });
  expect(notice).toHaveTextContent(asked.reason);
  expect(notice).toHaveTextContent(/Asked for by Mia on 23 Nov 2026/);
  expect(notice).not.toHaveTextContent("A reviewer");
});

test.each([
  ["found the label right", { ...AGAIN, dismissed: true, by: null }],
  ["decided the task", AGAIN],
])("a review that is over says that a reviewer %s", async (outcome, review) => {
  open("/tasks/9", page(review));
  const notice = await screen.findByRole("alert", { name: "A review was asked for" });
  expect(notice).toHaveTextContent(`A reviewer ${outcome} on 24 Nov 2026`);
  expect(notice).toHaveTextContent(review.by ? "Asked for by Mia on" : "Asked for on");
  expect(screen.queryByRole("button", { name: "Label is right" })).toBeNull();
});

test("a task that nobody asked about has no notice", async () => {
  open("/tasks/9", page(null));
  await screen.findByRole("heading", { name: "Decision" });
  expect(screen.queryByRole("alert")).toBeNull();
  expect(screen.queryByRole("button", { name: "Label is right" })).toBeNull();
});

test("the next dispute after a right label is the one that the list has after it", async () => {
  const sent = open("/tasks/9", {
    ...page(asked),
    ...queue,
    "POST /review-requests/4/dismiss": new Response(null, { status: 204 }),
  });
  await userEvent.click(await screen.findByRole("button", { name: "Label is right" }));
  // 11 stands before it and was passed over; 9 is in both lists, and itself.
  expect(await screen.findByRole("link", { name: "Next dispute" })).toHaveAttribute(
    "href",
    "/p/helpful/manage/tasks/12",
  );
  expect(sent.map(({ path }) => path)).toEqual(["/review-requests/4/dismiss"]);
});

test("the next dispute after a decision may be one that was asked for", async () => {
  open("/tasks/12", {
    "/tasks/12": task("comparison", { id: 12 }),
    ...queue,
    "POST /tasks/12/decision": task("comparison", { id: 12, decided: true }),
  });
  await userEvent.click(await screen.findByRole("button", { name: "Decide" }));
  await userEvent.click(screen.getByRole("radio", { name: "B much better" }));
  await userEvent.type(screen.getByLabelText(/^Explanation/), "It is true.");
  expect(screen.queryByRole("link", { name: "Next dispute" })).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Save the decision" }));
  // 12 ends the list, so it begins anew.
  expect(await screen.findByRole("link", { name: "Next dispute" })).toHaveAttribute(
    "href",
    "/p/helpful/manage/tasks/11",
  );
});

test.each([
  ["the one after it", [1, 3, 4], [1, 2, 3, 4], 2, 3],
  ["the one after that, where somebody else was faster", [1, 4], [1, 2, 3, 4], 2, 4],
  ["the first at the end", [1, 3], [1, 3, 4], 4, 1],
  ["the first where it was in no list", [1, 3], [1, 3], 9, 1],
  ["the next, not itself while it is still listed", [2, 3], [2, 3], 2, 3],
  ["none where nothing else waits", [2], [2], 2, null],
])("of the waiting tasks the next is %s", (_, waiting, before, done, next) => {
  expect(nextOf(waiting, before, done)).toBe(next);
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
