/** How the columns of the table of raters are read. */
export const COLUMN_HELP: readonly (readonly [string, string])[] = [
  [
    "Agreement with the others",
    "how often the vote is what most of the others said on the same pair. Where the others are split, the pair is left out.",
  ],
  [
    "Chose the left",
    "the side is drawn by chance, so about one half is usual. A mark stands from three standard errors away: chance gives that to about 3 of 1,000 raters.",
  ],
  [
    "Ties",
    "how often they call two responses equally good. Far from what the others do, they may read the guidelines differently.",
  ],
  ["Median time", "half of their answers took less than this, half took more."],
  [
    "Change",
    "the agreement of the newer half of their votes less that of the older half, in percentage points. A mark stands where the interval leaves out 0; of raters who did not change about 1 in 20 gets it too.",
  ],
];
