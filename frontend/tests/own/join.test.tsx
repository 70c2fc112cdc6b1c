import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";

import { NOBODY, open, sessionOf, writes, type Answers } from "./server";

afterEach(() => vi.unstubAllGlobals());

const SESSION = "GET /api/v1/session";
const LOOK = "POST /api/v1/session/invitation";
const ACCEPT = "POST /api/v1/session/invitation/accept";
const invited = {
  project: "Helpful answers",
  slug: "helpful",
  role: "rater",
  expires_at: "2026-12-03T10:00:00Z",
};
const joined = sessionOf(["helpful", "rater"]);

function refused(body: object): Response {
  return Response.json(body, { status: 400 });
}

function arrive(answers: Answers) {
  return open("/join/secret", { [LOOK]: invited, ...answers });
}

async function fillIn() {
  await userEvent.type(await screen.findByLabelText("Your name"), "Alice");
  await userEvent.type(screen.getByLabelText("User name"), "alice");
  await userEvent.type(screen.getByLabelText("Password"), "eight letters");
  await userEvent.click(screen.getByRole("button", { name: "Join the project" }));
}

test("somebody new reads what they are invited to, joins and lands at the work", async () => {
  const sent = arrive({ [SESSION]: NOBODY, [ACCEPT]: joined });
  const title = await screen.findByRole("heading", { level: 1 });
  expect(title).toHaveTextContent("You are invited to rate in Helpful answers");
  expect(screen.getByText(/^The invitation ends on .*2026/)).toBeVisible();
  expect(screen.getByLabelText("Password")).toHaveAttribute("autocomplete", "new-password");
  await fillIn();
  await vi.waitFor(() => expect(window.location.pathname).toBe("/p/helpful/work"));
  expect(sent.find(({ url }) => url.endsWith("/accept"))?.body).toEqual({
    token: "secret",
    name: "Alice",
    username: "alice",
    password: "eight letters",
  });
});

test("the token stands in no address of a request", async () => {
  const sent = arrive({ [SESSION]: NOBODY, [ACCEPT]: joined });
  await fillIn();
  await vi.waitFor(() => expect(window.location.pathname).toBe("/p/helpful/work"));
  expect(sent.filter(({ url }) => url.includes("secret"))).toEqual([]);
});

test("a refused password is told at its field, and what was typed stays", async () => {
  const detail = "password: This password is too common.";
  const errors = { password: ["This password is too common."] };
  arrive({ [SESSION]: NOBODY, [ACCEPT]: refused({ detail, errors }) });
  await fillIn();
  expect(await screen.findByText("This password is too common.")).toBeVisible();
  expect(screen.getByLabelText("Password")).toHaveAccessibleDescription(
    /This password is too common/,
  );
  expect(screen.getByLabelText("User name")).toHaveValue("alice");
  expect(screen.getByRole("alert")).toHaveTextContent("see what stands at the fields");
});

test("whoever is signed in joins as themselves with one press", async () => {
  const answers: Answers = { [SESSION]: sessionOf(), [ACCEPT]: joined };
  const sent = arrive(answers);
  await userEvent.click(await screen.findByRole("button", { name: "Join as Alice" }));
  await vi.waitFor(() => expect(window.location.pathname).toBe("/p/helpful/work"));
  expect(sent.find(({ url }) => url.endsWith("/accept"))?.body).toEqual({
    token: "secret",
    name: "",
  });
});

test("a manager who joins lands in the managers' frame", async () => {
  const managing = sessionOf(["helpful", "manager"]);
  arrive({
    [LOOK]: { ...invited, role: "manager" },
    [SESSION]: sessionOf(),
    [ACCEPT]: managing,
  });
  await userEvent.click(await screen.findByRole("button", { name: "Join as Alice" }));
  await vi.waitFor(() => expect(window.location.pathname).toMatch("/p/helpful/manage"));
});

test("signing in first happens on the same page, and the invitation is still there after it", async () => {
  const answers: Answers = { [SESSION]: NOBODY };
  const sent = arrive({ ...answers, "POST /api/v1/session": sessionOf() });
  const known = await screen.findByRole("button", { name: "I have an account: sign in first" });
  await userEvent.click(known);
  await userEvent.type(screen.getByLabelText("User name"), "alice");
  await userEvent.type(screen.getByLabelText("Password"), "eight letters");
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  expect(await screen.findByRole("button", { name: "Join as Alice" })).toBeVisible();
  expect(window.location.pathname + window.location.search).toBe("/join/secret");
  expect(writes(sent)).not.toContain("POST session/invitation/accept");
});

test("whoever is in the project already is shown the way in, and nothing is used up", async () => {
  const sent = arrive({ [SESSION]: joined });
  const link = await screen.findByRole("link", { name: "Open the project" });
  expect(link).toHaveAttribute("href", "/p/helpful/work");
  expect(screen.queryByRole("button", { name: /^Join/ })).toBeNull();
  expect(writes(sent)).toEqual(["POST session/invitation"]);
});

test("an ended link says what to do, and shows no form", async () => {
  const detail = "This invitation has ended or is used up. Ask whoever sent it for a new one.";
  arrive({ [SESSION]: NOBODY, [LOOK]: refused({ detail }) });
  expect(await screen.findByText(detail)).toBeVisible();
  expect(screen.queryByRole("textbox")).toBeNull();
  expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
});

test("a link that ends while the form is filled in says so above the form", async () => {
  const detail = "This invitation has ended or is used up. Ask whoever sent it for a new one.";
  arrive({ [SESSION]: NOBODY, [ACCEPT]: refused({ detail }) });
  await fillIn();
  expect(await screen.findByRole("alert")).toHaveTextContent(detail);
});
