"""Which comparisons are learnt whole, and that they then say what was said."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import ArrayLike, NDArray

from rm_training.ml.config import TrainConfig
from rm_training.ml.data import COLUMNS, Comparisons
from rm_training.ml.losses import Rewards
from rm_training.ml.train import Problem
from rm_training.ml.units import Ranked, targets_of, units_of
from tests.rm_training.ml_samples import comparisons
from tests.rm_training.ml_tensors import numbers

Floats = NDArray[np.float64]


def task(
    rows: list[int], outcomes: ArrayLike, number: int = 0, pairs: list[int] | None = None
) -> Comparisons:
    """A task of the rows with what is known of its pairs, or of some of these."""
    first, second = zip(*combinations(rows, 2), strict=True)
    known = np.asarray(outcomes, np.float64).reshape(-1, 3)
    kept = list(range(len(first))) if pairs is None else pairs
    data = comparisons(
        np.array(first)[kept],
        np.array(second)[kept],
        (known[:, 0] + known[:, 1] / 2)[kept],
        tie=known[kept, 1],
        prompt=[number] * len(kept),
        weight=[1 / (len(rows) - 1)] * len(kept),
    )
    return replace(data, task=np.full(len(kept), number))


def posterior(k: int, seed: int = 0) -> Floats:
    found: Floats = numbers(k * (k - 1) // 2, 3, seed=seed).softmax(1).numpy()
    return found


def joined(*parts: Comparisons) -> Comparisons:
    own: Any = {name: np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS}
    longest = max(parts, key=lambda part: len(part.conversations))
    return replace(longest, **own)


def test_a_task_that_was_compared_throughout_is_one_judgment_that_weighs_one() -> None:
    known = posterior(4)
    pair = task([4, 5], posterior(2), number=7)
    units = units_of(joined(task([0, 1, 2, 3], known), pair))
    assert (len(units), len(units.pairs)) == (2, 1)
    (whole,) = units.ranked
    assert whole.rows.tolist() == [[0, 1, 2, 3]]
    np.testing.assert_allclose(whole.outcomes[0], known)
    np.testing.assert_allclose(units.weight, [1, 1])
    assert units.prompt.tolist() == [7, 0]


def test_pairs_may_come_in_any_order_and_either_way_round() -> None:
    data = task([0, 1, 2], posterior(3))
    turned = replace(data, first=data.second, second=data.first, target=1 - data.target)
    own: Any = {name: getattr(turned, name)[[2, 0, 1]] for name in COLUMNS}
    (expected,), (found,) = units_of(data).ranked, units_of(replace(turned, **own)).ranked
    np.testing.assert_allclose(found.outcomes, expected.outcomes)


def test_answers_below_all_that_anybody_placed_need_not_be_compared_with_each_other() -> None:
    best_of_four = task([0, 1, 2, 3], [[1, 0, 0]] * 6, pairs=[0, 1, 2])
    (whole,) = units_of(best_of_four).ranked
    assert whole.outcomes[0].sum(1).tolist() == [1, 1, 1, 0, 0, 0]


def test_answers_that_beat_another_are_not_below_it_because_nobody_compared_them() -> None:
    """B and C were each placed above A, and never beside each other."""
    apart = task([0, 1, 2], [[0, 0, 1], [0, 0, 1], [0, 0, 0]], pairs=[0, 1])
    assert not units_of(apart).ranked


@pytest.mark.parametrize("pairs", [[0, 5], [0, 3, 5], [0, 1, 3, 5]])
def test_what_was_compared_in_part_is_learnt_by_its_pairs(pairs: list[int]) -> None:
    """Two pairs apart, a chain, and a chain with a branch."""
    units = units_of(task([0, 1, 2, 3], posterior(4), pairs=pairs))
    assert not units.ranked
    assert len(units.pairs) == len(pairs)


def test_an_answer_that_is_there_twice_is_no_order() -> None:
    twice = task([0, 1, 0, 2], posterior(4), pairs=[0, 2, 3, 5])
    assert not units_of(twice).ranked


@pytest.mark.parametrize(("answers", "whole"), [(6, 1), (7, 0)])
def test_more_than_six_answers_are_learnt_by_their_pairs(answers: int, whole: int) -> None:
    units = units_of(task(list(range(answers)), posterior(answers)))
    assert len(units.ranked) == whole


def test_no_comparisons_are_no_judgments() -> None:
    nothing = task([0, 1], posterior(2)).where(np.zeros(1, np.bool_))
    assert len(units_of(nothing)) == 0


def losses(units_rewards: Rewards, data: Comparisons, config: TrainConfig) -> torch.Tensor:
    targets = targets_of(units_of(data), config)
    log_tie = torch.full((len(targets.ties), 1), -0.5, dtype=torch.float64)
    return targets.losses(units_rewards, log_tie)


def test_a_pair_costs_the_same_as_a_task_of_two_that_is_learnt_whole() -> None:
    config = TrainConfig(label_smoothing=0.1)
    data, d = task([0, 1], posterior(2)), torch.tensor([[0.7]], dtype=torch.float64)
    as_pair = losses(Rewards(d), data, config)
    units = units_of(data)
    whole = Ranked(np.array([[0, 1]]), data.outcomes[:, None], data.weight, data.prompt)
    nothing = replace(units, pairs=data.where(np.zeros(1, np.bool_)), ranked=(whole,))
    targets = targets_of(nothing, config)
    rewards = Rewards(d[:0], (torch.tensor([[[0.7, 0.0]]]).double(),))
    found = targets.losses(rewards, torch.tensor([[-0.5]]).double())
    torch.testing.assert_close(found, as_pair)


def test_the_rewards_of_whole_tasks_are_those_of_their_answers() -> None:
    features = np.random.default_rng(0).normal(size=(9, 4)).astype(np.float32)
    data = joined(
        task([0, 1, 2], posterior(3), 0),
        task([7, 8], posterior(2), 1),
        task([3, 4, 5, 6], posterior(4), 2),
    )
    problem = Problem.of(features, data)
    heads = numbers(4, 2)
    found = problem.design.rewards(heads)
    expected = torch.from_numpy(features / problem.scale) @ heads
    torch.testing.assert_close(found.difference, expected[[7]] - expected[[8]])
    torch.testing.assert_close(found.ranked[0], expected[[0, 1, 2]].T[:, None])
    torch.testing.assert_close(found.ranked[1], expected[[3, 4, 5, 6]].T[:, None])
