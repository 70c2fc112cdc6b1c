"""The raters of `crowd_bt` where the scores say little: each pair's δ integrated out.

Arrays in, arrays out. It knows which pair a vote is on, not that pairs share items: what other
pairs say of a δ isn't used. With each response in one pair nothing is lost by that.

A pair's δ is normal around 0, its spread is estimated along. The integral is a sum over fixed nodes
(marginal maximum likelihood as in Bock & Aitkin, "Marginal maximum likelihood estimation of item
parameters", Psychometrika 46, 1981). Maximising over each δ instead would explain every vote by a δ
of its own and call all raters reliable (Neyman & Scott, Econometrica 16, 1948).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.special import expit

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.consensus.crowd_density import (
    SIDES,
    VAGUE,
    Maximum,
    as_matrices,
    maximum,
    rater_precision,
    rater_prior,
)

LOG_SD_SD = 1.0
"""Of the prior of the logarithm of the scores' standard deviation, around the one expected."""

_NODES = np.linspace(-4, 4, 21)
_WEIGHTS = np.exp(-(_NODES**2) / 2) / np.exp(-(_NODES**2) / 2).sum()
# Pairs worked on at once.
_BLOCK = 1 << 13


@dataclass(frozen=True, slots=True)
class PairVotes:
    """How often each kind of vote was cast on each pair, in blocks of `[pairs, kinds]`; the votes
    of each rater `[raters]`; the standard deviation that scores are expected to have.

    A kind is 9 · rater + 3 · side + outcome, all seen from the pair's first item.
    """

    blocks: list[csr_array]
    rated: IntArray
    score_sd: float


class _Kinds(NamedTuple):
    """Log probabilities `[raters, sides, outcomes, nodes]`, and their derivatives."""

    log_p: FloatArray
    difference: FloatArray
    reliability: FloatArray
    side: FloatArray
    tie: FloatArray


def on_pairs(
    pair: IntArray,
    outcome: IntArray,
    rater: IntArray,
    side: IntArray,
    *,
    pairs: int,
    raters: int,
    score_sd: float,
) -> PairVotes:
    """Votes `[votes]`, seen from their pair's first item; `side` is that of `Votes.mark`."""
    kind = 9 * rater + 3 * side + outcome
    counts = csr_array((np.ones(len(pair)), (pair, kind)), shape=(pairs, 9 * raters))
    blocks = [counts[begin : begin + _BLOCK] for begin in range(0, pairs, _BLOCK)]
    return PairVotes(blocks, np.bincount(rater, minlength=raters), score_sd)


def rater_maximum(votes: PairVotes, start: FloatArray) -> Maximum:
    """The raters of highest marginal posterior, from a start on; vectors as in `log_marginal`."""
    total = int(votes.rated.sum())
    precision = np.r_[rater_precision(votes.rated), LOG_SD_SD**-2 + VAGUE * total]
    return maximum(lambda vector: log_marginal(vector, votes), start, precision, total)


def log_marginal(vector: FloatArray, votes: PairVotes) -> tuple[float, FloatArray]:
    """The log posterior with δ integrated out, up to a constant, and its gradient.

    `vector` holds the logits of reliability, the left biases, log ν, and the logarithm of the
    scores' standard deviation over the one expected.
    """
    value, gradient = rater_prior(vector[:-1])
    value -= float(vector[-1] / LOG_SD_SD) ** 2 / 2
    kinds = _kinds(vector, votes.score_sd)
    rows = kinds.log_p.reshape(-1, len(_NODES))
    expected = np.zeros_like(rows)
    for block in votes.blocks:
        at_node, log_likelihood = _posterior(block, rows)
        value += log_likelihood
        expected += block.T @ at_node
    counts = expected.reshape(kinds.log_p.shape)
    return value, np.r_[gradient, -vector[-1] / LOG_SD_SD**2] + np.r_[
        (counts * kinds.reliability).sum(axis=(1, 2, 3)),
        (counts * kinds.side).sum(axis=(2, 3)) @ SIDES,
        (counts * kinds.tie).sum(),
        (counts * kinds.difference * _differences(vector, votes.score_sd)).sum(),
    ]


