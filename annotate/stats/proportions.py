"""Shares with their uncertainty. Numbers in, numbers out; it does not know what was counted."""

from math import sqrt

from annotate.stats.estimates import Estimate

Z95 = 1.959963984540054
"""The normal distribution's 97.5 % point: a two-sided interval of 95 %."""


def wilson(successes: float, n: int) -> Estimate:
    """The share of successes with Wilson's score interval at 95 %.

    Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927);
    unlike the textbook interval it stays within 0 and 1 and is not empty at 0 or n successes.
    Raises ValueError unless 0 ≤ successes ≤ n.
    """
    if not 0 <= successes <= n:
        raise ValueError("There can't be more successes than trials, or fewer than none.")
    if n == 0:
        return Estimate(None, None, None, 0, "There is nothing to count yet.")
    share = successes / n
    scale = 1 + Z95**2 / n
    centre = (share + Z95**2 / (2 * n)) / scale
    half = Z95 / scale * sqrt(share * (1 - share) / n + Z95**2 / (4 * n * n))
    return Estimate(share, max(0.0, centre - half), min(1.0, centre + half), n)
