import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";

import { AT, NO_SHARE, peoplePage, PERSON, PROPOSAL, rater, share } from "./samples";
import { open } from "./server";

afterEach(() => vi.unstubAllGlobals());

const NOTHING = new Response(null, { status: 204 });

async function more(choice: string): Promise<void> {
  await userEvent.click(await screen.findByRole("button", { name: "More about Bob" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: choice }));
}

test("a simulated rater is marked, a person is not", async () => {
  const simulated = { ...PERSON, id: 8, name: "sim-1", kind: "simulated" };
  open("/people", peoplePage(PERSON, simulated));
  const row = (await screen.findByText("sim-1")).closest("tr")!;
  expect(within(row).getByText("simulated")).toBeVisible();
  expect(screen.getAllByText("simulated")).toHaveLength(1);
  expect(within(row).queryByRole("button")).toBeNull();
});

test("gold accuracy stands with its interval, groups by their names", async () => {
  open("/people", peoplePage(PERSON));
  const row = (await screen.findByText("Bob")).closest("tr")!;
  expect(row).toHaveTextContent("80 % (70 % to 90 %) of 45");
  expect(within(row).getByText("night shift")).toBeVisible();
  expect(within(row).getByRole("link", { name: "Bob" })).toHaveAttribute(
    "href",
    "/p/helpful/manage/people/7",
  );
});

test("pausing somebody is one press, and the page says who is paused", async () => {
  const paused = { ...PERSON, paused_at: AT };
  const sent = open("/people", { ...peoplePage(PERSON), "PATCH /people/7": paused });
  await userEvent.click(await screen.findByRole("button", { name: "Pause Bob" }));
  await vi.waitFor(() => expect(sent[0]).toMatchObject({ body: { paused: true } }));
  expect(await screen.findByText(/is lent no more tasks/)).toBeVisible();
});

test("a paused person is marked and can be resumed, one who left is only marked", async () => {
  const gone = { ...PERSON, id: 8, name: "Former member 8", left_at: AT };
  open("/people", peoplePage({ ...PERSON, paused_at: AT }, gone));
  expect(await screen.findByText("paused")).toBeVisible();
  expect(screen.getByRole("button", { name: "Resume Bob" })).toBeVisible();
  const row = screen.getByText("Former member 8").closest("tr")!;
  expect(within(row).getByText("left")).toBeVisible();
  expect(within(row).queryByRole("link")).toBeNull();
});

test("an invitation by name shows its sign-in link, and closing it forgets the link", async () => {
  const url = "http://localhost/sign-in/secret";
  const sent = open("/people", {
    ...peoplePage(),
    "POST /people": { person: PERSON, sign_in_url: url },
  });
  await userEvent.click(await screen.findByRole("button", { name: "Invite" }));
  const dialog = await screen.findByRole("dialog");
  await userEvent.type(within(dialog).getByLabelText(/^Name/), "Bob");
  await userEvent.type(within(dialog).getByLabelText(/^User name/), "bob");
  await userEvent.click(within(dialog).getByRole("button", { name: "Invite" }));
  expect(await within(dialog).findByLabelText("Sign-in link")).toHaveValue(url);
  expect(within(dialog).getByRole("button", { name: "Copy" })).toBeVisible();
  expect(sent[0]).toMatchObject({ body: { name: "Bob", username: "bob", role: "rater" } });
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByDisplayValue(url)).toBeNull();
});

test("a skill is added to somebody beside the groups they have", async () => {
  const sent = open("/people", { ...peoplePage(PERSON), "PATCH /people/7": PERSON });
  await more("Groups and skills");
  const skills = await screen.findByLabelText("Skills", { selector: "input" });
  await userEvent.type(skills, "French{Enter}");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  await vi.waitFor(() =>
    expect(sent[0]?.body).toEqual({ groups: ["night shift"], skills: ["French"] }),
  );
});

test("a warning carries the manager's own words", async () => {
  const sent = open("/people", {
    ...peoplePage(PERSON),
    "POST /people/7/warning": NOTHING,
  });
  await more("Warn");
  await userEvent.type(await screen.findByLabelText(/^What to tell them/), "Read both sides.");
  await userEvent.click(screen.getByRole("button", { name: "Warn" }));
  await vi.waitFor(() => expect(sent[0]?.body).toEqual({ notice: "Read both sides." }));
});

test("sending somebody to training says what follows", async () => {
  const sent = open("/people", { ...peoplePage(PERSON), "PATCH /people/7": PERSON });
  await more("Send to training");
  expect(await screen.findByText(/Bob gets tasks of the training/)).toBeVisible();
  expect(sent[0]?.body).toEqual({ training: true });
});

