"""Weak orders of a few answers, with their probabilities: what the likelihood takes.

A weak order is read as choices: the best of all answers, the best of the rest, and so on; several
that are chosen at once tie. It knows no rewards and no files.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import isqrt

import torch
from torch import Tensor

LOG_ZERO = -1e4
"""Log-probability of a win that cannot be: finite, so that pairs that contradict each other have an
order that contradicts them least. A tie that cannot be costs more than any number of these."""
_NO_TIE = 1e3 * LOG_ZERO
ROUNDS, STEP = 40, 2.0
"""Of the scaling, and how much of what is missing a round makes up at first, times 1/k."""
_CHUNK = 2**22


@dataclass(frozen=True)
class Sets:
    """The 2^k - 1 sets of k answers that are not empty: set s - 1 has answer a where s has bit a.

    `size` [sets]; `share` [sets, k]: one over the size for each of a set's answers, else 0;
    `inside` [sets, sets]: 1 where the first set is a part of the second, or all of it.
    """

    size: Tensor
    share: Tensor
    inside: Tensor


@cache
def sets_of(k: int) -> Sets:
    """The sets of k answers, in float64."""
    number = torch.arange(1, 2**k)
    member = _members(number, k)
    size = member.sum(1)
    inside = (number[:, None] & number) == number[:, None]
    return Sets(size, member / size[:, None].double(), inside.double())


@dataclass(frozen=True)
class WeakOrders:
    """n distributions over the weak orders of k answers, as far as the likelihood depends on them.

    `left` [n, 2^k - 1]: the probability that these answers were left at some choice, and compared.
    `chosen` [n, 2^k - 1]: that a choice was these, all at once. Sets are numbered as in `Sets`.
    `left_out` [n, k]: answers that were not compared at all.
    """

    left: Tensor
    chosen: Tensor
    left_out: Tensor

    @classmethod
    def of(cls, outcomes: Tensor, *, label_smoothing: float = 0.0) -> WeakOrders:
        """From what is known of pairs (0, 1), (0, 2), ..., (1, 2), ...: [n, k(k-1)/2, 3].

        Probabilities that i wins, of a tie, that j wins; three zeros where nobody compared the two.
        Of all distributions whose pairs have these probabilities it is the one of the largest
        entropy; where no weak orders have them, near to those that they are nearest to. Of two
        answers this is the pair itself, and where all is certain it is the one order. Between
        answers that nobody compared all orders are alike, and from these alone nothing is chosen:
        whoever named the best few has ordered no others.

        label_smoothing: the share of weak orders taken to be upside down. Time and memory grow as
        3^k.
        """
        k = answers_of(outcomes.shape[1])
        read = _read(outcomes.double(), k)
        if label_smoothing:
            read = read.lerp(_read(outcomes.double().flip(2), k), label_smoothing)
        return cls(read[0], read[1], ~_compared(outcomes, k))

    @property
    def sets(self) -> Sets:
        """The sets that `left` and `chosen` are about."""
        return sets_of(self.left_out.shape[1])

    @property
    def ties(self) -> Tensor:
        """How often 2, 3, ..., k answers are chosen at once, over all n: [k - 1]."""
        size, k = self.sets.size, self.left_out.shape[1]
        how_often = self.chosen.sum(0)
        return torch.stack([how_often[size == tied].sum() for tied in range(2, k + 1)])


def answers_of(pairs: int) -> int:
    """How many answers have so many pairs."""
    k = (1 + isqrt(1 + 8 * pairs)) // 2
    if k < 2 or k * (k - 1) // 2 != pairs:
        raise ValueError(f"No number of answers has {pairs} pairs.")
    return k


def _members(number: Tensor, k: int) -> Tensor:
    """Which answers each set has, by the sets' numbers: [sets] to [sets, k], 1 or 0."""
    return (number[:, None] >> torch.arange(k)) & 1


def _compared(outcomes: Tensor, k: int) -> Tensor:
    """Which answers were compared with any other, [n, k]."""
    return _matrix(outcomes.sum(2), k).sum(1) > 0


def _matrix(pairs: Tensor, k: int) -> Tensor:
    """Numbers of pairs [n, k(k-1)/2] as symmetric matrices [n, k, k] with 0 on the diagonal."""
    i, j = torch.triu_indices(k, k, 1)
    matrix = pairs.new_zeros(len(pairs), k, k)
    matrix[:, i, j] = matrix[:, j, i] = pairs
    return matrix


@dataclass(frozen=True)
class _Steps:
    """Every choice that may be made of k answers: which set was left, what was chosen of it, what
    remains (numbers of sets, 0 for none), and `decided` [steps, 3 pairs]: 1 for each outcome of a
    pair that the choice decides."""

    whole: Tensor
    part: Tensor
    rest: Tensor
    decided: Tensor


