import { describe, expect, test } from "vitest";

import { settleDollars } from "@/lib/dollars";

describe("dollars", () => {
  test("prices are escaped, so that no formula begins between them", () => {
    expect(settleDollars("It costs $5 to $10.")).toBe("It costs \\$5 to \\$10.");
    expect(settleDollars("$5-$10, or $3")).toBe("\\$5-\\$10, or \\$3");
  });

  test("formulas stay as they are", () => {
    for (const text of ["$x^2$ holds", "so $\\alpha + 1$.", "$$\na = b\n$$", "cost is $O(n)$"]) {
      expect(settleDollars(text)).toBe(text);
    }
  });

  test("LaTeX brackets become dollars", () => {
    expect(settleDollars("so \\(x + y\\) is")).toBe("so $x + y$ is");
    expect(settleDollars("\\[ a = b \\]")).toBe("\n$$\na = b\n$$\n");
  });

  test("code keeps its dollars and brackets", () => {
    const fenced = "```sh\necho $HOME $PATH\n```\n";
    expect(settleDollars(fenced)).toBe(fenced);
    expect(settleDollars("run `echo $A \\(x\\)` now")).toBe("run `echo $A \\(x\\)` now");
  });

  test("a fence that is never closed keeps the rest of the text", () => {
    const open = "```\ncost $5 and $6";
    expect(settleDollars(open)).toBe(open);
  });

  test("a dollar that is already escaped is not escaped twice", () => {
    expect(settleDollars("\\$5")).toBe("\\$5");
  });

  test("a long text of openings that are never closed is read without delay", () => {
    const start = performance.now();
    for (const opening of ["$ ` ", "\\( ", "\\[ ", "$$ ", "``` ` "])
      settleDollars(opening.repeat(5_000));
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});
