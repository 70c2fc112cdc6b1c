"""Plackett–Luce scores with ties, from rankings of k items.

A ranking is a sequence of choices: the best of all items, the best of the rest, and so on; ties are
those of Davidson and Luce (`davidson_luce.py`). Rankings of two are Bradley–Terry with Davidson's
ties to the last digit. Arrays in, a `Ranking` out. It doesn't know raters but for the clusters of
the errors.

References: Plackett, "The analysis of permutations", Applied Statistics 24 (1975); Luce, Individual
Choice Behavior (1959); Firth, Kosmidis & Turner (2019), arXiv:1909.07123.
"""

from collections.abc import Iterator
from math import comb, log

import numpy as np

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.ranking.curvature import Curvature
from annotate.stats.ranking.davidson_luce import Moments, moments
from annotate.stats.ranking.errors import Slopes
from annotate.stats.ranking.pairs import Small, sums
from annotate.stats.ranking.result import (
    PRIOR_VARIANCE,
    Model,
    Ranking,
    check_prior,
    check_weight,
    fit,
)
from annotate.stats.ranking.stages import BELOW, Choice, Stages, stages

# Choices worked on at once, so that what is computed for them stays in the processor's cache.
_BLOCK = 8192


def plackett_luce(
    items: IntArray,
    ranks: IntArray,
    *,
    count: int,
    weight: FloatArray | None = None,
    cluster: IntArray | None = None,
    prior_variance: float = PRIOR_VARIANCE,
    start: FloatArray | None = None,
) -> Ranking:
    """The scores of `count` items from n rankings, by the maximum of the posterior.

    `items[n, k]` are indices below `count`, `ranks[n, k]` their ranks: 1 is best, equal ranks are a
    tie, numbers may be skipped. A rank of 0 is not in this ranking, whatever its index; one of −1
    is below all that have a place, and not compared with another −1, so that the best few of k are
    a ranking too. `weight[n]`, `cluster[n]`, `prior_variance` and `start[count]` are those of
    `bradley_terry`. There is a log ν for every number of items that tied.

    Raises ValueError for arrays that don't fit together, indices, ranks or weights out of range and
    an item that comes twice in a ranking.
    """
    check_prior(prior_variance)
    weight = check_weight(weight, len(items))
    _check(items, ranks, count, cluster)
    if not weight.all():
        kept = weight > 0
        items, ranks, weight = items[kept], ranks[kept], weight[kept]
        cluster = None if cluster is None else cluster[kept]
    model = _model(stages(items, ranks, count), weight)
    if start is not None:
        model.start[:count] = start
    return fit(model, prior_variance, cluster)


def _model(rankings: Stages, weight: FloatArray) -> Model:
    orders = sorted({choice.chosen for choice in rankings.choices} - {1})
    tie_order = np.array(orders, dtype=np.int64)
    guesses = [_first_guess(rankings, weight, order) for order in orders]
    return Model(
        lambda theta: _curvature(theta, rankings, weight, tie_order),
        lambda theta: _slopes(theta, rankings, weight, tie_order),
        rankings.pairs,
        tie_order,
        np.append(np.zeros(rankings.pairs.items), guesses),
    )


def _first_guess(rankings: Stages, weight: FloatArray, order: int) -> float:
    """log ν at equal scores, where sets of the same size are equally likely."""
    tied = single = 0.5
    for choice in rankings.choices:
        total = float(weight[choice.row].sum())
        if choice.chosen == order:
            tied += total
        elif choice.chosen == 1:
            single += total * comb(choice.among, order) / choice.among
    return log(tied / single)


