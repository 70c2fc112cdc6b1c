"""Two models on the same comparisons, against scipy and a bootstrap written out anew."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import spearmanr

from rm_training.ml.comparing import compare_margins, same_preference

Arrays = tuple[np.ndarray[Any, Any], ...]


@pytest.fixture
def sample() -> Arrays:
    """Margins of a good and a poor model, targets, weights and prompts of 300 comparisons."""
    rng = np.random.default_rng(5)
    truth = rng.normal(size=300)
    target = np.where(truth > 0, 0.9, 0.1)
    good, poor = truth + rng.normal(size=300), truth + 3 * rng.normal(size=300)
    weight = rng.choice([1.0, 0.5], size=300)
    return good, poor, target, weight, rng.integers(80, size=300)


def test_shares_are_weighted_and_the_difference_is_theirs(sample: Arrays) -> None:
    good, poor, target, weight, _ = sample
    found = compare_margins(*sample)
    right_good = np.average((good > 0) == (target > 0.5), weights=weight)
    right_poor = np.average((poor > 0) == (target > 0.5), weights=weight)
    assert found.accuracy_a.value == pytest.approx(right_good)
    assert found.accuracy_b.value == pytest.approx(right_poor)
    assert found.difference.value == pytest.approx(right_good - right_poor)
    assert found.agreement.value == pytest.approx(
        np.average(np.sign(good) == np.sign(poor), weights=weight)
    )


def test_the_interval_of_the_difference_is_that_of_a_paired_bootstrap_over_prompts(
    sample: Arrays,
) -> None:
    good, poor, target, weight, prompt = sample
    rng = np.random.default_rng(0)
    gain = weight * (1.0 * ((good > 0) == (target > 0.5)) - ((poor > 0) == (target > 0.5)))
    rows = [np.flatnonzero(prompt == one) for one in np.unique(prompt)]
    drawn = []
    for _ in range(3_000):
        chosen = np.concatenate([rows[at] for at in rng.integers(len(rows), size=len(rows))])
        drawn.append(gain[chosen].sum() / weight[chosen].sum())
    found = compare_margins(*sample).difference
    assert (found.lower, found.upper) == pytest.approx(np.percentile(drawn, [2.5, 97.5]), abs=0.01)
    assert found.lower is not None
    assert found.lower > 0


def test_the_rank_correlation_is_spearmans_with_ties(sample: Arrays) -> None:
    good, poor, *rest = sample
    good = good.round(1)
    found = compare_margins(good, poor, *rest).rank_correlation
    assert found.value == pytest.approx(spearmanr(good, poor).statistic)
    assert found.value is not None
    assert found.lower is not None
    assert found.upper is not None
    assert found.lower < found.value < found.upper


def test_a_model_beside_itself_is_no_better_and_agrees_in_all(sample: Arrays) -> None:
    good, _, *rest = sample
    found = compare_margins(good, good, *rest)
    assert (found.difference.value, found.difference.lower, found.difference.upper) == (0, 0, 0)
    assert found.agreement.value == 1
    assert found.rank_correlation.value == pytest.approx(1)


def test_one_prompt_has_no_interval_and_equal_margins_no_correlation() -> None:
    one = np.ones(3)
    prompt = np.zeros(3, dtype=np.int64)
    found = compare_margins(one, np.array([1.0, 2.0, -1.0]), one, one, prompt)
    assert found.accuracy_a.value == 1
    assert found.difference.lower is None
    assert found.rank_correlation.value is None


def test_equal_scores_prefer_neither() -> None:
    a, b = np.array([0.0, 0.0, 2.0]), np.array([0.0, 1.0, 1.0])
    assert same_preference(a, b).tolist() == [1, 0, 1]
