import { MantineProvider } from "@mantine/core";
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, test, vi } from "vitest";

import type { Answer, Assignment } from "@/api/types";
import { writeDraft, EMPTY_DRAFT } from "@/lib/drafts";
import { Judging } from "@/pages/work/Judging";
import { KeysDialog } from "@/pages/work/KeysDialog";
import type { Tasks } from "@/pages/work/useTasks";

import { comparison, rating, revision, steps, texts } from "./samples";

// jsdom has no fonts, which text fields that grow with their text watch.
Object.defineProperty(document, "fonts", { value: new EventTarget(), configurable: true });

const answer = vi.fn<(task: Assignment, given: Answer, spent: { pasted: number }) => void>();

function show(assignment: Assignment) {
  const tasks = { queue: { tasks: [assignment] }, refused: [], canUndo: false, answer };
  const still = () => undefined;
  render(
    <MantineProvider>
      <Judging
        slug="p"
        user={1}
        assignment={assignment}
        tasks={tasks as unknown as Tasks}
        said={null}
        promptOpen
        onPrompt={still}
        onSaid={still}
        onTouched={still}
        onUndo={still}
      />
    </MantineProvider>,
  );
  return userEvent.setup();
}

const sent = () => answer.mock.lastCall?.[1];

beforeEach(() => {
  answer.mockReset();
  window.localStorage.clear();
});

describe("comparing by several criteria", () => {
  const task = comparison({ criteria: ["Helpful", "Honest"] }, { responses: texts(7, 5) });

  test("digits act on the focused row, Enter goes to the open row and then submits", async () => {
    const user = show(task);
    await user.keyboard("2{Enter}");
    expect(answer).not.toHaveBeenCalled();
    const honest = screen.getByRole("radiogroup", { name: "Honest" });
    expect(honest).toContainElement(document.activeElement as HTMLElement);
    await user.keyboard("4{Enter}");
    expect(sent()?.criteria?.map(({ criterion, strength }) => [criterion, strength])).toEqual([
      ["Helpful", 2],
      ["Honest", null],
    ]);
  });

  test("the arrow down and Tab move on to the next row", async () => {
    const user = show(task);
    await user.keyboard("7{ArrowDown}1{ArrowUp}");
    expect(screen.getByRole("radio", { name: "B much better", checked: true })).toHaveFocus();
    await user.tab();
    expect(screen.getByRole("radio", { name: "A much better", checked: true })).toHaveFocus();
  });

  test("both bad answers for all rows", async () => {
    const user = show(task);
    await user.keyboard("20");
    expect(screen.queryByRole("radio", { checked: true })).toBeNull();
    await user.keyboard("{Enter}");
    expect(sent()?.unacceptable).toEqual([7, 5]);
  });
});

describe("ranking", () => {
  test("the best few are enough, and the sentence says what the others are", async () => {
    const user = show(comparison({ place: "top", top_m: 1 }, { responses: texts(1, 2, 3) }));
    await user.keyboard("1");
    expect(screen.getByRole("status", { name: "Order so far" })).toHaveTextContent(
      "A first, B and C below them.",
    );
    await user.keyboard("{Enter}");
    expect(sent()?.ranks).toEqual([{ response: 1, rank: 1 }]);
  });

  test("each criterion has its board; brackets turn, and Enter goes to the open one", async () => {
    const criteria = { criteria: ["Helpful", "Honest"], both_bad: false };
    const user = show(comparison(criteria, { responses: texts(1, 2, 3) }));
    await user.keyboard("123{Enter}");
    expect(screen.getByRole("button", { name: "Helpful, complete" })).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Honest", pressed: true })).toBeInTheDocument();
    // "[[" is how user-event writes one "[".
    await user.keyboard("321[[");
    expect(screen.getByRole("button", { name: "Helpful, complete", pressed: true })).toBeVisible();
    await user.keyboard("{Enter}");
    const ranks = sent()?.criteria?.map((order) => order.ranks.map(({ rank }) => rank));
    expect(ranks).toEqual([
      [1, 2, 3],
      [3, 2, 1],
    ]);
  });
});

