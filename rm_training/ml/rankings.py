"""Weak orders of a few answers, with their probabilities: what the likelihood takes.

A weak order is read as choices: the best of all answers, the best of the rest, and so on; several
that are chosen at once tie. It knows no rewards and no files.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import isqrt, log

import torch
from torch import Tensor

LOG_ZERO = -1e3
"""Log-probability of a win that cannot be: finite, so that pairs that contradict each other have an
order that contradicts them least. A tie that cannot be costs more than any number of these."""
_NO_TIE = 1e3 * LOG_ZERO
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
    member = (number[:, None] >> torch.arange(k)) & 1
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
        A weak order has in proportion the product of what its pairs have: pairs that are known
        independently of each other, given that they make an order. Of two answers this is the pair
        itself, and where all is certain it is the one order. Answers of which no two were compared
        are not chosen from: whoever named the best few has ordered these alone.

        label_smoothing: the share of weak orders taken to be upside down. Time and memory grow as
        4^k: k is to be 8 at most.
        """
        k = answers_of(outcomes.shape[1])
        read = _read(outcomes.double(), k)
        if label_smoothing:
            read = read.lerp(_read(outcomes.double().flip(2), k), label_smoothing)
        compared = _matrix(outcomes.sum(2), k).sum(1) > 0
        return cls(read[0], read[1], ~compared)

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


def _matrix(pairs: Tensor, k: int) -> Tensor:
    """Numbers of pairs [n, k(k-1)/2] as symmetric matrices [n, k, k] with 0 on the diagonal."""
    i, j = torch.triu_indices(k, k, 1)
    matrix = pairs.new_zeros(len(pairs), k, k)
    matrix[:, i, j] = matrix[:, j, i] = pairs
    return matrix


def _read(outcomes: Tensor, k: int) -> Tensor:
    """`left` and `chosen` of posteriors of pairs, [2, n, 2^k - 1]."""
    parts = torch.split(outcomes, max(1, _CHUNK // 4**k))
    return torch.cat([_read_part(part, k) for part in parts], 1)


def _read_part(outcomes: Tensor, k: int) -> Tensor:
    """The same of as many as fit into memory.

    Forwards, over sets in an order in which parts come first: the total weight of the weak orders
    of a set. Backwards from the whole: how often each set is left, and what is chosen from it.
    """
    ties, wins, compared = _of_sets(outcomes, k)
    total = torch.zeros_like(ties)

    def weights(whole: int) -> tuple[Tensor, Tensor]:
        parts = _parts(whole)
        rest = whole - parts
        return parts, ties[:, parts] + wins[:, parts, rest] + total[:, rest]

    for whole in range(1, 2**k):
        _, weight = weights(whole)
        total[:, whole] = torch.where(compared[:, whole], weight.logsumexp(1), 0)
    reached = _start(outcomes, k)
    left, chosen = torch.zeros_like(ties), torch.zeros_like(ties)
    for whole in reversed(range(1, 2**k)):
        parts, weight = weights(whole)
        left[:, whole] = torch.where(compared[:, whole], reached[:, whole], 0)
        flow = left[:, whole, None] * (weight - total[:, whole, None]).exp()
        chosen[:, parts] += flow
        reached[:, whole - parts] += flow
    return torch.stack([left[:, 1:], chosen[:, 1:]])


def _of_sets(outcomes: Tensor, k: int) -> tuple[Tensor, Tensor, Tensor]:
    """By sets, the empty one with them: the log-probability that all its answers tie [n, 2^k], that
    all of one set are better than all of another [n, 2^k, 2^k], and whether any two of its answers
    were compared [n, 2^k]. A pair that was not has each outcome alike."""
    member = (torch.arange(2**k)[:, None] >> torch.arange(k) & 1).double()
    known = outcomes.sum(2, keepdim=True) > 0
    win, tie, lose = torch.where(known, outcomes.log(), -log(3)).unbind(2)
    i, j = torch.triu_indices(k, k, 1)
    beats = outcomes.new_zeros(len(outcomes), k, k)
    beats[:, i, j], beats[:, j, i] = win.clamp(min=LOG_ZERO), lose.clamp(min=LOG_ZERO)
    tied = _within(_matrix(tie.clamp(min=_NO_TIE), k), member)
    compared = _within(_matrix(known[:, :, 0].double(), k), member) > 0
    return tied, member @ beats @ member.T, compared


def _within(matrix: Tensor, member: Tensor) -> Tensor:
    """The sum over the pairs of each set: [n, k, k] symmetric and [sets, k] to [n, sets]."""
    return (member @ matrix * member).sum(2) / 2


def _start(outcomes: Tensor, k: int) -> Tensor:
    """1 at the set of all answers that were compared, [n, 2^k]."""
    compared = _matrix(outcomes.sum(2), k).sum(1) > 0
    whole = (compared * 2 ** torch.arange(k)).sum(1, keepdim=True)
    return outcomes.new_zeros(len(outcomes), 2**k).scatter_(1, whole, 1)


@cache
def _parts(whole: int) -> Tensor:
    """The numbers of the parts of a set that are not empty, the set itself among them."""
    return torch.tensor([part for part in range(1, whole + 1) if part & whole == part])
