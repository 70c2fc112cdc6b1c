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
    expect(commandFor(press("Enter"))).toEqual({ do: "submit" });
  });

  test("arrows and j k move the focus", () => {
    expect(commandFor(press("ArrowLeft"))).toEqual({ do: "move", by: -1 });
    expect(commandFor(press("j"))).toEqual({ do: "move", by: 1 });
  });

  test("what is typed into a note is text, except Ctrl+Enter", () => {
    expect(commandFor(press("1", { focus: "text" }))).toBeNull();
    expect(commandFor(press("Enter", { focus: "text" }))).toBeNull();
    expect(commandFor(press("Enter", { focus: "text", ctrlKey: true }))).toEqual({ do: "submit" });
    expect(commandFor(press("Enter", { focus: "text", metaKey: true }))).toEqual({ do: "submit" });
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
    expect(commandFor(press("Enter", { focus: "choice" }))).toEqual({ do: "submit" });
    expect(commandFor(press("3", { focus: "control" }))).toEqual({ do: "digit", digit: 3 });
  });

  test("the up and down arrows scroll only while nothing else has the focus", () => {
    expect(commandFor(press("ArrowDown"))).toMatchObject({ do: "scroll" });
    expect(commandFor(press("ArrowDown", { focus: "choice" }))).toBeNull();
  });
});

describe("where a key press lands", () => {
  test("fields, choices, checkboxes and other buttons are told apart", () => {
    document.body.innerHTML = `
      <textarea id="note"></textarea>
      <section data-choice><p id="card">x</p><button id="place">1</button></section>
      <button id="radio" data-choice role="radio"></button>
      <input id="chip" type="checkbox" /><p id="text">y</p>`;
    const at = (id: string) => focusOf(document.getElementById(id));
    expect(at("note")).toBe("text");
    expect(at("card")).toBe("choice");
    expect(at("place")).toBe("control");
    expect(at("radio")).toBe("choice");
    expect(at("chip")).toBe("choice");
    expect(at("text")).toBe("page");
    expect(focusOf(null)).toBe("page");
  });
});