@cache
def _steps_of(k: int) -> _Steps:
    """In an order in which a set comes after its parts."""
    found = [
        (whole, part) for whole in range(1, 2**k) for part in range(1, whole + 1)
        if part & whole == part
    ]  # fmt: skip
    whole, part = torch.tensor(found).T
    chosen, remains = _members(part, k), _members(whole - part, k)
    i, j = torch.triu_indices(k, k, 1)
    win, tie, lose = (
        chosen[:, i] & remains[:, j], chosen[:, i] & chosen[:, j], remains[:, i] & chosen[:, j],
    )  # fmt: skip
    decided = torch.stack([win, tie, lose], 2).flatten(1).double()
    return _Steps(whole, part, whole - part, decided)


def _read(outcomes: Tensor, k: int) -> Tensor:
    """`left` and `chosen` of posteriors of pairs, [2, n, 2^k - 1]. Many tasks are alike."""
    rows, row = torch.unique(outcomes, dim=0, return_inverse=True)
    parts = torch.split(rows, max(1, _CHUNK // 3**k))
    return torch.cat([_read_part(part, k) for part in parts], 1)[:, row]


def _read_part(outcomes: Tensor, k: int) -> Tensor:
    """The same of as many as fit into memory.

    Iterative scaling: a weak order's weight is the product of a factor for the outcome of each of
    its pairs, and factors are raised or lowered by how far the outcome's probability falls short,
    which makes the dual of the entropy, log of the total weight less the expected log-factors,
    smaller: where it does not, by half as much. Certain outcomes are what they are.
    """
    known = outcomes.sum(2, keepdim=True) > 0
    target = torch.where(known, outcomes, 1 / 3).flatten(1)
    floor = torch.tensor([LOG_ZERO, _NO_TIE, LOG_ZERO]).repeat(outcomes.shape[1])
    log_target = target.log().clamp(min=floor)
    open_ = (known & (outcomes > 0) & (outcomes < 1)).flatten(1)
    compared = _within(_matrix(known[:, :, 0].double(), k)) > 0
    start, steps = _start(outcomes, k), _steps_of(k)
    best = log_target * 2 / k
    factor, least = best, torch.full((len(best), 1), torch.inf, dtype=best.dtype)
    move, step = torch.zeros_like(best), torch.full_like(least, STEP / k)
    for _ in range(ROUNDS if open_.any() else 0):
        flow, log_total = _flow(factor, compared, start, k)
        dual = log_total - (open_ * target * factor).sum(1, keepdim=True)
        better = dual <= least
        short = log_target - (flow @ steps.decided).clamp(min=1e-300).log()
        best, least = torch.where(better, factor, best), torch.where(better, dual, least)
        move = torch.where(better, torch.where(open_, short, 0), move)
        step = torch.where(better, step, step / 2)
        factor = best + step * move
    flow, _ = _flow(best, compared, start, k)
    sets = flow.new_zeros(2, len(flow), 2**k)
    sets[0].index_add_(1, steps.whole, flow)
    sets[1].index_add_(1, steps.part, flow)
    return sets[:, :, 1:]


def _flow(factor: Tensor, compared: Tensor, start: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """How likely each choice is made, [n, steps], by log-factors of pairs' outcomes [n, 3 pairs],
    and the log of the weak orders' total weight, [n, 1].

    Forwards, over sets: the total weight of the weak orders of each. Backwards from all answers:
    how often a set is left, and what is chosen of it.
    """
    steps = _steps_of(k)
    weight = factor @ steps.decided.T
    total = torch.zeros_like(start)
    places = [(steps.whole == whole).nonzero()[:, 0] for whole in range(2**k)]
    for whole in range(1, 2**k):
        own = places[whole]
        weight[:, own] += total[:, steps.rest[own]]
        total[:, whole] = weight[:, own].logsumexp(1)
    reached = start.clone()
    flow = torch.zeros_like(weight)
    for whole in reversed(range(1, 2**k)):
        own = places[whole]
        left = torch.where(compared[:, whole], reached[:, whole], 0)[:, None]
        flow[:, own] = left * (weight[:, own] - total[:, whole, None]).exp()
        reached[:, steps.rest[own]] += flow[:, own]
    return flow, (start * total).sum(1, keepdim=True)


def _within(matrix: Tensor) -> Tensor:
    """The sum over the pairs of each set, the empty one with them: [n, k, k] to [n, 2^k]."""
    k = matrix.shape[1]
    member = _members(torch.arange(2**k), k).double()
    return (member @ matrix * member).sum(2) / 2


def _start(outcomes: Tensor, k: int) -> Tensor:
    """1 at the set of all answers that were compared, [n, 2^k]."""
    whole = (_compared(outcomes, k) * 2 ** torch.arange(k)).sum(1, keepdim=True)
    return outcomes.new_zeros(len(outcomes), 2**k).scatter_(1, whole, 1)
