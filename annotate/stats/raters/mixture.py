"""The mixture of Davidson models that `groups.py` chooses among: its votes, its fit, its forecast.

Votes are first added up: `table[raters, pairs × 3]`, sparse, says how often a rater gave each
outcome of each pair, and all steps are products with it. The fit of one group works on the
weighted outcomes of its pairs, `[pairs, 3]`, by Newton's method; a Bradley–Terry model that takes
such weights can take its place (`davidson`).
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_array

from annotate.stats.arrays import FloatArray, IntArray

STARTS = 4
"""Starts of EM from different groupings; the best after some steps is carried on."""
FIRST_STEPS = 8
DIRECTIONS = 4
"""Of the raters' departures from the common scores, for the first groupings."""
MOST_STEPS = 200
TOLERANCE = 1e-5
"""EM ends when a step gains less log likelihood per vote than this."""
SHARE_PRIOR = 1.0
"""Pseudo-raters of each group, so that none is left with a share of 0."""


@dataclass(frozen=True, slots=True)
class Comparisons:
    """`table[raters, pairs × 3]` (outcomes of pair p in columns 3p, 3p + 1, 3p + 2) over the pairs
    `first[pairs]`, `second[pairs]` of `items` items."""

    table: csr_array
    first: IntArray
    second: IntArray
    items: int


@dataclass(frozen=True, slots=True)
class Mixture:
    """`scores[groups, items]`, `ties[groups]` (ν), `shares[groups]`,
    `responsibilities[raters, groups]`."""

    scores: FloatArray
    ties: FloatArray
    shares: FloatArray
    responsibilities: FloatArray


def compare(
    rater: IntArray,
    first: IntArray,
    second: IntArray,
    outcome: IntArray,
    *,
    raters: int,
    items: int,
) -> Comparisons:
    """Add votes `[n]` up. Raises ValueError for numbers out of range or an item against itself."""
    for numbers, end in ((rater, raters), (first, items), (second, items), (outcome, 3)):
        if numbers.size and not (numbers.min() >= 0 and numbers.max() < end):
            raise ValueError("Raters, items or outcomes are out of range.")
    if (first == second).any():
        raise ValueError("An item can't be compared with itself.")
    low, high = np.minimum(first, second), np.maximum(first, second)
    codes, pair = np.unique(low * items + high, return_inverse=True)
    turned = np.where(first < second, outcome, 2 - outcome)
    shape = (raters, 3 * len(codes))
    table = csr_array((np.ones(len(rater)), (rater, pair * 3 + turned)), shape=shape)
    table.sum_duplicates()
    return Comparisons(table, *np.divmod(codes, max(items, 1)), items)


def fit_mixture(votes: Comparisons, groups: int, seed: int) -> Mixture:
    """EM from `STARTS` groupings of the raters, the best of them carried on to convergence."""
    common = _converged(votes, _nothing_known(votes))
    if groups == 1:
        return common
    features = _leanings(votes, common)
    rng = np.random.default_rng(seed)
    begun = []
    for _ in range(STARTS):
        mixture = _start(votes, common, np.eye(groups)[_clustered(features, groups, rng)])
        for _ in range(FIRST_STEPS):
            mixture, likelihood = _step(votes, mixture)
        begun.append((likelihood, mixture))
    return _converged(votes, max(begun, key=lambda start: start[0])[1])


def held_out_by_rater(mixture: Mixture, asked: Comparisons) -> FloatArray:
    """The log likelihood of each rater's votes, `[raters]`, each foretold by the rater's groups."""
    cells = asked.table.tocoo()
    chances = np.exp(_log_chances(asked, mixture))
    foretold = np.einsum("ng,ng->n", mixture.responsibilities[cells.row], chances[cells.col])
    logs = cells.data * np.log(np.maximum(foretold, 1e-300))
    return np.bincount(cells.row, logs, asked.table.shape[0]).astype(np.float64)


def davidson(
    votes: Comparisons, weights: FloatArray, scores: FloatArray, log_tie: float
) -> tuple[FloatArray, float]:
    """One Newton step of Davidson's model towards the posterior mode, from scores `[items]` and
    log ν: `weights[pairs, 3]` of the outcomes, standard normal priors on all parameters.

    Chances are ∝ exp(d/2), ν and exp(−d/2) for d = s_i − s_j. The log posterior is concave; a step
    is shortened to at most 1 so that it can't run away from a far start.
    """
    i, j = votes.first, votes.second
    chances = np.exp(_log_davidson((scores[i] - scores[j])[None], np.array([log_tie])))[0]
    n = weights.sum(axis=1)
    lean, tied = (chances[:, 0] - chances[:, 2]) / 2, chances[:, 1]
    pull = (weights[:, 0] - weights[:, 2]) / 2 - n * lean
    gradient = np.append(
        np.bincount(i, pull, votes.items) - np.bincount(j, pull, votes.items),
        (weights[:, 1] - n * tied).sum(),
    ) - np.append(scores, log_tie)
    curvature = _curvature(votes, n * ((1 - tied) / 4 - lean**2), -n * tied * lean)
    curvature[-1, -1] = (n * tied * (1 - tied)).sum()
    step = cho_solve(cho_factor(curvature + np.eye(votes.items + 1)), gradient)
    step /= max(1.0, float(np.abs(step).max()))
    return scores + step[:-1], log_tie + float(step[-1])