describe("rating", () => {
  test("digits fill, arrows move, Backspace empties, Enter goes to the empty cell", async () => {
    const user = show(rating({}, { responses: texts(7, 5) }));
    await user.keyboard("4{ArrowDown}2{ArrowRight}3{ArrowUp}5{Backspace}{Enter}");
    expect(screen.getByRole("alert")).toHaveTextContent("1 is empty");
    const cell = screen.getByRole("radiogroup", { name: "Helpful, Response B" });
    expect(cell).toContainElement(document.activeElement as HTMLElement);
    await user.keyboard("1{Enter}");
    expect(sent()?.ratings?.map(({ value }) => value)).toEqual([4, 2, 1, 3]);
  });

  test("a slider moves by one, with Shift by ten, and is empty until then", async () => {
    const user = show(rating({ slider: true, minimum: 0, maximum: 100 }));
    const slider = screen.getByRole("slider", { name: "Helpful, Response A" });
    expect(slider).toHaveAttribute("aria-valuetext", "not rated");
    slider.focus();
    await user.keyboard("{ArrowRight}{Shift>}{ArrowRight}{/Shift}{ArrowDown}{ArrowLeft}{Enter}");
    expect(sent()?.ratings?.map(({ value }) => value)).toEqual([61, 49]);
  });

  test("the words for the ends and what a criterion is about can be read", () => {
    show(rating({}));
    const [cell] = screen.getAllByRole("radiogroup");
    expect(within(cell!).getByRole("radio", { name: "1, poor" })).toBeInTheDocument();
    expect(cell).toHaveAccessibleDescription("Does what was asked.");
  });

  test("a sentence is marked by keyboard, with offsets in code points, and can be taken back", async () => {
    const responses = [{ id: 7, text: "🎉 One is here. Two is there. Three." }];
    const user = show(rating({ marks: ["Wrong", "Rude"], optional: true }, { responses }));
    screen.getByRole("group", { name: "Text of Response A" }).focus();
    await user.keyboard("m{ArrowRight}");
    expect(screen.getByRole("status")).toHaveTextContent("Sentence 2 of 3: “Two is there.”");
    await user.keyboard("2m{ArrowLeft}{ArrowLeft}1");
    const list = screen.getByRole("list", { name: "Marks in Response A" });
    expect(within(list).getAllByRole("listitem")[1]).toHaveTextContent("the whole response");
    await user.click(screen.getByRole("button", { name: "Remove mark 2 in Response A" }));
    await user.type(screen.getByRole("textbox", { name: "Note on mark 1 in Response A" }), "no");
    await user.click(screen.getAllByRole("radio", { name: "3" })[0]!);
    await user.keyboard("{Enter}");
    const [start, end] = [15, 28];
    expect([...responses[0]!.text].slice(start, end).join("")).toBe("Two is there.");
    expect(sent()?.marks).toEqual([{ response: 7, category: "Rude", start, end, note: "no" }]);
  });

  test("what is selected is marked, though an emoji stands before it", async () => {
    const user = show(rating({ marks: ["Wrong"] }, { responses: [{ id: 7, text: "🎉 one two" }] }));
    const node = screen.getByRole("group", { name: "Text of Response A" }).querySelector("span")!;
    document.getSelection()!.setBaseAndExtent(node.firstChild!, 3, node.firstChild!, 7);
    await user.click(await screen.findByRole("button", { name: /^Wrong/ }));
    expect(screen.getByRole("listitem")).toHaveTextContent("Wrong “one”");
  });
});

