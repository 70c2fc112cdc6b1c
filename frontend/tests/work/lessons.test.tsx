import { MantineProvider } from "@mantine/core";
import { act, render, renderHook, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import type { Assignment, Feedback } from "@/api/types";
import { Outbox, type Sent } from "@/lib/outbox";
import { LessonPanel } from "@/pages/work/LessonPanel";
import { useLessons } from "@/pages/work/useLessons";

import { comparison, texts } from "./samples";

const ANSWER = {
  ranks: [
    { response: 5, rank: 1 },
    { response: 7, rank: 2 },
  ],
  strength: null,
  unacceptable: [],
  tags: [],
  note: "",
};
const FEEDBACK: Feedback = { right: false, explanation: "**Because**.", answer: ANSWER };
const TASK: Assignment = { ...comparison({}, { responses: texts(7, 5) }), training: true };

function started(sent: Sent) {
  const door = { store: window.localStorage, name: "lessons", now: Date.now };
  window.localStorage.clear();
  const outbox = new Outbox({ ...door, send: async () => sent });
  const { result } = renderHook(() => useLessons(outbox));
  const body = { ...ANSWER, key: "a", revision: 0, active_ms: 1, pasted: 0 };
  act(() => result.current.expect(TASK, "a"));
  const send = async () => {
    outbox.add({ slug: "p", assignment: 1, body, follows: null });
    await outbox.flush();
  };
  return { result, send };
}

function receipt(feedback: Feedback | null): Sent {
  return { outcome: "stored", receipt: { assignment: 1, revision: 1, late: false, feedback } };
}

test("the next task waits for what is said about the answer, and then until it is closed", async () => {
  const { result, send } = started(receipt(FEEDBACK));
  expect(result.current.waiting).toBe(true);
  await act(send);
  expect(result.current.waiting).toBe(false);
  expect(result.current.lesson).toMatchObject({ feedback: FEEDBACK, assignment: TASK });
  act(() => result.current.close());
  expect(result.current.lesson).toBeNull();
});

test.each<[string, Sent]>([
  ["nothing is said", receipt(null)],
  ["there is no connection", { outcome: "later" }],
])("the work goes on where %s", async (_why, sent) => {
  const { result, send } = started(sent);
  await act(send);
  expect(result.current).toMatchObject({ waiting: false, lesson: null });
});

test("the panel says both answers with the letters of the screen, and Enter closes it", async () => {
  const onClose = vi.fn();
  render(
    <MantineProvider>
      <LessonPanel
        lesson={{ feedback: FEEDBACK, own: { note: "", labels: [1, -1] }, assignment: TASK }}
        onClose={onClose}
      />
    </MantineProvider>,
  );
  expect(screen.getByRole("heading")).toHaveTextContent("Not the expected answer");
  expect(screen.getByRole("main")).toHaveTextContent("2 steps: 1 right and 1 wrong");
  expect(screen.getByRole("main")).toHaveTextContent("B better");
  expect(screen.getByText("Because").tagName).toBe("STRONG");
  await userEvent.keyboard("{Enter}");
  expect(onClose).toHaveBeenCalledOnce();
});
