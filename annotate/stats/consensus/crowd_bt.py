"""Consensus of comparisons: scores of items and reliability of raters, estimated together.

Arrays in, arrays out. It knows which two items were compared, by whom, with which outcome and,
where that is known, which one was on the left. It does not know prompts, times or gold answers. The
model and its sources are in `crowd_density`.

Where items meet often, scores and raters are the joint mode. Where the votes leave the differences
of scores open, as with each response in one pair that few raters judge, that mode would be wrong on
the raters: they are then estimated first with the differences integrated out, pair by pair
(`crowd_raters`), and the scores after them.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.sparse import csr_array, diags_array
from scipy.sparse.linalg import cg
from scipy.special import expit, logit

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.consensus.crowd_density import (
    BIAS_SD,
    HONEST,
    MIRRORED,
    VAGUE,
    Maximum,
    Parameters,
    Votes,
    log_posterior,
    maximum,
    packed,
    rater_information,
    rater_precision,
    score_information,
    turned,
    unpacked,
)
from annotate.stats.consensus.crowd_outcomes import (
    Pairs,
    check_items,
    pairs_of,
    variance_of,
    within,
)
from annotate.stats.consensus.crowd_raters import (
    differences,
    marginal_information,
    on_pairs,
    rater_maximum,
)
from annotate.stats.proportions import Z95

Method = Literal["joint", "pairs"]

SCORE_SD = 1.0
"""Of the scores' prior. By the method "pairs" it is where the estimate starts."""

# Mean variance of δ, by vote, up to which scores are fixed at their mode. There a vote's log
# probability is off its average by about 0.005.
_OPEN = 0.05
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class CrowdBT:
    """Scores of items and habits of raters, with what they leave open.

    `score_se[items]` allows for each opponent's score being an estimate too, but not for the
    opponents' other opponents, nor for the raters; it is exact where each item is in one pair.
    `reliability_interval[raters, 2]` (95 %, normal on the logit) and `left_bias_se[raters]` take
    account of each other and, by the method "pairs", of what is open about δ; not of ν nor, by
    "joint", of the scores. An item or a rater without votes has the prior's. `log_posterior` is up
    to a constant, and by "pairs" that of the raters. `score_sd` is that of the scores' prior.
    `converged` is False where a search ran out of steps.

    `item_precision[items]`, and `pair_information[pairs]` of the pairs coded in `pair`, are for
    `honest_outcomes`.
    """

    parameters: Parameters
    score_se: FloatArray
    reliability_interval: FloatArray
    left_bias_se: FloatArray
    score_sd: float
    log_posterior: float
    iterations: int
    converged: bool
    method: Method
    item_precision: FloatArray
    pair: IntArray
    pair_information: FloatArray


@dataclass(frozen=True, slots=True)
class _Fit:
    parameters: Parameters
    on_pair: FloatArray  # [pairs] information on δ
    raters: FloatArray  # [raters, 2, 2] the votes' information
    score_sd: float
    search: Maximum
    method: Method


def crowd_bt(
    first: IntArray,
    second: IntArray,
    outcome: IntArray,
    rater: IntArray,
    shown_left: IntArray,
    *,
    items: int,
    raters: int,
    score_sd: float = SCORE_SD,
    warm: Parameters | None = None,
) -> CrowdBT:
    """Fits scores, reliabilities, left biases and the weight of ties to votes, `[votes]` each.

    `first` and `second` are items from 0 to below `items`, `rater` one below `raters`, `outcome` 0
    where the first wins, 1 for a tie, 2 where the second wins; `shown_left` is 0 where the first
    was on the left, 1 where the second was, −1 where nobody knows. Repeated votes count again. The
    scores' prior is normal around 0, the other priors are constants of `crowd_density`. `warm` are
    parameters to start from. Raises ValueError for a number out of range, an item compared with
    itself, or a warm start of another size.
    """
    _check(first, second, outcome, rater, shown_left, items=items, raters=raters)
    if not 0 < score_sd < np.inf:
        raise ValueError("The scores' prior needs a positive standard deviation.")
    start = _start(warm, items, raters, outcome)
    votes = turned(first, second, outcome, rater, shown_left, items=items, raters=raters)
    pairs = pairs_of(votes.first, votes.second, items)
    fit = _by_pairs if _is_open(votes, pairs, score_sd) else _jointly
    return _result(fit(start, votes, pairs, score_sd), pairs)


def _check(
    first: IntArray,
    second: IntArray,
    outcome: IntArray,
    rater: IntArray,
    shown_left: IntArray,
    *,
    items: int,
    raters: int,
) -> None:
    if len({len(first), len(second), len(outcome), len(rater), len(shown_left)}) > 1:
        raise ValueError("A vote needs its two items, outcome, rater and side.")
    check_items(first, second, items)
    within(rater, 0, raters - 1, f"A rater is a number from 0 to below {raters}.")
    within(outcome, 0, 2, "An outcome is 0 (first wins), 1 (tie) or 2 (second wins).")
    within(shown_left, -1, 1, "On the left was 0 (the first), 1 (the second) or -1 (unknown).")


