import { describe, expect, test } from "vitest";

import { commandFor, focusOf, type Press } from "@/lib/keys";

function press(key: string, more: Partial<Press> = {}): Press {
  return {
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    repeat: false,
    focus: "page",
    ...more,
  };
}

describe("keys", () => {
  test("digits choose, letters act, Enter submits", () => {
    expect(commandFor(press("7"))).toEqual({ do: "digit", digit: 7 });
    expect(commandFor(press("u"))).toEqual({ do: "undo" });
    expect(commandFor(press("G"))).toEqual({ do: "guidelines" });
    expect(commandFor(press("?"))).toEqual({ do: "keys" });
    expect(commandFor(press("Enter"))).toEqual({ do: "submit", control: false });
  });

  test("arrows and j k move the focus", () => {
    expect(commandFor(press("ArrowLeft"))).toEqual({ do: "move", by: -1 });
    expect(commandFor(press("j"))).toEqual({ do: "move", by: 1 });
    expect(commandFor(press("ArrowDown"))).toEqual({ do: "vertical", by: 1 });
    expect(commandFor(press("ArrowUp", { focus: "choice" }))).toEqual({ do: "vertical", by: -1 });
    expect(commandFor(press("ArrowUp", { focus: "control" }))).toBeNull();
  });

  test("what is typed into a note is text, except Ctrl+Enter", () => {
    expect(commandFor(press("1", { focus: "text" }))).toBeNull();
    expect(commandFor(press("Enter", { focus: "text" }))).toBeNull();
    const submit = { do: "submit", control: true };
    expect(commandFor(press("Enter", { focus: "text", ctrlKey: true }))).toEqual(submit);
    expect(commandFor(press("Enter", { focus: "text", metaKey: true }))).toEqual(submit);
  });

  test("a key held down neither chooses nor submits", () => {
    expect(commandFor(press("1", { repeat: true }))).toBeNull();
    expect(commandFor(press("Enter", { repeat: true }))).toBeNull();
  });

  test("the browser's own shortcuts are left alone", () => {
    expect(commandFor(press("f", { ctrlKey: true }))).toBeNull();
    expect(commandFor(press("d", { metaKey: true }))).toBeNull();
    expect(commandFor(press("ArrowLeft", { altKey: true }))).toBeNull();
  });

  test("Enter on another button presses that button, on a choice it submits", () => {
    expect(commandFor(press("Enter", { focus: "control" }))).toBeNull();
    expect(commandFor(press("Enter", { focus: "choice" }))).toMatchObject({ do: "submit" });
    expect(commandFor(press("3", { focus: "control" }))).toEqual({ do: "digit", digit: 3 });
  });

  test("steps are labelled by letters, values nudged by plus and minus", () => {
    expect(commandFor(press("y"))).toEqual({ do: "label", label: 1 });
    expect(commandFor(press("m"))).toEqual({ do: "label", label: 0 });
    expect(commandFor(press("n"))).toEqual({ do: "label", label: -1 });
    expect(commandFor(press("+"))).toEqual({ do: "nudge", by: 1 });
    expect(commandFor(press("-"))).toEqual({ do: "nudge", by: -1 });
  });

  test("brackets turn to another criterion, also where they need AltGr, but not in a text", () => {
    expect(commandFor(press("]"))).toEqual({ do: "turn", by: 1 });
    expect(commandFor(press("[", { ctrlKey: true, altKey: true }))).toEqual({ do: "turn", by: -1 });
    expect(commandFor(press("[", { metaKey: true }))).toBeNull();
    expect(commandFor(press("[", { focus: "text" }))).toBeNull();
  });

  test("page keys scroll only while nothing else has the focus", () => {
    expect(commandFor(press("PageDown"))).toMatchObject({ do: "scroll" });
    expect(commandFor(press("PageDown", { focus: "choice" }))).toBeNull();
  });
});

describe("where a key press lands", () => {
  test("fields, choices, checkboxes and other buttons are told apart", () => {
    document.body.innerHTML = `
      <textarea id="note"></textarea>
      <section data-choice><p id="card">x</p><button id="place">1</button></section>
      <button id="radio" data-choice role="radio"></button>
      <input id="slider" type="range" data-choice />
      <input id="chip" type="checkbox" /><p id="text">y</p>`;
    const at = (id: string) => focusOf(document.getElementById(id));
    expect(at("note")).toBe("text");
    expect(at("card")).toBe("choice");
    expect(at("place")).toBe("control");
    expect(at("radio")).toBe("choice");
    expect(at("chip")).toBe("choice");
    expect(at("slider")).toBe("choice");
    expect(at("text")).toBe("page");
    expect(focusOf(null)).toBe("page");
  });
});
