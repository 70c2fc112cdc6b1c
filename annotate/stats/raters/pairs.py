"""Pairs of raters who agree more than their skill and chance explain.

Arrays in, numbers out. Two raters may have talked, copied, or be one person with two accounts; or
share a view that the others don't. The figures can't tell which: evidence for a manager, never a
verdict. It does not know who they are.

Held against one expected share for all, two careful raters on easy units look like a conspiracy,
and of 200 raters' 19,900 pairs some 27 pass three standard deviations by luck alone. Here the
expectation is each pair's own, unit by unit, and q-values bound the share of false alarms among the
pairs that are shown.

Method: under the model of Dawid and Skene (1979) two raters are independent given the truth, so on
a unit they agree with chance Σ_t p(t) Σ_k C_i[t, k] C_j[t, k], where p is the posterior of that
unit's truth from the *other* raters' votes (their own two would take what is to be explained as
its explanation). Real units differ in more than their truth: clear ones bring everybody together.
So a pair is held against what pairs do here, twice: the log odds of agreement are calibrated by one
line for all, and the surplus is scaled by the robust spread of all pairs where that is above 1
(Efron, "Large-scale simultaneous hypothesis testing: the choice of a null hypothesis", JASA 99,
2004). If half of all pairs collude, they are what pairs do here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtr

from annotate.stats.arrays import FloatArray, IntArray, numbered
from annotate.stats.consensus import smoothed_majority
from annotate.stats.consensus.dawid_skene import dawid_skene
from annotate.stats.raters.votes import OUTCOMES, Votes, read_votes, unit_counts

FEWEST_TOGETHER = 20
"""Units that two raters share before they are tested (a judgement)."""
MOST_RATERS = 200
"""Units with more raters are left out: their pairs grow with the square, and shared by all they
tell little of two."""
NEWTON_STEPS = 8
# Rows of pairs on units held at once: what fits the processor's cache.
_BLOCK_ROWS = 30_000


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Pairs of raters who share enough units, `[pairs]` each, the most unusual first.

    `first` and `second` are raters' numbers; `together` counts the units both judged, `same` those
    with the same outcome, `expected` how many of these skill and chance explain. `excess` is the
    surplus in standard deviations; `p` the chance of at least that surplus between independent
    raters, and `q` the share of false alarms among all pairs at most as likely (Benjamini and
    Hochberg 1995).
    """

    first: IntArray
    second: IntArray
    together: IntArray
    same: IntArray
    expected: FloatArray
    excess: FloatArray
    p: FloatArray
    q: FloatArray


def pair_agreement(
    rater: IntArray,
    unit: IntArray,
    outcome: IntArray,
    *,
    confusion: FloatArray | None = None,
    shares: FloatArray | None = None,
) -> PairAgreement:
    """Test every two raters that share at least 20 units; arguments `[n]`, one a vote.

    `confusion[raters, 3, 3]` holds each rater's chances of the answers (columns) by the truth
    (rows), raters in ascending order of their numbers, and `shares[3]` those of the truths, as
    Dawid–Skene gives them; None takes them from the votes (`confusions`). An unexplained surplus is
    one-sided: raters who avoid each other's answers are not looked for. Raises ValueError for an
    outcome outside {0, 1, 2} or tables of another shape.
    """
    votes = _by_unit(read_votes(rater, unit, outcome))
    if confusion is None:
        confusion = confusions(votes)
    if shares is None:
        shares = _shares(unit_counts(votes).astype(np.float64))
    if confusion.shape != (len(votes.raters), OUTCOMES, OUTCOMES) or shares.shape != (OUTCOMES,):
        raise ValueError("Every rater needs a 3 × 3 table of confusions.")
    return _tested(votes, *_explained(votes, confusion, shares))


def confusions(votes: Votes) -> FloatArray:
    """Each rater's confusions, `[raters, 3, 3]`, rows summing to 1, by Dawid and Skene's model of
    pairs whose order means nothing."""
    return dawid_skene(
        votes.unit,
        votes.rater,
        votes.outcome,
        tasks=votes.units,
        raters=len(votes.raters),
        labels=OUTCOMES,
        model="full",
        mirrored=True,
    ).confusion


def q_values(p: FloatArray) -> FloatArray:
    """The false discovery rate at which each test would just be a discovery, `[tests]`.

    Benjamini and Hochberg, "Controlling the false discovery rate", JRSS B 57 (1995).
    """
    order = np.argsort(p)
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    q = np.empty(len(p))
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q


def _tested(votes: Votes, pair: IntArray, same: FloatArray, chance: FloatArray) -> PairAgreement:
    """What `_explained` gives, added up by pair and tested."""
    codes, index = numbered(pair)
    together = np.bincount(index, minlength=len(codes))
    tested = together >= FEWEST_TOGETHER
    chance = _calibrated(chance, same, tested[index])
    first, second = np.divmod(codes[tested], max(1, len(votes.raters)))
    seen = _sums(index, same, len(codes))[tested]
    expected = _sums(index, chance, len(codes))[tested]
    variance = _sums(index, chance * (1 - chance), len(codes))[tested]
    deviation = np.sqrt(np.maximum(variance, 1e-12))
    deviation *= max(1.0, _spread((seen - expected) / deviation))
    # The continuity correction makes the normal approximation err to the side of caution.
    p: FloatArray = ndtr(-(seen - 0.5 - expected) / deviation)
    ranked = np.argsort(-(seen - expected) / deviation, kind="stable")
    return PairAgreement(
        first=votes.raters[first][ranked],
        second=votes.raters[second][ranked],
        together=together[tested][ranked],
        same=seen.astype(np.int64)[ranked],
        expected=expected[ranked],
        excess=((seen - expected) / deviation)[ranked],
        p=p[ranked],
        q=q_values(p)[ranked],
    )


