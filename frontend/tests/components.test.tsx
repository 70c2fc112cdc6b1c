import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, test, vi } from "vitest";

import { Markdown } from "@/components/Markdown";
import { choices } from "@/lib/verdict";
import { ChoiceBar } from "@/pages/work/ChoiceBar";
import { readDrop } from "@/pages/work/PlaceSlots";

function html(text: string): string {
  return render(<Markdown text={text} />).container.innerHTML;
}

describe("text that others wrote", () => {
  test.each([
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    "<iframe src='https://example.org'></iframe>",
    "<style>*{display:none}</style>",
    "<svg onload=alert(1)>",
  ])("HTML stays text: %s", (text) => {
    const { container } = render(<Markdown text={`before ${text} after`} />);
    expect(container.querySelector("script, img, iframe, style, svg, a")).toBeNull();
  });

  test.each(["javascript:alert(1)", "data:text/html,x", "vbscript:x", "JaVaScRiPt:alert(1)"])(
    "a link to %s goes nowhere",
    (target) => {
      render(<Markdown text={`[press](${target})`} />);
      expect(screen.getByText("press").getAttribute("href") ?? "").toBe("");
    },
  );

  test("a link leaves without an opener, a referrer or a recommendation", () => {
    render(<Markdown text="[site](https://example.org)" />);
    const link = screen.getByRole("link", { name: "site" });
    expect(link).toHaveAttribute("rel", "noopener noreferrer nofollow");
    expect(link).toHaveAttribute("target", "_blank");
  });

  test("an image is not fetched but named, with a link to it", () => {
    expect(html("![a cat](https://example.org/cat.png)")).not.toContain("<img");
    expect(screen.getByRole("link", { name: "[image: a cat]" })).toBeInTheDocument();
  });

  test("tables, lists and code are rendered", () => {
    const { container } = render(
      <Markdown text={"| a | b |\n|---|---|\n| 1 | 2 |\n\n- x\n\n`code`"} />,
    );
    expect(container.querySelector("table td")).toHaveTextContent("1");
    expect(container.querySelector("li")).toHaveTextContent("x");
    expect(container.querySelector("code")).toHaveTextContent("code");
  });

  test("a formula is rendered once its renderer is there, and prices are no formula", async () => {
    const { container } = render(<Markdown text="from $5 to $10, and $x^2$" />);
    await waitFor(() => expect(container.querySelectorAll(".katex")).toHaveLength(1));
    expect(container).toHaveTextContent("from $5 to $10");
  });

  test("a formula can neither link nor run anything", async () => {
    const { container } = render(
      <Markdown text={"$\\href{javascript:alert(1)}{x}$ and $\\htmlData{a=b}{y}$ and $z$"} />,
    );
    await waitFor(() => expect(container.querySelector(".katex")).not.toBeNull());
    expect(container.querySelector("a[href], [data-a]")).toBeNull();
  });
});

describe("the scale", () => {
  const offered = choices({ ties: true, strength: true, both_bad: true });

  function show(chosen: string | null) {
    const onPress = vi.fn();
    render(<ChoiceBar question="Which?" offered={offered} chosen={chosen} onPress={onPress} />);
    return onPress;
  }

  test("is a radio group in which only what was chosen is checked", () => {
    show("B2");
    expect(screen.getByRole("radiogroup", { name: "Which?" })).toBeInTheDocument();
    expect(screen.getAllByRole("radio", { checked: true })).toEqual([
      screen.getByRole("radio", { name: "B better" }),
    ]);
  });

  test("nothing is chosen until somebody chooses", () => {
    show(null);
    expect(screen.queryByRole("radio", { checked: true })).toBeNull();
  });

  test("a click chooses, and an arrow key moves on to the next", async () => {
    const user = userEvent.setup();
    const onPress = show("A1");
    await user.click(screen.getByRole("radio", { name: "Both bad" }));
    expect(onPress).toHaveBeenLastCalledWith(expect.objectContaining({ id: "bad" }));
    screen.getByRole("radio", { name: "A slightly better" }).focus();
    await user.keyboard("{ArrowRight}");
    expect(onPress).toHaveBeenLastCalledWith(expect.objectContaining({ id: "tie" }));
    expect(screen.getByRole("radio", { name: "Tie" })).toHaveFocus();
  });

  test("an arrow back onto what is already chosen doesn't press it a second time", async () => {
    const user = userEvent.setup();
    const onPress = show("A1");
    screen.getByRole("radio", { name: "Tie" }).focus();
    await user.keyboard("{ArrowLeft}");
    expect(onPress).not.toHaveBeenCalled();
  });
});

test("a drop names its response and its place, and a drop elsewhere is none", () => {
  expect(readDrop("card-12", "slot-2")).toEqual({ id: 12, place: 2 });
  expect(readDrop("chip-12", "slot-bad")).toEqual({ id: 12, place: "bad" });
  expect(readDrop("card-12", null)).toBeNull();
});
