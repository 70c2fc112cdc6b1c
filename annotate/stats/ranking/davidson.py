"""The likelihood of comparisons of two with Davidson's ties, and its derivatives.

P(i wins) : P(tie) : P(j wins) = e^{d/2} : ν : e^{−d/2}, where d is the difference of the scores,
plus what covariates add to it. It knows no prior and finds no maximum.

Davidson, "On extending the Bradley-Terry model to accommodate ties in paired comparison
experiments", JASA 65 (1970).
"""

from dataclasses import dataclass

import numpy as np

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.ranking.curvature import Curvature, ends
from annotate.stats.ranking.errors import Slopes
from annotate.stats.ranking.pairs import Pairs, Small, collapse, sums
from annotate.stats.ranking.result import Model

FIRST, TIE, SECOND = 0, 1, 2
"""The outcomes of a comparison."""


def outcome_probabilities(
    difference: FloatArray, log_tie: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """P(first wins) and P(tie), of the shape of `difference`; no tie where `log_tie` is empty."""
    tie = np.exp(log_tie[0]) if len(log_tie) else 0.0
    smaller = np.exp(-np.abs(difference) / 2)
    total = 1 + np.square(smaller) + tie * smaller
    win = np.where(difference > 0, 1.0, np.square(smaller)) / total
    return win, tie * smaller / total


@dataclass(frozen=True, slots=True)
class Rows:
    """Comparisons as `bradley_terry` takes them."""

    first: IntArray
    second: IntArray
    outcome: IntArray
    weight: FloatArray
    covariate: FloatArray | None


@dataclass(frozen=True, slots=True)
class _Cells:
    """What the likelihood is a sum over: pairs, or single comparisons where covariates differ.

    `lead` is half of what the low item won by, `ties` and `total` are weights. `pair` is which pair
    a cell belongs to, None for the cells being the pairs; `covariate` points from low to high.
    """

    lead: FloatArray
    ties: FloatArray
    total: FloatArray
    pair: Small | None
    covariate: FloatArray


def model(rows: Rows, items: int, start: FloatArray | None) -> Model:
    """The likelihood of the comparisons, with log ν where there are ties."""
    pairs, index = collapse(rows.first, rows.second, items)
    tie_order = np.array([2] if (rows.outcome == TIE).any() else [], dtype=np.int64)
    cells = _cells(rows, index, len(pairs.low))
    tied = len(tie_order) > 0
    theta = np.zeros(items + tied + cells.covariate.shape[1])
    if start is not None:
        theta[:items] = start
    if tied:
        theta[items] = _first_guess(cells)
    return Model(
        lambda theta: _curvature(theta, pairs, cells, tied),
        lambda theta: _slopes(theta, rows, items, tied),
        pairs,
        tie_order,
        theta,
    )


def _cells(rows: Rows, index: Small, pairs: int) -> _Cells:
    swapped = rows.first > rows.second
    if rows.covariate is not None:
        sign = np.where(swapped, -1.0, 1.0)
        lead = rows.weight * sign * (1 - rows.outcome) / 2
        ties = rows.weight * (rows.outcome == TIE)
        return _Cells(lead, ties, rows.weight, index, rows.covariate * sign[:, None])
    won = np.where(swapped, SECOND - rows.outcome, rows.outcome)
    by_outcome = sums(index * np.int64(3) + won, rows.weight, 3 * pairs).reshape(-1, 3)
    lead = (by_outcome[:, FIRST] - by_outcome[:, SECOND]) / 2
    return _Cells(
        lead, by_outcome[:, TIE].copy(), by_outcome.sum(axis=1), None, np.zeros((pairs, 0))
    )


def _first_guess(cells: _Cells) -> float:
    """log ν at equal scores, where a tie has probability ν/(2 + ν)."""
    ties, total = cells.ties.sum(), cells.total.sum()
    return float(np.log(2 * (ties + 0.5) / (total - ties + 0.5)))


def _curvature(theta: FloatArray, pairs: Pairs, cells: _Cells, tied: bool) -> Curvature:
    items = pairs.items
    difference = theta[pairs.low] - theta[pairs.high]
    if cells.pair is not None:
        difference = difference[cells.pair] + cells.covariate @ theta[items + tied :]
    distance = np.abs(difference) / 2
    smaller = np.exp(-distance)
    square = np.square(smaller)
    tie = np.exp(theta[items]) * smaller if tied else np.zeros_like(smaller)
    total = 1 + square + tie
    tie /= total
    # Mean and variance of what the low item gets: ½ for a win, 0 for a tie, −½ for a loss.
    mean = np.copysign((1 - square) / total / 2, difference)
    slope = cells.lead - cells.total * mean
    spread = cells.total * ((1 - tie) / 4 - np.square(mean))
    value = float(cells.lead @ difference - cells.total @ (distance + np.log(total)))
    if tied:
        value += float(cells.ties.sum() * theta[items])
    shared = _shared(cells, tied, mean, tie, spread)
    return Curvature(
        value,
        np.concatenate([_by_item(pairs, cells, slope), _shared_slope(cells, tied, tie, slope)]),
        spread if cells.pair is None else sums(cells.pair, spread, len(pairs.low)),
        _border(pairs, cells, shared),
        _corner(cells, tied, tie, shared),
    )


def _by_item(pairs: Pairs, cells: _Cells, column: FloatArray) -> FloatArray:
    """Sums by item of what a cell adds to its low item and takes from its high one."""
    if cells.pair is not None:
        column = sums(cells.pair, column, len(pairs.low))
    return ends(pairs, column, -column)


def _border(pairs: Pairs, cells: _Cells, shared: FloatArray) -> FloatArray:
    border = np.zeros((pairs.items, shared.shape[1]))
    for parameter, column in enumerate(shared.T):
        border[:, parameter] = _by_item(pairs, cells, column)
    return border


def _shared(
    cells: _Cells, tied: bool, mean: FloatArray, tie: FloatArray, spread: FloatArray
) -> FloatArray:
    """Covariances of a cell's difference with log ν and the effects, `[cells, tied + p]`."""
    effects = cells.covariate * spread[:, None]
    if not tied:
        return effects
    return np.column_stack([-cells.total * mean * tie, effects])


def _shared_slope(cells: _Cells, tied: bool, tie: FloatArray, slope: FloatArray) -> FloatArray:
    effects: FloatArray = cells.covariate.T @ slope
    if not tied:
        return effects
    return np.append(cells.ties.sum() - cells.total @ tie, effects)


def _corner(cells: _Cells, tied: bool, tie: FloatArray, shared: FloatArray) -> FloatArray:
    effects = shared.T @ cells.covariate
    corner = np.zeros((shared.shape[1], shared.shape[1]))
    corner[:, int(tied) :], corner[int(tied) :] = effects, effects.T
    if tied:
        corner[0, 0] = cells.total @ (tie * (1 - tie))
    return corner


def _slopes(theta: FloatArray, rows: Rows, items: int, tied: bool) -> Slopes:
    difference = theta[rows.first] - theta[rows.second]
    columns = rows.covariate if rows.covariate is not None else np.zeros((len(difference), 0))
    difference = difference + columns @ theta[items + tied :]
    win, tie = outcome_probabilities(difference, theta[items : items + tied])
    slope = rows.weight * ((1 - rows.outcome) / 2 - win + (1 - tie) / 2)
    values = [slope, -slope, *(columns * slope[:, None]).T]
    parameters: list[IntArray | int] = [rows.first, rows.second]
    parameters += range(items + tied, len(theta))
    if tied:
        values.append(rows.weight * ((rows.outcome == TIE) - tie))
        parameters.append(items)
    n = len(slope)
    return Slopes(
        np.tile(np.arange(n), len(values)),
        np.concatenate([np.broadcast_to(parameter, n) for parameter in parameters]),
        np.concatenate(values),
    )
