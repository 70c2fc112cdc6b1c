import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";

import { COMPARISON } from "../work/samples";
import { AT, PROJECT, question } from "./samples";
import { open } from "./server";

afterEach(() => vi.unstubAllGlobals());

const page = (...questions: object[]) => ({
  "/api/v1/projects/helpful": PROJECT,
  "": PROJECT,
  "/questions": questions,
  "/schedule": { enabled: false, hour: 2, minute: 0, next_run_at: null },
  "/audit": [],
});

async function edit(title: string): Promise<HTMLElement> {
  const card = await screen.findByRole("article", { name: `Question ${title}` });
  await userEvent.click(within(card).getByRole("button", { name: "Edit" }));
  return card;
}

test("a question that raters have met says under which version open tasks go on", async () => {
  const before = question("steps");
  const sent = open("/settings", {
    ...page(before),
    "PATCH /questions/1": { ...before, version: 3 },
  });
  const card = await edit("About steps");
  await userEvent.click(within(card).getByRole("switch", { name: /^Only up to the first wrong/ }));
  await userEvent.click(within(card).getByRole("button", { name: "Save the question" }));
  expect(await screen.findByText(/Saved as version 3: open tasks go on under it/)).toBeVisible();
  expect(sent[0]?.body).toMatchObject({
    title: "About steps",
    spec: { ...before.spec, first_error: true },
  });
});

test("a refused setting is told at its field", async () => {
  const body = {
    detail: "maximum: Give a number above the minimum, 1.",
    errors: { maximum: ["Give a number above the minimum, 1."] },
  };
  open("/settings", {
    ...page(question("rating")),
    "PATCH /questions/1": Response.json(body, { status: 400 }),
  });
  const card = await edit("About rating");
  await userEvent.click(within(card).getByRole("button", { name: "Save the question" }));
  await vi.waitFor(() =>
    expect(within(card).getByLabelText(/^Highest rating/)).toHaveAccessibleDescription(
      /above the minimum/,
    ),
  );
});

test("placing only the best asks how many, and placing all forgets it", async () => {
  const sent = open("/settings", {
    ...page(question("comparison", { spec: { ...COMPARISON, place: "top", top_m: 2 } })),
    "PATCH /questions/1": question("comparison"),
  });
  const card = await edit("About comparison");
  expect(within(card).getByLabelText(/^How many of the best/)).toHaveValue("2");
  await userEvent.click(within(card).getByRole("combobox", { name: /^Which responses need/ }));
  await userEvent.click(await screen.findByRole("option", { name: "All of them" }));
  expect(within(card).queryByLabelText(/^How many of the best/)).toBeNull();
  await userEvent.click(within(card).getByRole("button", { name: "Save the question" }));
  await vi.waitFor(() =>
    expect(sent[0]?.body).toMatchObject({ spec: { place: "all", top_m: null } }),
  );
});

test("principles are added one by one", async () => {
  const sent = open("/settings", {
    ...page(question("revision")),
    "PATCH /questions/1": question("revision"),
  });
  const card = await edit("About revision");
  await userEvent.click(within(card).getByRole("button", { name: "Add a principle" }));
  await userEvent.type(within(card).getByRole("textbox", { name: "Principle 1" }), "Be kind.");
  await userEvent.click(within(card).getByRole("button", { name: "Save the question" }));
  await vi.waitFor(() =>
    expect(sent[0]?.body).toMatchObject({ spec: { principles: ["Be kind."] } }),
  );
});

test("old versions can be read", async () => {
  open("/settings", {
    ...page(question("steps")),
    "/questions/1/versions": [
      { version: 1, title: "Old", spec: question("steps").spec, created_at: AT },
    ],
  });
  await userEvent.click(await screen.findByRole("button", { name: "Show the versions" }));
  const old = await screen.findByRole("region", { name: "Version 1 of Old" });
  expect(old).toHaveTextContent("Which steps are right?");
});

test("a question of another kind is added from a template", async () => {
  const sent = open("/settings", {
    ...page(question("comparison")),
    "POST /questions": question("rating", { id: 2 }),
  });
  await userEvent.click(await screen.findByRole("button", { name: "Add a question" }));
  const dialog = await screen.findByRole("dialog");
  await userEvent.click(within(dialog).getByRole("combobox", { name: "Start from" }));
  await userEvent.click(await screen.findByRole("option", { name: "Rating on criteria" }));
  await userEvent.click(within(dialog).getByRole("button", { name: "Remove criterion 4" }));
  await userEvent.click(within(dialog).getByRole("button", { name: "Add the question" }));
  await vi.waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]?.body).toMatchObject({ kind: "rating", for_groups: [], needs_skills: [] });
  const { criteria } = (sent[0]?.body as { spec: { criteria: unknown[] } }).spec;
  expect(criteria).toHaveLength(3);
});

test("how work is given is saved by what was changed", async () => {
  const sent = open("/settings", { ...page(question("comparison")), "PATCH ": PROJECT });
  await userEvent.type(await screen.findByLabelText(/^Largest overlap/), "7");
  const gold = screen.getByLabelText(/^Gold rate, in %/);
  await userEvent.clear(gold);
  await userEvent.type(gold, "10");
  await userEvent.click(screen.getByRole("switch", { name: /^Anonymous review/ }));
  await userEvent.click(screen.getByRole("button", { name: "Save how work is given" }));
  await vi.waitFor(() =>
    expect(sent[0]?.body).toEqual({ overlap_max: 7, gold_rate: 0.1, anonymous_review: false }),
  );
});