def _start(warm: Parameters | None, items: int, raters: int, outcome: IntArray) -> FloatArray:
    """Even scores, and the ν of which these would tie as often: from 1 it is far to that of votes
    without a tie."""
    if warm is None:
        reliability = np.full(raters, HONEST / (HONEST + MIRRORED))
        ties = (np.count_nonzero(outcome == 1) + 0.5) / (len(outcome) + 1)
        return packed(
            Parameters(np.zeros(items), reliability, np.zeros(raters), 2 * ties / (1 - ties))
        )
    if (len(warm.scores), len(warm.reliability), len(warm.left_bias)) != (items, raters, raters):
        raise ValueError("A warm start has a score for each item and two habits for each rater.")
    return packed(warm)


def _is_open(votes: Votes, pairs: Pairs, score_sd: float) -> bool:
    """Whether differences of scores stay open, and most is known of them by the votes on the pair
    itself; by the numbers of votes alone."""
    if not len(votes.first):
        return False
    on_pair = pairs.sums(np.full(len(votes.first), VAGUE))
    precision = pairs.item_precision(on_pair, score_sd)
    lower, higher = pairs.ends
    weight = on_pair / on_pair.sum()
    variance = weight @ variance_of(precision[lower], precision[higher], on_pair)
    alone = weight @ (1 / (score_sd**-2 / 2 + on_pair))
    return bool(variance > max(_OPEN, alone / 2))


def _jointly(start: FloatArray, votes: Votes, pairs: Pairs, score_sd: float) -> _Fit:
    compared = np.bincount(votes.first, minlength=votes.items)
    compared += np.bincount(votes.second, minlength=votes.items)
    rated = np.bincount(votes.mark // 3, minlength=votes.raters)
    precision = np.r_[score_sd**-2 + VAGUE * compared, rater_precision(rated)]
    search = maximum(
        lambda vector: log_posterior(vector, votes, score_sd), start, precision, len(votes.first)
    )
    at = unpacked(search.vector, votes.items)
    on_pair = pairs.sums(score_information(at, votes))
    return _Fit(at, on_pair, rater_information(at, votes), score_sd, search, "joint")


def _by_pairs(start: FloatArray, votes: Votes, pairs: Pairs, score_sd: float) -> _Fit:
    tied, turn = np.arange(len(votes.first)) >= votes.wins, votes.first > votes.second
    rater, side = np.divmod(votes.mark, 3)
    on = on_pairs(
        pairs.of_vote, np.where(tied, 1, np.where(turn, 2, 0)), rater,
        np.where(turn, 2 - side, side),
        pairs=len(pairs.code), raters=votes.raters, score_sd=score_sd,
    )  # fmt: skip
    search = rater_maximum(on, np.r_[start[votes.items :], 0.0])
    score_sd *= float(np.exp(search.vector[-1]))
    scores, on_pair = _scores(*differences(search.vector, on), pairs, score_sd)
    at = unpacked(np.r_[scores, search.vector[:-1]], votes.items)
    return _Fit(at, on_pair, marginal_information(search.vector, on), score_sd, search, "pairs")


def _scores(
    mean: FloatArray, variance: FloatArray, pairs: Pairs, score_sd: float
) -> tuple[FloatArray, FloatArray]:
    """Scores from what each pair's votes say of its δ, and how much that is, `[pairs]`.

    The votes on a pair count as one normal observation, as in expectation propagation (Minka 2001)
    after its first pass: the one that turns the prior of δ into this mean and variance. Votes that
    leave δ more open than the prior say nothing but their mean.
    """
    prior = score_sd**-2 / 2
    information = np.maximum(1 / variance - prior, _LEAST)
    (lower, higher), pull = pairs.ends, mean * (prior + information)
    pulled = np.bincount(lower, pull, pairs.items) - np.bincount(higher, pull, pairs.items)
    precision = pairs.item_precision(information, score_sd)
    place = np.arange(pairs.items)
    equations = csr_array(
        (np.r_[precision, -information, -information],
         (np.r_[place, lower, higher], np.r_[place, higher, lower])),
    )  # fmt: skip
    scores, _ = cg(equations, pulled, rtol=1e-8, M=diags_array(1 / precision))
    return scores, information


def _result(fit: _Fit, pairs: Pairs) -> CrowdBT:
    at, precision = fit.parameters, pairs.item_precision(fit.on_pair, fit.score_sd)
    (lower, higher), known = pairs.ends, precision.copy()
    for one, other in ((lower, higher), (higher, lower)):
        known -= np.bincount(one, fit.on_pair**2 / precision[other], pairs.items)
    prior = np.zeros_like(fit.raters)
    prior[:, 0, 0] = (HONEST + MIRRORED) * at.reliability * (1 - at.reliability)
    prior[:, 1, 1] = BIAS_SD**-2
    se = np.sqrt(np.linalg.inv(fit.raters + prior)[:, [0, 1], [0, 1]])
    ends = logit(at.reliability)[:, None] + np.outer(se[:, 0], [-Z95, Z95])
    return CrowdBT(
        at, 1 / np.sqrt(known), expit(ends), se[:, 1], fit.score_sd, fit.search.value,
        fit.search.iterations, fit.search.found, fit.method, precision, pairs.code, fit.on_pair,
    )  # fmt: skip
