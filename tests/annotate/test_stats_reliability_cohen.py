"""Cohen's κ against a textbook table, statsmodels 0.15.0 and scikit-learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import cohen_kappa_score

from annotate.stats.arrays import IntArray
from annotate.stats.reliability import CHANCE_IS_CERTAIN, NOTHING_IN_COMMON, Weights, cohen_kappa

WEIGHTS: tuple[Weights, ...] = ("identity", "linear", "quadratic", "ordinal")

FOUR_BY_FOUR = np.array([[11, 3, 1, 0], [2, 9, 4, 1], [1, 2, 8, 5], [0, 1, 2, 10]])

two_raters = hnp.arrays(
    np.int64, st.tuples(st.just(2), st.integers(2, 30)), elements=st.integers(0, 3)
)


def answers(table: IntArray) -> tuple[IntArray, IntArray]:
    """Two raters' answers from their contingency table."""
    first, second = np.nonzero(table + 1)
    return np.repeat(first, table.ravel()), np.repeat(second, table.ravel())


def test_cohens_kappa_of_the_textbook_table_is_the_published_value() -> None:
    found = cohen_kappa(*answers(np.array([[20, 5], [10, 15]])))
    assert found.estimate.value == pytest.approx(0.4, abs=1e-12)
    assert found.observed == pytest.approx(0.7)
    assert found.expected == pytest.approx(0.5)
    # statsmodels divides by n.
    assert found.standard_error == pytest.approx(0.12699606293 * np.sqrt(50 / 49), abs=1e-10)


@pytest.mark.parametrize(
    ("weights", "value", "error"),
    [
        ("identity", 0.5114729829755736, 0.08297505350253023),
        ("linear", 0.6491228070175439, 0.06873784880541225),
        ("quadratic", 0.7676008202323992, 0.05982596122405082),
    ],
)
def test_cohens_kappa_and_its_error_are_those_of_statsmodels(
    weights: Weights, value: float, error: float
) -> None:
    found = cohen_kappa(*answers(FOUR_BY_FOUR), weights=weights)
    assert found.estimate.value == pytest.approx(value, abs=1e-12)
    assert found.standard_error == pytest.approx(error * np.sqrt(60 / 59), abs=1e-12)


@settings(max_examples=80, deadline=None)
@given(two_raters, st.sampled_from(["identity", "linear", "quadratic"]))
def test_cohens_kappa_is_scikit_learns(raters: IntArray, weights: Weights) -> None:
    first, second = raters
    found = cohen_kappa(first, second, weights=weights)
    if len(np.unique(raters)) == 1:
        assert found.estimate.reason == CHANCE_IS_CERTAIN
        return
    # scikit-learn numbers the answers that occur, whatever lies between them.
    labels = range(4)
    name = None if weights == "identity" else weights
    expected = cohen_kappa_score(first, second, labels=labels, weights=name)
    assert found.estimate.value == pytest.approx(expected, abs=1e-12)


@settings(max_examples=50, deadline=None)
@given(two_raters, st.sampled_from(WEIGHTS))
def test_cohens_kappa_does_not_change_when_raters_or_the_scale_are_turned(
    raters: IntArray, weights: Weights
) -> None:
    first, second = raters
    one = cohen_kappa(first, second, weights=weights)
    other = cohen_kappa(7 - second, 7 - first, weights=weights)
    assert other.estimate.value == pytest.approx(one.estimate.value, abs=1e-9)
    assert other.standard_error == pytest.approx(one.standard_error, abs=1e-9)


def test_units_that_one_of_two_raters_left_out_do_not_count() -> None:
    first, second = np.array([0, 1, -1, 0, 1, -1]), np.array([0, 1, 1, -1, 0, -1])
    kept = cohen_kappa(np.array([0, 1, 1]), np.array([0, 1, 0]))
    assert cohen_kappa(first, second) == kept
    assert cohen_kappa(first[2:4], second[2:4]).estimate.reason == NOTHING_IN_COMMON
    with pytest.raises(ValueError, match="the same units"):
        cohen_kappa(first, second[1:])
