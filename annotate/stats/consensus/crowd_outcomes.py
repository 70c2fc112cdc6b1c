"""What honest raters would say of a pair, given all the votes: the soft labels of `crowd_bt`.

Arrays in, arrays out. It knows scores and how sure they are, not votes or raters.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.consensus.crowd_density import Parameters
from annotate.stats.consensus.majority import entropy

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(9)


class _Scores(Protocol):
    """What of a `CrowdBT` is needed here."""

    @property
    def parameters(self) -> Parameters: ...
    @property
    def item_precision(self) -> FloatArray: ...
    @property
    def pair(self) -> IntArray: ...
    @property
    def pair_information(self) -> FloatArray: ...


@dataclass(frozen=True, slots=True)
class Pairs:
    """The distinct pairs of items, coded lower · items + higher and ascending, and the place of
    each vote's pair among them."""

    code: IntArray
    of_vote: IntArray
    items: int

    @property
    def ends(self) -> tuple[IntArray, IntArray]:
        return np.divmod(self.code, self.items)

    def sums(self, of_votes: FloatArray) -> FloatArray:
        """By pair of votes, `[votes]` to `[pairs]`."""
        sums = np.zeros(len(self.code))
        sums += np.bincount(self.of_vote, of_votes, len(sums))
        return sums

    def item_precision(self, information: FloatArray, score_sd: float) -> FloatArray:
        """Of each score where all else is known, `[items]`, with what is known of each pair."""
        precision = np.full(self.items, score_sd**-2)
        for end in self.ends:
            precision += np.bincount(end, information, self.items)
        return precision


@dataclass(frozen=True, slots=True)
class HonestOutcomes:
    """What a reliable rater without a left bias would say of pairs, see `honest_outcomes`."""

    posterior: FloatArray
    entropy: FloatArray
    first_wins: FloatArray


def honest_outcomes(fit: _Scores, first: IntArray, second: IntArray) -> HonestOutcomes:
    """For pairs of items `[pairs]`, the probabilities `posterior[pairs, 3]` that a reliable rater
    without a left bias says first wins, tie, second wins, averaged over what is open about δ.

    Votes on the pair count once, through the scores, by the reliability and bias of who cast them;
    a pair without votes has what the scores say. As with a majority of many votes, the limit is the
    shares in which such raters answer, not certainty. `entropy` is in nats; `first_wins` counts a
    tie half. δ is taken to be normal, with the variance it has where all other scores are known.
    Raises ValueError for an unknown item or one paired with itself.
    """
    items, at = len(fit.item_precision), fit.parameters
    check_items(first, second, items)
    shared = _looked_up(_code(first, second, items), fit.pair, fit.pair_information)
    deviation = np.sqrt(variance_of(fit.item_precision[first], fit.item_precision[second], shared))
    posterior = np.zeros((3, len(first)))
    for node, weight in zip(_NODES, _WEIGHTS / _WEIGHTS.sum(), strict=True):
        odds = np.exp((at.scores[first] - at.scores[second] + node * deviation) / 2)
        answers = np.stack([odds, np.full_like(odds, at.tie), 1 / odds])
        posterior += weight * answers / answers.sum(axis=0)
    rows = np.ascontiguousarray(posterior.T)
    return HonestOutcomes(rows, entropy(rows), posterior[0] + posterior[1] / 2)


def pairs_of(first: IntArray, second: IntArray, items: int) -> Pairs:
    code, of_vote = np.unique(_code(first, second, items), return_inverse=True)
    return Pairs(code, of_vote, items)


def variance_of(first: FloatArray, second: FloatArray, shared: FloatArray) -> FloatArray:
    """Of δ where all other scores are known: by the inverse of [[first, −shared], [−shared,
    second]], what is known of the two scores."""
    variance: FloatArray = (first + second - 2 * shared) / (first * second - shared**2)
    return variance


def check_items(first: IntArray, second: IntArray, items: int) -> None:
    for item in (first, second):
        within(item, 0, items - 1, f"An item is a number from 0 to below {items}.")
    if (first == second).any():
        raise ValueError("An item can't be compared with itself.")


def within(values: IntArray, lowest: int, highest: int, message: str) -> None:
    if len(values) and not (values.min() >= lowest and values.max() <= highest):
        raise ValueError(message)


def _code(first: IntArray, second: IntArray, items: int) -> IntArray:
    codes: IntArray = np.minimum(first, second) * items + np.maximum(first, second)
    return codes


def _looked_up(code: IntArray, codes: IntArray, values: FloatArray) -> FloatArray:
    """The values of codes, 0 where there is none; `codes` ascend."""
    place = np.searchsorted(codes, code)
    known = place < len(codes)
    known[known] = codes[place[known]] == code[known]
    found = np.zeros(len(code))
    found[known] = values[place[known]]
    return found
