import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";

import { AT, EMPTY_ANSWER, task, vote } from "./samples";
import { open } from "./server";

afterEach(() => vi.unstubAllGlobals());

const first = {
  ranks: [
    { response: 21, rank: 1 },
    { response: 22, rank: 2 },
  ],
  strength: 3,
};
const second = {
  ranks: [
    { response: 21, rank: 2 },
    { response: 22, rank: 1 },
  ],
  strength: 1,
};

test("text of a task that looks like a script is shown and never run", async () => {
  const responses = [
    { id: 1, text: "<img src=x onerror=alert(1)> one", policy: "m@1" },
    { id: 2, text: "two", policy: null },
  ];
  open("/tasks/9", { "/tasks/9": task("comparison", { recorded_ranks: [2, 1], responses }) });
  expect(await screen.findByText("Response 1 by m@1")).toBeVisible();
  expect(document.querySelector("[onerror], main img")).toBeNull();
  expect(screen.getByText(/2 better than 1 \(as the file said/)).toBeVisible();
  expect(screen.getByText("Nobody has judged this task yet.")).toBeVisible();
});

test("earlier revisions are folded under the one that counts, and decisions are marked", async () => {
  const votes = [
    vote({ id: 2, answer: second, revision: 2 }),
    vote({ id: 1, answer: first, newest: false }),
    vote({ id: 3, answer: first, rater: "Rita", decision: true, note: "It answers." }),
  ];
  open("/tasks/9", { "/tasks/9": task("comparison", { votes, judgments: 1 }) });
  const bob = await screen.findByRole("article", { name: "Answer of Bob" });
  expect(within(bob).getByText("2 slightly better than 1")).toBeVisible();
  expect(within(bob).queryByText("1 much better than 2")).toBeNull();
  await userEvent.click(within(bob).getByRole("button", { name: "Show 1 earlier revision" }));
  expect(within(bob).getByText("1 much better than 2")).toBeVisible();
  const rita = screen.getByRole("article", { name: "Answer of Rita" });
  expect(within(rita).getByText("decision")).toBeVisible();
  expect(within(rita).getByText("Explanation: It answers.")).toBeVisible();
});

test("steps are numbered, judged steps named, and each has its posterior", async () => {
  const answer = { labels: [1, -1], reasons: [{ step: 1, text: "Two is two." }] };
  open("/tasks/9", {
    "/tasks/9": task("steps", {
      votes: [vote({ id: 1, answer, shown: [0] })],
      steps: [
        { step: 0, right: 0.8, neutral: 0.1, wrong: 0.1 },
        { step: 1, right: 0.1, neutral: 0.1, wrong: 0.8 },
      ],
    }),
  });
  const step = await screen.findByRole("region", { name: "Step 2" });
  expect(step).toHaveTextContent("Two is three.");
  expect(screen.getByText("step 2 wrong; step 1 right")).toBeVisible();
  expect(screen.getByText("step 2: Two is two.")).toBeVisible();
  expect(
    screen.getByRole("img", { name: "Step 2: right 10 %, neutral 10 %, wrong 80 %" }),
  ).toBeVisible();
});

test("a rating is said by response and criterion, with the words that were marked", async () => {
  const answer = {
    ratings: [{ response: 21, criterion: "Helpful", value: 4 }],
    marks: [{ response: 21, category: "error", start: 12, end: 25, note: "no" }],
  };
  open("/tasks/9", { "/tasks/9": task("rating", { votes: [vote({ id: 1, answer })] }) });
  expect(await screen.findByText("1: Helpful 4")).toBeVisible();
  expect(screen.getByText("2: not rated")).toBeVisible();
  expect(screen.getByText("1, error: “Two is three.” (no)")).toBeVisible();
});

test("a revision shows the critique and what the rewrite changed", async () => {
  const answer = { critique: "Two is wrong.", text: "One is one.\nTwo is two." };
  open("/tasks/9", {
    "/tasks/9": task("revision", { votes: [vote({ id: 1, answer, shown: [0] })] }),
  });
  expect(await screen.findByText("Critique: Two is wrong.")).toBeVisible();
  const changes = screen.getByRole("group", { name: "Changes to the original" });
  expect(changes.querySelector("del")).toHaveTextContent("three");
  expect(changes.querySelector("ins")).toHaveTextContent("two");
  expect(screen.queryByText("What raters mean together")).toBeNull();
  expect(screen.getByText(/A revision has no right answer/)).toBeVisible();
});

test("the leases say who skipped the task and why, and what was flagged", async () => {
  const lease = { leased_at: AT, lease_expires_at: AT, skip_reason: "", flagged: false, note: "" };
  open("/tasks/9", {
    "/tasks/9": task("comparison", {
      leases: [
        { ...lease, rater: "Bob", state: "skipped", skip_reason: "unclear" },
        { ...lease, rater: "Eve", state: "leased", flagged: true, note: "Cut off." },
      ],
      meta: { topic: "counting" },
    }),
  });
  const table = await screen.findByRole("table", { name: "Who had this task" });
  expect(within(table).getByText("skipped it: the task is unclear")).toBeVisible();
  expect(within(table).getByText("Eve").closest("tr")).toHaveTextContent("Flagged: Cut off.");
  expect(screen.getByText(/"topic": "counting"/)).toBeVisible();
});

test("a reviewer decides with the rater's form, and not without an explanation", async () => {
  const given = task("comparison");
  const sent = open(
    "/tasks/9",
    { "/tasks/9": given, "POST /tasks/9/decision": { ...given, decided: true } },
    "reviewer",
  );
  await userEvent.click(await screen.findByRole("button", { name: "Decide" }));
  expect(screen.queryByRole("button", { name: "Set a known answer" })).toBeNull();
  expect(screen.getByText("Here A is response 1 and B is response 2.")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Save the decision" }));
  expect(screen.getByText("Choose first, then submit.")).toBeVisible();
  await userEvent.click(screen.getByRole("radio", { name: "B much better" }));
  await userEvent.click(screen.getByRole("button", { name: "Save the decision" }));
  expect(screen.getByText("Write the explanation first.")).toBeVisible();
  expect(sent).toEqual([]);
  await userEvent.type(screen.getByLabelText(/^Explanation/), "It is true.");
  await userEvent.click(screen.getByRole("button", { name: "Save the decision" }));
  await vi.waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]?.body).toMatchObject({
    answer: {
      ranks: [
        { response: 21, rank: 2 },
        { response: 22, rank: 1 },
      ],
      strength: 3,
    },
    explanation: "It is true.",
  });
  expect(await screen.findByText(/^Decided\./)).toBeVisible();
});

