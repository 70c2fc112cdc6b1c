"""Groups of raters with different preferences: a mixture of Bradley–Terry models with ties.

Arrays in, numbers out. Each rater belongs to one group, each group has its own scores of the items
(Davidson's model, "On extending the Bradley–Terry model to accommodate ties", JASA 65, 1970) and
its own readiness for ties. It does not know who the raters are, nor why a group prefers what it
does: a group may be a view, an instruction read another way, or carelessness.

Fitted by EM from several seeded starts. How many groups there are is decided by votes that were
held out: a share of each rater's votes in turn, and of all numbers of groups the smallest whose
held-out log likelihood is within one standard error of the best one's (Hastie, Tibshirani and
Friedman, The Elements of Statistical Learning, 2nd edition, section 7.10). The error is that of the
difference between the two, over raters: the votes of one rater stand or fall together.
"""

from dataclasses import dataclass

import numpy as np

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.raters.mixture import (
    Mixture,
    compare,
    fit_mixture,
    held_out_by_rater,
)

FOLDS = 5
TOO_FEW = (
    f"Fewer than two raters have given as many as {FOLDS} votes, too few to tell groups of raters."
)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """How well a number of groups foretells votes it has not seen.

    `log_likelihood` and `error`: the mean per vote and its standard error over raters. `shortfall`
    is what it lacks of the best number's mean, with the standard error of that difference.
    """

    groups: int
    log_likelihood: float
    error: float
    shortfall: float
    shortfall_error: float


@dataclass(frozen=True, slots=True)
class RaterGroups:
    """The groups chosen, the largest first.

    `scores[groups, items]` average zero; `ties[groups]` is Davidson's ν. `shares[groups]` add up to
    1; `responsibilities[raters, groups]` say how likely each rater belongs to each group.
    `held_out` has one entry a number of groups tried: none where there was too little to try.
    """

    scores: FloatArray
    ties: FloatArray
    shares: FloatArray
    responsibilities: FloatArray
    held_out: tuple[HeldOut, ...]
    summary: str


def rater_groups(
    rater: IntArray,
    first: IntArray,
    second: IntArray,
    outcome: IntArray,
    *,
    raters: int,
    items: int,
    most: int = 4,
    seed: int = 0,
) -> RaterGroups:
    """Find the groups of `raters` (0 … raters − 1) over `items`; the votes are `[n]` each.

    `outcome` is 0 first wins, 1 tie, 2 second wins. At most `most` groups are tried. Scores have a
    standard normal prior, so that few or one-sided comparisons give finite ones. Raises
    ValueError for numbers out of range or an item compared with itself.
    """
    votes = compare(rater, first, second, outcome, raters=raters, items=items)
    per_rater = np.bincount(rater, minlength=raters)
    if np.count_nonzero(per_rater >= FOLDS) < 2:
        return _described(fit_mixture(votes, 1, seed), (), TOO_FEW)
    fold = _folds(rater, seed)
    by_rater = np.zeros((most, raters))
    for held in range(FOLDS):
        out = fold == held
        kept, asked = (
            compare(rater[k], first[k], second[k], outcome[k], raters=raters, items=items)
            for k in (~out, out)
        )
        for groups in range(1, most + 1):
            by_rater[groups - 1] += held_out_by_rater(fit_mixture(kept, groups, seed), asked)
    held_out = _compared(by_rater, per_rater)
    groups = next(h.groups for h in held_out if h.shortfall <= h.shortfall_error)
    return _described(fit_mixture(votes, groups, seed), held_out, None)


def _folds(rater: IntArray, seed: int) -> IntArray:
    """A fold for each vote, so that each rater's votes are spread evenly over all."""
    shuffled = np.random.default_rng(seed).permutation(len(rater))
    by_rater = shuffled[np.argsort(rater[shuffled], kind="stable")]
    fold = np.empty(len(rater), dtype=np.int64)
    fold[by_rater] = np.arange(len(rater)) % FOLDS
    return fold


def _compared(by_rater: FloatArray, votes: IntArray) -> tuple[HeldOut, ...]:
    """Held-out log likelihoods `[numbers of groups, raters]`, summed, to their comparison."""
    best = int(np.argmax(by_rater.sum(axis=1)))
    compared = []
    for groups, sums in enumerate(by_rater, start=1):
        mean, error = _mean_per_vote(sums, votes)
        shortfall, shortfall_error = _mean_per_vote(by_rater[best] - sums, votes)
        compared.append(HeldOut(groups, mean, error, shortfall, shortfall_error))
    return tuple(compared)


def _mean_per_vote(sums: FloatArray, votes: IntArray) -> tuple[float, float]:
    """Σ sums / Σ votes over raters, and the standard error of that ratio by linearisation
    (Cochran, Sampling Techniques, 3rd edition, section 6.4)."""
    judged = votes > 0
    n = int(np.count_nonzero(judged))
    mean = float(sums.sum() / votes.sum())
    residual = sums[judged] - mean * votes[judged]
    spread = float(np.square(residual).sum()) * n / max(n - 1, 1)
    return mean, spread**0.5 / float(votes.sum())


def _described(mixture: Mixture, held_out: tuple[HeldOut, ...], reason: str | None) -> RaterGroups:
    order = np.argsort(-mixture.shares, kind="stable")
    responsibilities = mixture.responsibilities[:, order]
    return RaterGroups(
        scores=mixture.scores[order],
        ties=mixture.ties[order],
        shares=mixture.shares[order],
        responsibilities=responsibilities,
        held_out=held_out,
        summary=reason or _sentence(responsibilities, held_out),
    )


def _sentence(responsibilities: FloatArray, held_out: tuple[HeldOut, ...]) -> str:
    raters, groups = responsibilities.shape
    one, chosen = held_out[0], held_out[groups - 1]
    if groups == 1:
        return "The raters are one group: more groups don't foretell their answers better."
    sizes = np.bincount(responsibilities.argmax(axis=1), minlength=groups)
    gain = chosen.log_likelihood - one.log_likelihood
    return (
        f"The {raters} raters fall into {groups} groups with different preferences "
        f"({', '.join(str(size) for size in sizes)}): with these, answers that were held out are "
        f"{np.expm1(gain):.1%} likelier than if all raters preferred the same."
    )
