"""The Davidson–Luce model of a choice with ties: probabilities and moments. Many choices at once.

From m items with scores s a set S is chosen with a probability proportional to
ν_|S| · exp(Σ s_i / |S|), the sum over S; ν of one item is 1. Of two items it is Davidson's model,
and without ties it is Luce's. The sums over all sets of a size are elementary symmetric
polynomials, so no sets are listed.

Firth, Kosmidis & Turner, "Davidson–Luce model for multi-item choice with ties" (2019),
arXiv:1909.07123; Turner, van Etten, Firth & Kosmidis, "Modelling rankings in R: the PlackettLuce
package", Computational Statistics 35 (2020), which reads a ranking with ties as such choices.
"""

from dataclasses import dataclass

import numpy as np

from annotate.stats.arrays import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Moments:
    """Of φ, with φ_i = 1/|S| for i in S and 0 elsewhere, over choices of m items, `[…, choices]`.

    `log_total` is the log of the sum over all sets; `share[m]` is E φ; `size[orders]` is the
    probability that so many tie; `together[m(m − 1)/2]` is E φ_i φ_j for the pairs (0, 1), (0, 2),
    …; `share_of_size[orders, m]` is E φ within the ties of a size, times their probability.
    """

    log_total: FloatArray
    share: FloatArray
    size: FloatArray
    together: FloatArray
    share_of_size: FloatArray


def moments(score: FloatArray, log_tie: FloatArray, tie_order: IntArray) -> Moments:
    """From `score[m, choices]`, log ν `log_tie[orders]` and their sizes `tie_order[orders]`.

    Sizes that aren't given are impossible.
    """
    m, choices = score.shape
    top = score.max(axis=0)
    score = score - top
    share = np.exp(score)
    total = share.sum(axis=0)
    size = np.zeros((len(tie_order), choices))
    share_of_size = np.zeros((len(tie_order), m, choices))
    together = np.zeros((m * (m - 1) // 2, choices))
    for place, order in enumerate(tie_order):
        if order <= m:
            worth, nu = np.exp(score / order), np.exp(log_tie[place])
            sums = _symmetric(worth, int(order))
            rest = _without_one(worth, sums)
            size[place] = nu * sums[order]
            share_of_size[place] = nu / order * worth * rest[order - 1]
            _add_pairs(together, worth, rest, int(order), nu / order**2)
            total += size[place]
            share += share_of_size[place]
    return Moments(
        np.log(total) + top,
        np.divide(share, total, out=share),
        np.divide(size, total, out=size),
        np.divide(together, total, out=together),
        np.divide(share_of_size, total, out=share_of_size),
    )


def _symmetric(worth: FloatArray, order: int) -> FloatArray:
    """Elementary symmetric polynomials of degrees 0 to `order`, `[m, choices]` to `[order + 1,
    choices]`."""
    sums = np.zeros((order + 1, worth.shape[1]))
    sums[0] = 1
    for done, one in enumerate(worth, start=1):
        for degree in range(min(done, order), 0, -1):
            sums[degree] += one * sums[degree - 1]
    return sums


def _without_one(worth: FloatArray, sums: FloatArray) -> list[FloatArray]:
    """The polynomials of all items but one, by degree below the last, `[m, choices]` each.

    The recurrence subtracts, but with the largest worth 1 its error is that of the last bit of sums
    that are no larger than the total, which is at least 1.
    """
    rest = [np.ones_like(worth)]
    for degree in range(1, len(sums) - 1):
        rest.append(sums[degree] - worth * rest[-1])
    return rest


def _add_pairs(
    together: FloatArray, worth: FloatArray, rest: list[FloatArray], order: int, factor: float
) -> None:
    """Adds the sums over sets of `order` items that hold both items of a pair."""
    start = 0
    for one in range(len(worth) - 1):
        others = worth[one + 1 :]
        left = np.ones_like(others)
        for degree in range(1, order - 1):
            left = rest[degree][one] - others * left
        together[start : start + len(others)] += factor * worth[one] * others * left
        start += len(others)