test("removing somebody says what stays before it does it", async () => {
  const sent = open("/people", { ...peoplePage(PERSON), "DELETE /people/7": NOTHING });
  await more("Remove");
  const dialog = await screen.findByRole("dialog", { name: "Remove Bob?" });
  expect(dialog).toHaveTextContent("Their judgments stay in the data.");
  expect(dialog).toHaveTextContent("“Former member 7” stands in its place");
  expect(sent).toEqual([]);
  await userEvent.click(within(dialog).getByRole("button", { name: "Remove Bob" }));
  await vi.waitFor(() => expect(sent[0]).toMatchObject({ method: "DELETE", path: "/people/7" }));
});

test("an open proposal gives its evidence, and dismissing it sends no", async () => {
  const sent = open("/people", {
    ...peoplePage(PERSON),
    "/proposals": [PROPOSAL, { ...PROPOSAL, id: 2, state: "confirmed" }],
    "POST /proposals/3": { ...PROPOSAL, state: "dismissed" },
  });
  const proposal = await screen.findByRole("group", { name: "Proposal about Bob" });
  expect(proposal).toHaveTextContent(PROPOSAL.evidence);
  expect(proposal).toHaveTextContent("They are lent no more tasks until you resume them.");
  expect(screen.getAllByRole("button", { name: "Confirm" })).toHaveLength(1);
  await userEvent.click(within(proposal).getByRole("button", { name: "Dismiss" }));
  await vi.waitFor(() => expect(sent[0]?.body).toEqual({ confirm: false }));
});

test("an invitation link is made with its places and shown once", async () => {
  const invitation = {
    id: 4,
    role: "rater",
    groups: ["night shift"],
    uses_left: 25,
    created_at: AT,
    expires_at: AT,
  };
  const url = "http://localhost/join/secret";
  const sent = open("/people", {
    ...peoplePage(),
    "POST /invitations": { ...invitation, url },
  });
  await userEvent.click(await screen.findByRole("button", { name: "New invitation link" }));
  const dialog = await screen.findByRole("dialog");
  const places = within(dialog).getByLabelText(/^Places/);
  await userEvent.clear(places);
  await userEvent.type(places, "25");
  await userEvent.click(within(dialog).getByRole("button", { name: "Make the link" }));
  expect(await within(dialog).findByLabelText("Invitation link")).toHaveValue(url);
  expect(sent[0]?.body).toEqual({ role: "rater", days: 7, uses: 25, groups: [] });
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByDisplayValue(url)).toBeNull();
});

test("withdrawing an invitation needs a yes, and a used-up one says so", async () => {
  const invitation = {
    id: 4,
    role: "rater",
    groups: [],
    uses_left: 0,
    created_at: AT,
    expires_at: "2099-01-01T00:00:00Z",
  };
  const sent = open("/people", {
    ...peoplePage(),
    "/invitations": [invitation],
    "DELETE /invitations/4": NOTHING,
  });
  expect(await screen.findByText("used up")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Withdraw" }));
  expect(sent).toEqual([]);
  await userEvent.click(await screen.findByRole("button", { name: "Withdraw it" }));
  await vi.waitFor(() => expect(sent[0]?.path).toBe("/invitations/4"));
});

test("a person's page gives figures with intervals and signals without a verdict", async () => {
  open("/people/7", {
    "/people/7": {
      person: PERSON,
      figures: {
        days: [{ day: "2026-11-23", done: 12 }],
        median_seconds: 40,
        agreement: share(0.7, 200),
        checks: share(0.8, 45),
        consistency: NO_SHARE,
        training: null,
      },
      signals: {
        too_fast: share(0.18, 200),
        longest_run: { length: 14, choice: 0, n: 200, probability: 0.004 },
        pasted: 0,
        with_paste: share(0, 200),
        left: share(0.5, 160),
        twins: [{ user: 8, name: "Eve", together: 50, same: 48, expected: 25, q: 0.0004 }],
      },
      beside_others: {
        ...rater(7),
        confusion: [
          [40, 5, 5],
          [4, 10, 6],
          [5, 5, 40],
        ],
      },
      proposals: [{ ...PROPOSAL, state: "dismissed" }],
    },
  });
  const beside = await screen.findByRole("table", { name: /most of the others say the same/ });
  expect(within(beside).getByRole("row", { name: /Prefer one/ })).toHaveTextContent(
    "Prefer one response80 %10 %10 %100",
  );
  expect(within(beside).getByRole("row", { name: /Call it a tie/ })).toHaveTextContent(
    "Call it a tie–50 %50 %20",
  );
  expect(
    await screen.findByText(
      "18 % of 200 answers were faster than anyone reads (900 words a minute).",
    ),
  ).toBeVisible();
  expect(screen.getByText(/the left 14 times in a row.*about 1 of 250 such/)).toBeVisible();
  expect(screen.getByRole("link", { name: "Eve" })).toBeVisible();
  expect(
    screen.getByText(/48 of 50 comparisons and steps that both judged; their skill and chance/),
  ).toBeVisible();
  expect(screen.getByText(/None of these proves anything by itself/)).toBeVisible();
  expect(screen.getByText("Has answered no repeat yet.")).toBeVisible();
  expect(screen.getByText("dismissed")).toBeVisible();
});
