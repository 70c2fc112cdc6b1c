from __future__ import annotations

import numpy as np
import pytest

from rm_training.ml.aggregate import (
    COEFFICIENT,
    aggregated,
    levelled,
    mean,
    uncertainty_weighted,
    worst_case,
)

MEMBERS = np.array([[1.0, 2.0, 6.0], [0.0, 0.0, 0.0]])


def test_the_mean_is_over_members() -> None:
    assert mean(MEMBERS).tolist() == [3.0, 0.0]


def test_the_worst_case_is_the_lowest_member() -> None:
    assert worst_case(MEMBERS).tolist() == [1.0, 0.0]


def test_disagreement_costs_its_variance_over_all_members() -> None:
    # Deviations of -2, -1 and 3 from a mean of 3: a variance of 14/3.
    assert uncertainty_weighted(MEMBERS, 0.5).tolist() == pytest.approx([3 - 7 / 3, 0])


def test_without_a_coefficient_disagreement_costs_nothing() -> None:
    assert uncertainty_weighted(MEMBERS, 0).tolist() == mean(MEMBERS).tolist()


def test_disagreement_is_never_rewarded() -> None:
    with pytest.raises(ValueError, match="must not be negative"):
        uncertainty_weighted(MEMBERS, -0.1)


def test_levelled_members_differ_only_within_a_prompt() -> None:
    group = np.array([0, 0, 2])
    # The second member sees both answers of prompt 0 ten higher, and ranks them the other way.
    members = np.array([[1.0, 12.0], [2.0, 11.0], [5.0, 7.0]])
    moved = levelled(members, group)
    np.testing.assert_allclose(moved, [[6.0, 7.0], [7.0, 6.0], [6.0, 6.0]])
    np.testing.assert_allclose(moved.mean(1), members.mean(1))


def test_a_level_alone_makes_nobody_uncertain() -> None:
    members = np.array([[1.0, 101.0], [2.0, 102.0]])
    moved = levelled(members, np.array([0, 0]))
    assert uncertainty_weighted(moved, 1.0).tolist() == mean(members).tolist()


def test_each_aggregation_goes_by_its_name() -> None:
    members = np.array([[1.0, 3.0], [0.0, 0.0]])
    assert aggregated(members, "mean").tolist() == [2, 0]
    assert aggregated(members, "worst_case").tolist() == [1, 0]
    assert aggregated(members, "uncertainty_weighted").tolist() == [2 - COEFFICIENT, 0]