describe("steps", () => {
  test("a label moves on, and what follows the first error needs nothing", async () => {
    const user = show(steps({ first_error: true, neutral: false }));
    await user.keyboard("mn{Enter}");
    expect(sent()?.labels).toEqual([-1, null, null]);
    await user.keyboard("y");
    expect(screen.getByRole("status", { name: "Steps judged" })).toHaveTextContent("1 of 3");
    await user.keyboard("{ArrowUp}{ArrowDown}n");
    expect(screen.getByRole("listitem", { name: "Step 2, first wrong step" })).toHaveFocus();
    await user.type(screen.getByRole("textbox", { name: "Why step 2 is wrong" }), "a slip");
    await user.keyboard("{Escape}{Enter}");
    expect(sent()).toMatchObject({
      labels: [1, -1, null],
      reasons: [{ step: 1, text: "a slip" }],
    });
  });

  test("Enter goes to the first step without a label", async () => {
    const user = show(steps({}));
    await user.keyboard("y{ArrowDown}y{Enter}");
    expect(answer).not.toHaveBeenCalled();
    expect(screen.getByRole("listitem", { name: "Step 2" })).toHaveFocus();
  });
});

describe("revision", () => {
  test("Ctrl+Enter submits, Enter alone never does, and pastes are counted", async () => {
    const user = show(revision({}));
    await user.keyboard("{Enter}");
    await user.type(screen.getByRole("textbox", { name: "Rewrite" }), " more{Enter}lines");
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(answer).not.toHaveBeenCalled();
    expect(screen.getByRole("textbox", { name: "Critique" })).toHaveFocus();
    await user.paste("too 🎉");
    await user.keyboard("{Control>}{Enter}{/Control}");
    const text = "one\ntwo\nthree more\nlines";
    expect(sent()).toMatchObject({ critique: "too 🎉", text, principle: null });
    expect(answer.mock.lastCall?.[2].pasted).toBe(5);
  });
});

describe("drafts", () => {
  const kept = { ...EMPTY_DRAFT, labels: [1 as const], note: "from the server" };

  test("what the server kept is taken where this browser has nothing", () => {
    show({ ...steps({}), draft: kept });
    expect(screen.getByRole("textbox", { name: "Note" })).toHaveValue("from the server");
  });

  test("this browser's own draft goes first, and one of an older revision counts nowhere", () => {
    writeDraft(window.localStorage, 1, 1, { ...kept, note: "from here" });
    show({ ...steps({}), draft: kept });
    expect(screen.getByRole("textbox", { name: "Note" })).toHaveValue("from here");
  });

  test("a draft of an older revision is passed over for the answer", () => {
    const task = steps({}, { answer: { labels: [1, 1, 1], reasons: [], note: "sent" } });
    show({ ...task, draft: kept });
    expect(screen.getByRole("textbox", { name: "Note" })).toHaveValue("sent");
  });

  test("a copy goes to the server once the typing has paused, and only then", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const fetched = vi.spyOn(globalThis, "fetch").mockRejectedValue(new Error("offline"));
    const user = show(steps({}));
    await user.keyboard("y");
    await vi.advanceTimersByTimeAsync(1000);
    await user.keyboard("n");
    await vi.advanceTimersByTimeAsync(1400);
    expect(fetched).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(200);
    expect(fetched).toHaveBeenCalledOnce();
    const request = fetched.mock.lastCall![0] as Request;
    expect([request.method, new URL(request.url).pathname]).toEqual([
      "PUT",
      "/api/v1/projects/p/work/assignments/1/draft",
    ]);
    const { data } = (await request.json()) as { data: typeof EMPTY_DRAFT };
    expect(data.labels).toEqual([1, -1, null]);
    fetched.mockRestore();
    vi.useRealTimers();
  });
});

test.each<[string, Assignment, string]>([
  ["a comparison", comparison({}, { responses: texts(1, 2) }), "both bad"],
  ["boards", comparison({ criteria: ["A"] }, { responses: texts(1, 2, 3) }), "criterion"],
  ["a slider", rating({ slider: true }), "with Shift, ten"],
  ["marks", rating({ marks: ["Wrong"] }), "sentence"],
  ["steps", steps({}), "neutral"],
  ["a revision", revision({}), "Enter alone makes a line"],
])("the help has the keys of %s", async (_name, assignment, words) => {
  render(
    <MantineProvider>
      <KeysDialog opened onClose={() => undefined} assignment={assignment} />
    </MantineProvider>,
  );
  expect(await screen.findByRole("dialog")).toHaveTextContent(words);
});