def marginal_information(vector: FloatArray, votes: PairVotes) -> FloatArray:
    """The votes' information on logits of reliability and left biases, `[raters, 2, 2]`: the sum of
    squared slopes, each averaged over what is open about δ."""
    kinds = _kinds(vector, votes.score_sd)
    rows, reliability, side = (
        table.reshape(-1, len(_NODES)) for table in (kinds.log_p, kinds.reliability, kinds.side)
    )
    sums = np.zeros((3, len(rows)))
    for block in votes.blocks:
        at_node, _ = _posterior(block, rows)
        pair = np.repeat(np.arange(block.shape[0]), np.diff(block.indptr))
        kind = block.indices
        a, b = ((at_node[pair] * slope[kind]).sum(axis=1) for slope in (reliability, side))
        products = (a * a, a * b, b * b)
        sums += [np.bincount(kind, block.data * product, len(rows)) for product in products]
    return as_matrices(sums.reshape(3, -1, 3, 3).sum(axis=3))


def differences(vector: FloatArray, votes: PairVotes) -> tuple[FloatArray, FloatArray]:
    """The mean and the variance of each pair's δ given the votes on it, `[pairs]` each."""
    at, rows = _differences(vector, votes.score_sd), _kinds(vector, votes.score_sd).log_p
    rows = rows.reshape(-1, len(_NODES))
    moments = [_posterior(block, rows)[0] @ np.stack([at, at**2], axis=1) for block in votes.blocks]
    mean, square = np.concatenate(moments).T
    return mean, square - mean**2


def _posterior(block: csr_array, rows: FloatArray) -> tuple[FloatArray, float]:
    """Where each pair's δ is, `[pairs, nodes]`, and the log-likelihood of the block's votes."""
    joint = np.ascontiguousarray((block @ rows).T) + np.log(_WEIGHTS)[:, None]
    highest = joint.max(axis=0)
    shares = np.exp(joint - highest)
    total = shares.sum(axis=0)
    return np.ascontiguousarray((shares / total).T), float((highest + np.log(total)).sum())


def _kinds(vector: FloatArray, score_sd: float) -> _Kinds:
    reliability, left_bias = vector[:-2].reshape(2, -1)
    nu, honest = np.exp(vector[-2]), expit(reliability)[:, None, None, None]
    difference = _differences(vector, score_sd)
    bias = np.outer(left_bias, SIDES)[:, :, None]
    right, if_right, right_tie = _davidson(difference + bias, nu)
    wrong, if_wrong, wrong_tie = _davidson(-difference + bias, nu)
    p = honest * right + (1 - honest) * wrong
    is_right = honest * right / p
    if_right, if_wrong = is_right * if_right, (1 - is_right) * if_wrong
    return _Kinds(
        np.log(p), if_right - if_wrong, is_right - honest, if_right + if_wrong,
        is_right * right_tie + (1 - is_right) * wrong_tie,
    )  # fmt: skip


def _differences(vector: FloatArray, score_sd: float) -> FloatArray:
    """δ at the nodes."""
    differences: FloatArray = score_sd * np.exp(vector[-1]) * np.sqrt(2) * _NODES
    return differences


def _davidson(d: FloatArray, nu: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Probabilities of the outcomes, `[…, nodes]` to `[…, outcomes, nodes]`, and the derivatives of
    their logs in d and log ν."""
    win = np.exp(d / 2)
    shares = np.stack([win, np.full_like(win, nu), 1 / win], axis=-2)
    p = shares / shares.sum(axis=-2, keepdims=True)
    mean = p[..., :1, :] - p[..., 2:, :]
    won, tied = np.array([[1.0], [0.0], [-1.0]]), np.array([[0.0], [1.0], [0.0]])
    return p, (won - mean) / 2, tied - p[..., 1:2, :]