def _by_unit(votes: Votes) -> Votes:
    """The votes of a unit beside each other: what is read together lies together."""
    at = np.argsort(votes.unit, kind="stable")
    columns = {name: getattr(votes, name)[at] for name in ("rater", "unit", "outcome", "kept")}
    return replace(votes, **columns)


def _shares(counts: FloatArray) -> FloatArray:
    return smoothed_majority(counts.sum(axis=0))


# Below, the three truths come first, `[3, votes]` or `[3, units]`: sums over them are faster so.


def _evidence(votes: Votes, confusion: FloatArray) -> FloatArray:
    """What each vote says of the truth, as log likelihoods `[3, n]`."""
    logs = np.log(np.maximum(confusion, 1e-12)).transpose(1, 0, 2).reshape(OUTCOMES, -1)
    cell = votes.rater * OUTCOMES + votes.outcome
    return np.stack([of_truth[cell] for of_truth in logs])


def _log_posterior(votes: Votes, evidence: FloatArray, shares: FloatArray) -> FloatArray:
    """`[3, units]`, not normalised."""
    sums = np.stack([_sums(votes.unit, of_truth, votes.units) for of_truth in evidence])
    return sums + np.log(np.maximum(shares, 1e-12))[:, None]


def _sums(index: IntArray, weights: FloatArray, size: int) -> FloatArray:
    return np.bincount(index, weights, size).astype(np.float64)


def _normalised(logs: FloatArray) -> FloatArray:
    weights = np.exp(logs - logs.max(axis=0))
    chances: FloatArray = weights / weights.sum(axis=0)
    return chances


def _explained(
    votes: Votes, confusion: FloatArray, shares: FloatArray
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Of every two votes on a unit: the pair's code (smaller rater × raters + larger), whether they
    are the same (1, 0), and the chance of that. The votes come unit by unit."""
    evidence = _evidence(votes, confusion)
    known = _log_posterior(votes, evidence, shares)
    blocks = []
    for one, other in _pairs_of_votes(votes):
        truth = _normalised(known[:, votes.unit[one]] - evidence[:, one] - evidence[:, other])
        i, j = votes.rater[one], votes.rater[other]
        alike = np.einsum("ntk,ntk->tn", confusion[i], confusion[j])
        pair = np.minimum(i, j) * len(votes.raters) + np.maximum(i, j)
        same = (votes.outcome[one] == votes.outcome[other]).astype(np.float64)
        blocks.append((pair, same, (truth * alike).sum(axis=0)))
    if not blocks:
        return np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0)
    pairs, sames, chances = zip(*blocks, strict=True)
    return np.concatenate(pairs), np.concatenate(sames), np.concatenate(chances)


def _pairs_of_votes(votes: Votes) -> Iterator[tuple[IntArray, IntArray]]:
    """The rows of every two votes on one unit, block by block."""
    size = np.bincount(votes.unit, minlength=votes.units)
    first = np.cumsum(size) - size
    for raters in np.unique(size[(size >= 2) & (size <= MOST_RATERS)]):
        starts = first[size == raters]
        i, j = np.triu_indices(int(raters), k=1)
        block = max(1, _BLOCK_ROWS // len(i))
        for at in range(0, len(starts), block):
            rows = starts[at : at + block, None]
            yield (rows + i).ravel(), (rows + j).ravel()


def _calibrated(chance: FloatArray, same: FloatArray, counted: NDArray[np.bool_]) -> FloatArray:
    """The chances with log odds a + b·(log odds), fitted to `same` of those `counted`.

    Logistic regression by Newton's method, with a weak Gaussian prior around a = 0, b = 1.
    """
    odds = logit(np.clip(chance, 1e-6, 1 - 1e-6))
    design = np.stack([np.ones_like(odds), odds], axis=1)
    known, seen, line = design[counted], same[counted], np.array([0.0, 1.0])
    for _ in range(NEWTON_STEPS):
        fitted = expit(known @ line)
        gradient = known.T @ (seen - fitted) - (line - [0.0, 1.0])
        hessian = (known * (fitted * (1 - fitted))[:, None]).T @ known + np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        line = line + step
        if np.abs(step).max() < 1e-6:
            break
    moved: FloatArray = expit(design @ line)
    return moved


def _spread(deviations: FloatArray) -> float:
    """The standard deviation by the median absolute deviation: a few large ones don't move it."""
    if not len(deviations):
        return 1.0
    return float(1.4826 * np.median(np.abs(deviations - np.median(deviations))))