def _curvature(votes: Comparisons, of_scores: FloatArray, with_tie: FloatArray) -> FloatArray:
    """The information of the scores and, in the last row, of scores with log ν."""
    i, j = votes.first, votes.second
    curvature = np.zeros((votes.items + 1, votes.items + 1))
    curvature[i, j] = curvature[j, i] = -of_scores
    curvature[:-1, -1] = np.bincount(i, with_tie, votes.items)
    curvature[:-1, -1] -= np.bincount(j, with_tie, votes.items)
    curvature[-1, :-1] = curvature[:-1, -1]
    diagonal = np.arange(votes.items)
    curvature[diagonal, diagonal] = -curvature[:-1, :-1].sum(axis=1)
    return curvature


def _log_davidson(difference: FloatArray, log_tie: FloatArray) -> FloatArray:
    """Log chances of the outcomes, `[groups, pairs]` and `[groups]` to `[groups, pairs, 3]`."""
    ties = np.broadcast_to(log_tie[:, None], difference.shape)
    logits = np.stack([difference / 2, ties, -difference / 2], axis=-1)
    # As stable as logaddexp.reduce and three times as fast.
    top = np.maximum(np.abs(difference) / 2, ties)
    total = np.exp(logits - top[..., None]).sum(axis=-1)
    logs: FloatArray = logits - (top + np.log(total))[..., None]
    return logs


def _log_chances(votes: Comparisons, mixture: Mixture) -> FloatArray:
    """Of each column of the table, `[pairs × 3, groups]`."""
    difference = mixture.scores[:, votes.first] - mixture.scores[:, votes.second]
    logs = _log_davidson(difference, np.log(mixture.ties))
    return logs.reshape(len(mixture.ties), -1).T


def _nothing_known(votes: Comparisons) -> Mixture:
    one = np.ones((votes.table.shape[0], 1))
    return Mixture(np.zeros((1, votes.items)), np.ones(1), np.ones(1), one)


def _start(votes: Comparisons, common: Mixture, grouping: FloatArray) -> Mixture:
    """Groups fitted to a grouping of the raters, `[raters, groups]`, from the scores of all."""
    groups = grouping.shape[1]
    softly = 0.8 * grouping + 0.2 / groups
    alike = Mixture(
        np.repeat(common.scores, groups, axis=0),
        np.repeat(common.ties, groups),
        common.shares,
        softly,
    )
    return _maximised(votes, softly, alike)


def _maximised(votes: Comparisons, responsibilities: FloatArray, before: Mixture) -> Mixture:
    """One Newton step of each group towards its maximum under these responsibilities."""
    weights = votes.table.T @ responsibilities
    fitted = [
        davidson(votes, weights[:, g].reshape(-1, 3), scores, float(np.log(tie)))
        for g, (scores, tie) in enumerate(zip(before.scores, before.ties, strict=True))
    ]
    shares = responsibilities.sum(axis=0) + SHARE_PRIOR
    return Mixture(
        np.stack([scores for scores, _ in fitted]),
        np.exp([log_tie for _, log_tie in fitted]),
        shares / shares.sum(),
        responsibilities,
    )


def _step(votes: Comparisons, mixture: Mixture) -> tuple[Mixture, float]:
    """One step of EM, and the log likelihood of the parameters it started from."""
    logs = votes.table @ _log_chances(votes, mixture) + np.log(mixture.shares)
    total = np.logaddexp.reduce(logs, axis=1, keepdims=True)
    return _maximised(votes, np.exp(logs - total), mixture), float(total.sum())


def _converged(votes: Comparisons, mixture: Mixture) -> Mixture:
    least = TOLERANCE * max(1.0, float(votes.table.sum()))
    before = -np.inf
    for _ in range(MOST_STEPS):
        mixture, likelihood = _step(votes, mixture)
        if abs(likelihood - before) < least:
            break
        before = likelihood
    return mixture


def _leanings(votes: Comparisons, common: Mixture) -> FloatArray:
    """How each rater's votes depart from the common scores, by item, in its main directions.

    `[raters, directions]`: the residuals of a rater's votes summed by item and scaled to one unit
    of noise, along their leading singular vectors.
    """
    chances = np.exp(_log_chances(votes, common))[:, 0].reshape(-1, 3)
    residual = np.array([0.5, 0.0, -0.5]) - (chances[:, :1] - chances[:, 2:]) / 2
    column = np.arange(residual.size)
    rows, ends = np.r_[column, column], np.r_[votes.first.repeat(3), votes.second.repeat(3)]
    signed = np.r_[residual.ravel(), -residual.ravel()]
    by_item = csr_array((signed, (rows, ends)), shape=(residual.size, votes.items))
    departures = (votes.table @ by_item).toarray()
    departures /= np.sqrt(np.maximum(votes.table.sum(axis=1), 1))[:, None]
    left, size, _ = np.linalg.svd(departures, full_matrices=False)
    leanings: FloatArray = left[:, :DIRECTIONS] * size[:DIRECTIONS]
    return leanings


def _clustered(features: FloatArray, groups: int, rng: np.random.Generator) -> IntArray:
    """A grouping of the rows: k-means++ seeds (Arthur and Vassilvitskii 2007), some Lloyd steps."""
    centres = features[rng.integers(len(features), size=1)]
    while len(centres) < groups:
        nearest = _distances(features, centres).min(axis=1) + 1e-12
        centres = np.vstack(
            [centres, features[rng.choice(len(features), p=nearest / nearest.sum())]]
        )
    group: IntArray = np.zeros(len(features), dtype=np.int64)
    for _ in range(FIRST_STEPS):
        group = _distances(features, centres).argmin(axis=1)
        for g in np.unique(group):
            centres[g] = features[group == g].mean(axis=0)
    return group


def _distances(features: FloatArray, centres: FloatArray) -> FloatArray:
    squared: FloatArray = np.square(features[:, None] - centres).sum(axis=2)
    return squared
