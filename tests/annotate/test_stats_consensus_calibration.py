"""Calibration against plain counting, scikit-learn and predictions of known quality."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, log_loss

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.consensus.calibration import (
    FEWEST,
    calibration,
    calibration_of_posterior,
)
from annotate.stats.proportions import wilson


def predictions(n: int, seed: int = 0) -> tuple[FloatArray, FloatArray]:
    """Probabilities, and hits that come true just as often."""
    rng = np.random.default_rng(seed)
    probability = rng.random(n)
    return probability, (rng.random(n) < probability).astype(float)


def posteriors(n: int, seed: int = 0) -> tuple[FloatArray, IntArray]:
    rng = np.random.default_rng(seed)
    posterior = rng.dirichlet([1, 0.5, 1], n)
    truth = (rng.random(n)[:, None] > posterior.cumsum(axis=1)[:, :-1]).sum(axis=1)
    return posterior, truth


@pytest.mark.parametrize("bins", [4, 10])
def test_the_diagram_is_scikit_learns(bins: int) -> None:
    probability, hit = predictions(1000)
    found = calibration(probability, hit, bins=bins)
    observed, predicted = calibration_curve(hit, probability, n_bins=bins, strategy="quantile")
    assert [point.predicted for point in found.bins] == pytest.approx(predicted, abs=2e-3)
    assert [point.observed.value for point in found.bins] == pytest.approx(observed, abs=0.011)


def test_the_scores_are_scikit_learns() -> None:
    probability, hit = predictions(500)
    found = calibration(probability, hit)
    assert found.brier == pytest.approx(brier_score_loss(hit, probability))
    assert found.log_loss == pytest.approx(log_loss(hit, probability))
    posterior, truth = posteriors(500)
    of_all = calibration_of_posterior(posterior, truth)
    assert of_all.log_loss == pytest.approx(log_loss(truth, posterior, labels=[0, 1, 2]))
    told = np.eye(3)[truth]
    assert of_all.brier == pytest.approx(((posterior - told) ** 2).sum(axis=1).mean())


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.tuples(st.sampled_from([0, 0.1, 0.25, 0.5, 0.9, 1]), st.booleans()),
             min_size=FEWEST, max_size=200),
    st.integers(1, 12),
)  # fmt: skip
def test_bins_are_counted_plainly_and_order_changes_nothing(
    rows: list[tuple[float, bool]], bins: int
) -> None:
    probability, hit = np.array(rows, dtype=float).T
    found = calibration(probability, hit, bins=bins)
    turned = calibration(probability[::-1], hit[::-1], bins=bins)
    assert [point.observed for point in turned.bins] == [point.observed for point in found.bins]
    assert (turned.error, turned.log_loss) == pytest.approx((found.error, found.log_loss))
    assert sum(point.observed.n for point in found.bins) == len(rows)
    assert len(found.bins) <= bins
    error, ordered, at = 0.0, sorted(rows), 0
    for point in found.bins:
        inside = ordered[at : at + point.observed.n]
        at += len(inside)
        assert at == len(ordered) or ordered[at][0] > inside[-1][0]  # equal predictions together
        assert point.predicted == pytest.approx(np.mean([row[0] for row in inside]))
        assert point.observed == wilson(sum(row[1] for row in inside), len(inside))
        error += abs(sum(row[0] - row[1] for row in inside)) / len(ordered)
    assert found.error == pytest.approx(error)


def test_bins_hold_about_equal_counts() -> None:
    counts = [point.observed.n for point in calibration(*predictions(1003)).bins]
    assert len(counts) == 10
    assert max(counts) - min(counts) <= 1


def test_few_answers_are_put_into_fewer_bins() -> None:
    assert [point.observed.n for point in calibration(*predictions(45)).bins] == [15, 15, 15]


def test_true_probabilities_lie_within_the_intervals_and_overconfident_ones_do_not() -> None:
    probability, hit = predictions(20_000)
    within = [
        (point.observed.lower or 0) < point.predicted < (point.observed.upper or 0)
        for point in calibration(probability, hit).bins
    ]
    assert sum(within) >= 8
    exaggerated = probability**3 / (probability**3 + (1 - probability) ** 3)
    found = calibration(exaggerated, hit)
    true = calibration(probability, hit)
    assert true.error is not None
    assert found.error is not None
    assert true.error < 0.4 * np.sqrt(10 / 20_000) * 2
    assert found.error > 0.1
    assert (found.brier or 0) > (true.brier or 0)
    assert (found.log_loss or 0) > (true.log_loss or 0)


def test_chance_alone_makes_the_error_the_docstring_says() -> None:
    rng = np.random.default_rng(3)
    errors = []
    for _ in range(200):
        near = rng.uniform(0.49, 0.51, 1000)
        errors.append(calibration(near, (rng.random(1000) < near).astype(float)).error)
    assert np.mean(np.array(errors, float)) == pytest.approx(0.4 * np.sqrt(10 / 1000), rel=0.1)


def test_a_failed_certainty_is_dear_but_finite() -> None:
    found = calibration(np.ones(FEWEST), np.zeros(FEWEST))
    assert found.error == found.brier == 1
    assert found.log_loss == pytest.approx(-np.log(1e-12))
    assert len(found.bins) == 1


@pytest.mark.parametrize("n", [0, 1, FEWEST - 1])
def test_of_too_few_known_answers_nothing_is_said_but_why(n: int) -> None:
    for found in (calibration(*predictions(n)), calibration_of_posterior(*posteriors(n))):
        assert (found.bins, found.error, found.brier, found.log_loss) == ((), None, None, None)
        assert found.n == n
        assert (
            found.reason == f"Only {n} of the answers are known, and calibration needs 30 of them."
        )


def test_of_a_posterior_the_diagram_is_that_of_the_likeliest_label() -> None:
    posterior, truth = posteriors(2000)
    found = calibration_of_posterior(posterior, truth)
    hit = (posterior.argmax(axis=1) == truth).astype(float)
    alone = calibration(posterior.max(axis=1), hit)
    assert (found.bins, found.error) == (alone.bins, alone.error)


@pytest.mark.parametrize("probability", [np.nan, -0.1, 1.1, np.inf])
def test_what_is_no_probability_is_refused(probability: float) -> None:
    with pytest.raises(ValueError, match="probability"):
        calibration(np.array([probability]), np.array([1.0]))
    with pytest.raises(ValueError, match="probability"):
        calibration_of_posterior(np.array([[probability, 0.5]]), np.array([0]))


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="its hit"):
        calibration(np.array([0.5, 0.5]), np.array([1.0]))
    with pytest.raises(ValueError, match="0 or 1"):
        calibration(np.array([0.5]), np.array([0.5]))
    with pytest.raises(ValueError, match="its true label"):
        calibration_of_posterior(np.array([[0.5, 0.5]]), np.array([0, 1]))
    with pytest.raises(ValueError, match="sums to 1"):
        calibration_of_posterior(np.array([[0.5, 0.4]]), np.array([0]))
    with pytest.raises(ValueError, match="from 0 to below 2"):
        calibration_of_posterior(np.array([[0.5, 0.5]]), np.array([2]))
