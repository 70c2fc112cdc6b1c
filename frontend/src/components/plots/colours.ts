/**
 * The colours of the plots: Okabe and Ito's eight, which readers with the usual colour deficiencies
 * can tell apart (https://jfly.uni-koeln.de/color/). One series has one colour on every page.
 */
import { useComputedColorScheme } from "@mantine/core";

export const OKABE_ITO = {
  black: "#000000",
  orange: "#E69F00",
  skyBlue: "#56B4E9",
  bluishGreen: "#009E73",
  yellow: "#F0E442",
  blue: "#0072B2",
  vermillion: "#D55E00",
  reddishPurple: "#CC79A7",
} as const;

export const SERIES = {
  "reward model": OKABE_ITO.blue,
  "longer wins": OKABE_ITO.vermillion,
  "style only": OKABE_ITO.orange,
  "bag of words": OKABE_ITO.skyBlue,
  alpha: OKABE_ITO.reddishPurple,
  "raw agreement": OKABE_ITO.orange,
  judgments: OKABE_ITO.bluishGreen,
  win: OKABE_ITO.blue,
  tie: "#9AA0A6",
  lose: OKABE_ITO.orange,
  "as judged": OKABE_ITO.blue,
  "at equal style": OKABE_ITO.orange,
} as const;
export type SeriesName = keyof typeof SERIES;

/** The plain colours of paper and ink, as the theme has them; explicit, because a downloaded SVG has no style sheet. */
export interface Ink {
  text: string;
  muted: string;
  grid: string;
  paper: string;
}
export const INK: Record<"light" | "dark", Ink> = {
  light: { text: "#212529", muted: "#5c636a", grid: "#dee2e6", paper: "#ffffff" },
  dark: { text: "#e9ecef", muted: "#adb5bd", grid: "#495057", paper: "#242424" },
};

export function useInk(): Ink {
  return INK[useComputedColorScheme("light")];
}

/** How a number is put among others, as a tint behind it that leaves the number readable. */
export const TINT = { above: OKABE_ITO.blue, below: OKABE_ITO.orange, most: 0.42 } as const;

/** The tint of a number from −1, far below, to 1, far above; none at 0. */
export function tint(shade: number): string {
  const colour = shade < 0 ? TINT.below : TINT.above;
  const share = Math.min(1, Math.abs(shade)) * TINT.most;
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return `rgba(${red}, ${green}, ${blue}, ${share.toFixed(3)})`;
}