def _blocks(
    theta: FloatArray, rankings: Stages, tie_order: IntArray
) -> Iterator[tuple[Choice, Small, Small, FloatArray, Moments]]:
    """Choices of one shape, some thousands at a time: which rankings, their items `[m, block]`, the
    items' scores and the model's moments."""
    count = rankings.pairs.items
    # Sums over pairs are made block by block, so blocks grow with the number of pairs.
    block = max(_BLOCK, len(rankings.pairs.low) // 16)
    for choice in rankings.choices:
        for start in range(0, len(choice.row), block):
            row = choice.row[start : start + block]
            item = rankings.item[-choice.among :].take(row, axis=1)
            score = theta.take(item)
            yield choice, row, item, score, moments(score, theta[count:], tie_order)


def _curvature(
    theta: FloatArray, rankings: Stages, weight: FloatArray, tie_order: IntArray
) -> Curvature:
    count, ties = rankings.pairs.items, len(tie_order)
    gradient = np.zeros(len(theta))
    coupling = np.zeros(len(rankings.pairs.low))
    border, corner = np.zeros((count, ties)), np.zeros((ties, ties))
    value = 0.0
    for choice, row, item, score, model in _blocks(theta, rankings, tie_order):
        w, tied = weight[row], tie_order == choice.chosen
        slope = _residual(choice, model) * w
        gradient[:count] += sums(item.ravel(), slope.ravel(), count)
        gradient[count:] += (tied[:, None] - model.size) @ w
        value += w @ (score[: choice.chosen].mean(axis=0) - model.log_total)
        value += w.sum() * theta[count:][tied].sum()
        pair = rankings.pair[len(rankings.pair) - len(model.together) :].take(row, axis=1)
        coupling += sums(pair.ravel(), _couplings(model, w).ravel(), len(coupling))
        for order, (size, share) in enumerate(zip(model.size, model.share_of_size, strict=True)):
            covariance = (share - model.share * size) * w
            border[:, order] += sums(item.ravel(), covariance.ravel(), count)
        corner += np.diag(model.size @ w) - (model.size * w) @ model.size.T
    return Curvature(float(value), gradient, coupling, border, corner)


def _residual(choice: Choice, model: Moments) -> FloatArray:
    """What was chosen less what the model expects, `[m, block]`."""
    residual = -model.share
    residual[: choice.chosen] += 1 / choice.chosen
    return residual


def _couplings(model: Moments, weight: FloatArray) -> FloatArray:
    """Minus the covariances of the pairs of items, `[m(m − 1)/2, block]`."""
    couplings = -model.together
    start = 0
    for one, share in enumerate(model.share[:-1]):
        others = model.share[one + 1 :]
        couplings[start : start + len(others)] += share * others
        start += len(others)
    couplings *= weight
    return couplings


def _slopes(theta: FloatArray, rankings: Stages, weight: FloatArray, tie_order: IntArray) -> Slopes:
    k, n = rankings.item.shape
    by_item, by_order = np.zeros((k, n)), np.zeros((len(tie_order), n))
    for choice, row, _, _, model in _blocks(theta, rankings, tie_order):
        by_item[k - choice.among :, row] += _residual(choice, model) * weight[row]
        tied = tie_order == choice.chosen
        by_order[:, row] += (tied[:, None] - model.size) * weight[row]
    orders = np.arange(rankings.pairs.items, len(theta), dtype=np.int32)[:, None]
    parameter = np.concatenate([rankings.item, np.broadcast_to(orders, by_order.shape)])
    value = np.concatenate([by_item, by_order])
    return Slopes(
        np.tile(np.arange(n, dtype=np.int32), len(value)), parameter.ravel(), value.ravel()
    )


def _check(items: IntArray, ranks: IntArray, count: int, cluster: IntArray | None) -> None:
    if items.ndim != 2 or items.shape != ranks.shape:
        raise ValueError("Items and ranks must be tables of the same shape, a ranking a row.")
    if cluster is not None and len(cluster) != len(items):
        raise ValueError("A cluster is needed for every ranking.")
    if not items.size:
        return
    if ranks.min() < BELOW:
        raise ValueError("A rank is a place from 1, or 0 (left out), or −1 (below all others).")
    placed = items[ranks != 0]
    if placed.size and (placed.min() < 0 or placed.max() >= count):
        raise ValueError("An item is an index from 0 to below the number of items.")