test("deciding again starts from the decision there is", async () => {
  const votes = [
    vote({ id: 3, answer: first, rater: "Rita", decision: true, note: "It answers." }),
  ];
  open("/tasks/9", { "/tasks/9": task("comparison", { votes, decided: true }) });
  await userEvent.click(await screen.findByRole("button", { name: "Decide again" }));
  expect(screen.getByRole("radio", { name: "A much better" })).toBeChecked();
  expect(screen.getByLabelText(/^Explanation/)).toHaveValue("It answers.");
});

test("a refused decision says why beside the form and keeps what was typed", async () => {
  const detail = "You have judged this task yourself: somebody else has to decide it.";
  open("/tasks/9", {
    "/tasks/9": task("comparison"),
    "POST /tasks/9/decision": Response.json({ detail }, { status: 409 }),
  });
  await userEvent.click(await screen.findByRole("button", { name: "Decide" }));
  await userEvent.click(screen.getByRole("radio", { name: "Tie" }));
  await userEvent.type(screen.getByLabelText(/^Explanation/), "Both are.");
  await userEvent.click(screen.getByRole("button", { name: "Save the decision" }));
  const decision = (await screen.findByLabelText(/^Explanation/)).closest("section")!;
  expect(await within(decision).findByText(detail)).toBeVisible();
  expect(screen.getByLabelText(/^Explanation/)).toHaveValue("Both are.");
});

test("a manager makes an unjudged task part of the training", async () => {
  const given = task("comparison");
  const sent = open("/tasks/9", {
    "/tasks/9": given,
    "PUT /tasks/9/known-answer": { ...given, purpose: "training" },
  });
  await userEvent.click(await screen.findByRole("button", { name: "Set a known answer" }));
  await userEvent.click(screen.getByRole("radio", { name: "A better" }));
  await userEvent.type(screen.getByLabelText(/^Explanation/), "A says why.");
  await userEvent.click(screen.getByRole("radio", { name: "Training" }));
  await userEvent.click(screen.getByRole("button", { name: "Save the known answer" }));
  await vi.waitFor(() => expect(sent[0]?.body).toMatchObject({ training: true }));
  expect(await screen.findByText("Saved. The task is part of the training.")).toBeVisible();
});

test("gold shows its known answer, can be made work again, and is not decided", async () => {
  const known = { ...EMPTY_ANSWER, ...first };
  const sent = open("/tasks/9", {
    "/tasks/9": task("comparison", { purpose: "gold", known, explanation: "A is true." }),
    "DELETE /tasks/9/known-answer": new Response(null, { status: 204 }),
  });
  expect(await screen.findByText("1 much better than 2")).toBeVisible();
  expect(screen.getByText("Explanation: A is true.")).toBeVisible();
  expect(screen.queryByRole("button", { name: /Decide/ })).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Remove it" }));
  await userEvent.click(await screen.findByRole("button", { name: "Remove the known answer" }));
  await vi.waitFor(() => expect(sent[0]?.method).toBe("DELETE"));
});

test("only one form is open at a time, because both listen to the same keys", async () => {
  open("/tasks/9", { "/tasks/9": task("comparison") });
  await userEvent.click(await screen.findByRole("button", { name: "Decide" }));
  await userEvent.click(screen.getByRole("button", { name: "Set a known answer" }));
  expect(screen.getAllByRole("group", { name: "Your answer" })).toHaveLength(1);
  expect(screen.queryByRole("button", { name: "Save the decision" })).toBeNull();
  await userEvent.keyboard("{1}");
  expect(screen.getByRole("radio", { name: "A much better" })).toBeChecked();
});
