import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";

import type { Appeal, Decision, HistoryItem } from "@/api/own";
import { historyQuery, workQuery } from "@/api/work";
import { DecisionNote } from "@/pages/own/DecisionNote";
import { NoticeBar } from "@/pages/own/NoticeBar";

import { PROJECT, show, writes, type Answers } from "./server";

afterEach(() => vi.unstubAllGlobals());

const decision: Decision = {
  agrees: false,
  explanation: "B invents a source.",
  answer: {
    ranks: [
      { response: 1, rank: 1 },
      { response: 2, rank: 2 },
    ],
    strength: 3,
    unacceptable: [],
    tags: [],
    note: "",
    criteria: [],
    ratings: [],
    marks: [],
    labels: [],
    reasons: [],
    critique: null,
    text: null,
    principle: null,
  },
  appeal: null,
};
const appeal: Appeal = {
  text: "The source exists.",
  state: "open",
  reply: "",
  created_at: "2026-11-23T10:00:00Z",
};
const APPEAL = "Appeal against the decision on task 5";

function note(changes: Partial<Decision> | null, answers: Answers = {}) {
  const item: Pick<HistoryItem, "assignment" | "responses" | "decision"> = {
    assignment: 5,
    responses: [1, 2],
    decision: changes && { ...decision, ...changes },
  };
  return show(<DecisionNote slug="helpful" item={item} />, answers);
}

test("a message from a manager goes once it is read, and the work is read again", async () => {
  const { sent, reread } = show(<NoticeBar slug="helpful" notice={"Slower, please.\nThanks."} />, {
    [`DELETE ${PROJECT}/work/notice`]: new Response(null, { status: 204 }),
  });
  const bar = screen.getByRole("region", { name: "Message from a manager" });
  expect(bar).toHaveTextContent("From a manager: Slower, please. Thanks.");
  await userEvent.click(screen.getByRole("button", { name: "I have read it" }));
  await vi.waitFor(() => expect(writes(sent)).toEqual(["DELETE projects/helpful/work/notice"]));
  await vi.waitFor(() =>
    expect(reread.mock.calls[0]?.[0]?.queryKey).toEqual(workQuery("helpful").queryKey),
  );
});

test("a message that could not be put away says why, and stays", async () => {
  const body = { detail: "The server rests." };
  show(<NoticeBar slug="helpful" notice="Slower, please." />, {
    [`DELETE ${PROJECT}/work/notice`]: Response.json(body, { status: 400 }),
  });
  await userEvent.click(screen.getByRole("button", { name: "I have read it" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("The server rests.");
  expect(screen.getByText("Slower, please.")).toBeVisible();
});

test("without a message there is no bar", () => {
  show(<NoticeBar slug="helpful" notice="" />);
  expect(screen.queryByRole("region")).toBeNull();
});

test("a decision that differs is told with its reason, and the answer in words", () => {
  note({});
  const group = screen.getByRole("group", { name: "Decision on task 5" });
  expect(group).toHaveTextContent("A reviewer decided this task differently.");
  expect(group).toHaveTextContent("Decided: A much better");
  expect(group).toHaveTextContent("Why: B invents a source.");
});

test("against a decision that agrees there is nothing to appeal", () => {
  note({ agrees: true });
  expect(screen.getByText("A reviewer decided this task the same way.")).toBeVisible();
  expect(screen.queryByRole("button")).toBeNull();
});

test("where answers can't be compared the note doesn't say that they differ", () => {
  note({ agrees: null });
  expect(screen.getByText("A reviewer decided this task.")).toBeVisible();
  expect(screen.getByRole("button", { name: APPEAL })).toBeVisible();
});

test("a task that nobody decided has no note", () => {
  note(null);
  expect(screen.queryByRole("group")).toBeNull();
});

test("an appeal is sent with its text, and the history is read again", async () => {
  const { sent, reread } = note({}, { [`POST ${PROJECT}/work/assignments/5/appeal`]: appeal });
  await userEvent.click(screen.getByRole("button", { name: APPEAL }));
  const send = screen.getByRole("button", { name: "Send the appeal" });
  expect(send).toBeDisabled();
  await userEvent.type(screen.getByRole("textbox"), "The source exists.");
  await userEvent.click(send);
  await vi.waitFor(() => expect(sent[0]?.body).toEqual({ text: "The source exists." }));
  await vi.waitFor(() =>
    expect(reread.mock.calls[0]?.[0]?.queryKey).toEqual(historyQuery("helpful").queryKey),
  );
});

test("a refused appeal says why, and keeps its text", async () => {
  const detail = "You have appealed here already: it waits for an answer.";
  note(
    {},
    { [`POST ${PROJECT}/work/assignments/5/appeal`]: Response.json({ detail }, { status: 409 }) },
  );
  await userEvent.click(screen.getByRole("button", { name: APPEAL }));
  await userEvent.type(screen.getByRole("textbox"), "Really.");
  await userEvent.click(screen.getByRole("button", { name: "Send the appeal" }));
  expect(await screen.findByRole("alert")).toHaveTextContent(detail);
  expect(screen.getByRole("textbox")).toHaveValue("Really.");
});

test.each([
  ["open", "", "Your appeal waits for an answer."],
  ["upheld", "You are right.", "Your appeal was upheld: the reviewer says that you were right."],
  ["rejected", "It does not.", "Your appeal was not upheld: the decision stands."],
] as const)("an appeal that is %s says so, with its reply", (state, reply, words) => {
  note({ appeal: { ...appeal, state, reply } });
  expect(screen.getByText(words)).toBeVisible();
  expect(screen.getByText(/“The source exists.”$/)).toBeVisible();
  expect(screen.queryByText(/^Reply/)?.textContent ?? "Reply: ").toBe(`Reply: ${reply}`);
  expect(screen.queryByRole("button")).toBeNull();
});
