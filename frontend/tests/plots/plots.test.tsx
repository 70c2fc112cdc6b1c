import { MantineProvider } from "@mantine/core";
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { expect, test } from "vitest";

import { Bars, DotIntervals, LineBand, Reliability } from "@/components/plots";
import { INK, OKABE_ITO, SERIES } from "@/components/plots/colours";
import { standaloneSvg } from "@/components/plots/download";
import { decimal, percent } from "@/components/plots/words";

const show = (plot: ReactNode) => render(<MantineProvider>{plot}</MantineProvider>);
const common = { title: "What it shows", reading: "How to read it.", n: "n = 3 tasks" };
const point = (x: number, y: number | null) => ({ x, y, lower: y, upper: y, n: 3 });
const line = {
  ...common,
  x: "log",
  xLabel: "comparisons",
  yLabel: "accuracy",
  format: (value: number) => percent(value),
  needs: { points: 2, noun: "point" },
} as const;

test("a plot says what it shows, how to read it and n, and names its axes", () => {
  show(
    <LineBand {...line} series={[{ name: "alpha", points: [point(10, 0.5), point(20, 0.6)] }]} />,
  );
  const drawing = screen.getByRole("img", { name: "What it shows" });
  expect(drawing).toHaveAccessibleDescription("How to read it.");
  expect(drawing).toHaveTextContent("accuracy");
  expect(drawing).toHaveTextContent("comparisons");
  expect(screen.getByText(/n = 3 tasks\./)).toHaveTextContent(
    "The vertical axis starts at 50 %, not at 0.",
  );
});

test("the table behind a plot opens and closes and holds the numbers", async () => {
  show(
    <Bars
      {...common}
      name="judgments"
      days={[{ day: "2026-11-23", count: 1204 }]}
      missing={null}
    />,
  );
  expect(screen.queryByRole("table")).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Show table" }));
  const table = screen.getByRole("table", { name: "What it shows" });
  expect(within(table).getByText("2026-11-23")).toBeVisible();
  expect(within(table).getByText("1,204")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Hide table" }));
  expect(screen.queryByRole("table")).toBeNull();
});

test("a line with too few points says how many more it needs instead of drawing", () => {
  show(
    <LineBand {...line} series={[{ name: "alpha", points: [point(10, 0.5), point(20, null)] }]} />,
  );
  expect(screen.getByText("Too few data: 1 more point needed.")).toBeVisible();
  expect(screen.queryByRole("img")).toBeNull();
  expect(screen.queryByRole("button", { name: "SVG" })).toBeNull();
});

test("dots with intervals give each row its number in words and its own colour", () => {
  const estimate = { value: 0.62, lower: 0.58, upper: 0.66, n: 812 };
  const { container } = show(
    <DotIntervals
      {...common}
      rows={[
        { name: "reward model", marks: [{ series: "reward model", estimate }] },
        {
          name: "longer wins",
          marks: [{ series: "longer wins", estimate: { ...estimate, value: 0.55 } }],
        },
      ]}
      xLabel="accuracy"
      format={decimal}
      reference={{ x: 0.5, label: "a coin" }}
      missing={null}
    />,
  );
  expect(screen.getByRole("img")).toHaveTextContent("reward model0.62 (0.58 to 0.66)");
  const fills = [...container.querySelectorAll("circle")].map((dot) => dot.getAttribute("fill"));
  expect(fills).toEqual([OKABE_ITO.blue, OKABE_ITO.vermillion]);
});

test("empty bins of a reliability diagram are neither drawn nor counted", () => {
  const bin = { lower: 0.4, upper: 0.5, predicted: 0.45, observed: 0.4, n: 0 };
  show(<Reliability {...common} bins={[bin, { ...bin, lower: 0.5, upper: 0.6, n: 30 }]} />);
  expect(screen.getByText("Too few data: 1 more filled bin needed.")).toBeVisible();
});

test("series that can stand in one plot never share a colour", () => {
  const together = ["reward model", "longer wins", "style only", "bag of words"] as const;
  expect(new Set(together.map((name) => SERIES[name])).size).toBe(together.length);
});

test("a downloaded drawing stands on its own: title, paper and no style sheet", () => {
  show(
    <Bars {...common} name="judgments" days={[{ day: "2026-11-23", count: 4 }]} missing={null} />,
  );
  const drawing = screen.getByRole("img") as unknown as SVGSVGElement;
  const file = standaloneSvg(drawing, common.title, INK.dark);
  const parsed = new DOMParser().parseFromString(file, "image/svg+xml");
  expect(parsed.querySelector("parsererror")).toBeNull();
  expect(parsed.querySelector("rect")?.getAttribute("fill")).toBe(INK.dark.paper);
  expect(parsed.querySelector("text")?.textContent).toBe("What it shows");
  expect(file).not.toContain("var(--");
});
