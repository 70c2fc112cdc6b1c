"""Turns ranks and posteriors into what the likelihood takes. It knows no rewards and no files.

Ranks are whole numbers: 1 is best, equal ranks are a tie, numbers may be skipped; NOT_COMPARED is
not in the ranking, and BELOW is below every placed answer but not compared with another BELOW, so
that the best few of k are a ranking too. Answers that only fill up a batch are NOT_COMPARED.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import isqrt

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

NOT_COMPARED, BELOW = 0, -1
_LAST = torch.iinfo(torch.int64).max


@dataclass(frozen=True)
class Rankings:
    """n rankings of up to k answers, each read as choices: the best of all, the best of the rest.

    `order` [n, k]: each ranking's answers, those not compared first, then from best to worst, so
    that the answers left at a choice are the row's end. `chosen` [n, k]: where in that order a
    choice starts, how many answers it chose, 0 elsewhere. `share` [n, k]: one over that number for
    each of the chosen, 0 for answers that no choice chose. `left_out` [n, k]: the answers, in their
    own order, that were not compared. `largest_tie`: the most answers that one choice chose.
    """

    order: Tensor
    chosen: Tensor
    share: Tensor
    left_out: Tensor
    largest_tie: int

    @classmethod
    def of(cls, ranks: Tensor) -> Rankings:
        """Read ranks [n, k]. A ranking in which nothing was compared makes no choice."""
        if ranks.ndim != 2 or ranks.shape[1] == 0:
            raise ValueError(f"Ranks must be [rankings, answers], not {list(ranks.shape)}.")
        if ranks.is_floating_point() or (ranks < BELOW).any():
            raise ValueError("Ranks must be whole numbers from -1 up.")
        key, order = _keys(ranks).sort(dim=1, stable=True)
        size = (key[:, :, None] == key[:, None, :]).sum(2)
        placed = (key != NOT_COMPARED) & (key != _LAST)
        # Who is last and alone was the only one left.
        placed[:, -1] &= size[:, -1] > 1
        size = size * placed
        starts = torch.ones_like(placed)
        starts[:, 1:] = key[:, 1:] != key[:, :-1]
        share = placed / size.clamp(min=1).double()
        largest = int(size.max()) if len(size) else 0
        return cls(order, size * starts, share, ranks == NOT_COMPARED, max(1, largest))

    @property
    def compared(self) -> Tensor:
        """Which rankings [n] compare anything at all."""
        return (self.chosen > 0).any(1)


def pad_ranks(rows: Sequence[Sequence[int]]) -> Tensor:
    """Rankings of different lengths as one array [n, k], filled up with NOT_COMPARED."""
    if not rows:
        raise ValueError("There are no rankings.")
    tensors = [torch.tensor(row, dtype=torch.int64) for row in rows]
    return pad_sequence(tensors, batch_first=True, padding_value=NOT_COMPARED)


def pair_outcomes(ranks: Tensor) -> Tensor:
    """What ranks [n, k] say about each pair, [n, k(k-1)/2, 3]: i wins, tie, j wins; one of them 1.

    The pairs are (0, 1), (0, 2), ..., (1, 2), ...; three zeros for a pair that was not compared.
    """
    key = _keys(ranks)
    i, j = torch.triu_indices(ranks.shape[1], ranks.shape[1], 1, device=ranks.device)
    first, second = key[:, i], key[:, j]
    compared = (first != NOT_COMPARED) & (second != NOT_COMPARED)
    compared &= (first != _LAST) | (second != _LAST)
    outcome = torch.stack([first < second, first == second, first > second], 2)
    return (outcome & compared[:, :, None]).double()


def pair_targets(posteriors: Sequence[Sequence[float | None]], answers: int) -> Tensor:
    """Posteriors as soft targets [n, k(k-1)/2, 3] of a batch filled up to k = `answers`.

    Each posterior is flat, [P(i over j), P(tie), P(j over i)] for every pair i < j of its own
    answers, None where nobody compared the two: three zeros, as for pairs with a filler.
    """
    pairs = {pair: column for column, pair in enumerate(combinations(range(answers), 2))}
    targets = torch.zeros(len(posteriors), len(pairs), 3, dtype=torch.float64)
    for row, posterior in enumerate(posteriors):
        for place, pair in enumerate(combinations(range(_answers(posterior, answers)), 2)):
            target = posterior[3 * place : 3 * place + 3]
            if None not in target:
                targets[row, pairs[pair]] = torch.tensor(target, dtype=torch.float64)
    total = targets.sum(2)
    # Written so that NaN, which is no probability either, is refused with the rest.
    if not ((targets >= 0).all() and ((total == 0) | ((total - 1).abs() <= 1e-6)).all()):
        raise ValueError("A posterior's three numbers must be probabilities that sum to 1.")
    return targets


def _answers(posterior: Sequence[float | None], most: int) -> int:
    """How many answers k have a flat posterior of 3k(k-1)/2 numbers."""
    count = (1 + isqrt(1 + 8 * (len(posterior) // 3))) // 2
    if 3 * count * (count - 1) // 2 != len(posterior) or not 2 <= count <= most:
        raise ValueError(f"{len(posterior)} numbers are no posterior of 2 to {most} answers.")
    return count


def _keys(ranks: Tensor) -> Tensor:
    """Ranks in whose order the answers come: BELOW after every place."""
    return torch.where(ranks == BELOW, _LAST, ranks.long())
