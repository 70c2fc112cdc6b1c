import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";

import { AT, task } from "./samples";
import { open } from "./server";

afterEach(() => vi.unstubAllGlobals());

const none = { results: [], next: null };
const appeal = {
  id: 5,
  task: 9,
  rater: "The rater",
  text: "The second one is cited.",
  state: "open",
  reply: "",
  created_at: AT,
  decided_at: null,
};

test("a disputed task leads to its page and says how far its raters differ", async () => {
  const row = task("comparison", { judgments: 3, entropy: 1.05, disagreement: 2 / 3 });
  open("/disputes", {
    "/disputes": { results: [row], next: null },
    "/review-requests": none,
    "/appeals": [],
  });
  const link = await screen.findByRole("link", { name: "9" });
  expect(link).toHaveAttribute("href", "/p/helpful/manage/tasks/9");
  const cells = link.closest("tr")!;
  expect(cells).toHaveTextContent("67 % of pairs of votes differ");
  expect(cells).toHaveTextContent("wide open: 1.05 nats of at most 1.10");
});

test("empty lists say what would appear in them", async () => {
  open("/disputes", { "/disputes": none, "/review-requests": none, "/appeals": [] });
  expect(await screen.findByText(/A task appears here once all its raters/)).toBeVisible();
  await userEvent.click(screen.getByRole("tab", { name: "Appeals" }));
  expect(await screen.findByText(/what they object to it appears here/)).toBeVisible();
});

test("an appeal is answered with an outcome and a reply", async () => {
  const sent = open("/disputes/appeals", {
    "/disputes": none,
    "/review-requests": none,
    "/appeals": [appeal],
    "POST /appeals/5": { ...appeal, state: "upheld" },
  });
  const card = await screen.findByRole("article", { name: "Appeal of The rater" });
  expect(card).toHaveTextContent("The second one is cited.");
  expect(within(card).getByRole("link", { name: "task 9" })).toBeVisible();
  const button = within(card).getByRole("button", { name: "Send the answer" });
  await userEvent.type(within(card).getByLabelText(/^Reply/), "You are right.");
  expect(button).toBeDisabled();
  await userEvent.click(within(card).getByRole("radio", { name: /^Upheld/ }));
  await userEvent.click(button);
  await vi.waitFor(() => expect(sent[0]?.body).toEqual({ upheld: true, reply: "You are right." }));
  expect(screen.getByRole("tab", { name: "Appeals (1 open)" })).toBeVisible();
});

test("a refused reply is told at the reply", async () => {
  const body = { detail: "reply: Too long.", errors: { reply: ["Too long."] } };
  open("/disputes/appeals", {
    "/disputes": none,
    "/review-requests": none,
    "/appeals": [appeal],
    "POST /appeals/5": Response.json(body, { status: 400 }),
  });
  await userEvent.type(await screen.findByLabelText(/^Reply/), "No.");
  await userEvent.click(screen.getByRole("radio", { name: /^Rejected/ }));
  await userEvent.click(screen.getByRole("button", { name: "Send the answer" }));
  await vi.waitFor(() =>
    expect(screen.getByLabelText(/^Reply/)).toHaveAccessibleDescription(/Too long/),
  );
});

test("a reviewer's rail has only what a reviewer may see", async () => {
  open("/disputes", { "/disputes": none, "/review-requests": none, "/appeals": [] }, "reviewer");
  const rail = await screen.findByRole("navigation", { name: "Project pages" });
  const names = within(rail)
    .getAllByRole("link")
    .map((link) => link.textContent);
  expect(names).toEqual(["Tasks", "Agreement", "Disputes", "Judge tasks"]);
});

test("a reviewer who opens a managers' page is brought to the disputes", async () => {
  open("/settings", { "/disputes": none, "/review-requests": none, "/appeals": [] }, "reviewer");
  expect(await screen.findByRole("heading", { name: "Disputes" })).toBeVisible();
});
