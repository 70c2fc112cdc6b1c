/** Wilson's score interval, for the shares that the reliability diagram shows. */

const Z = 1.959963984540054;

/**
 * The 95 % interval of a share seen in `n` independent cases.
 * Wilson (1927), without continuity correction: method 3 of Newcombe (1998), Statist. Med. 17:857.
 */
export function wilson(share: number, n: number): { lower: number; upper: number } {
  if (n <= 0) return { lower: 0, upper: 1 };
  const denominator = 1 + Z ** 2 / n;
  const centre = (share + Z ** 2 / (2 * n)) / denominator;
  const half = (Z * Math.sqrt((share * (1 - share)) / n + Z ** 2 / (4 * n ** 2))) / denominator;
  return { lower: Math.max(0, centre - half), upper: Math.min(1, centre + half) };
}
