"""Chance-corrected agreement against published tables, irrCAC 0.4.4 and plain loops."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.reliability import (
    CHANCE_IS_CERTAIN,
    NO_ANSWERS,
    NONE_JUDGED_TWICE,
    ChanceCorrected,
    Weights,
    brennan_prediger,
    fleiss_kappa,
    gwet_ac,
)
from annotate.stats.reliability.chance import agreement_weights
from tests.annotate.test_stats_reliability import (
    KRIPPENDORFF_2011,
    counts_of,
    noisy_counts,
    random_counts,
)

Coefficient = Callable[..., ChanceCorrected]

COEFFICIENTS: tuple[Coefficient, ...] = (gwet_ac, fleiss_kappa, brennan_prediger)
WEIGHTS: tuple[Weights, ...] = ("identity", "linear", "quadratic", "ordinal")

# Fleiss' κ, Wikipedia: ten subjects, fourteen raters, five answers.
FOURTEEN_RATERS = np.array(
    [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ]
)


def plain_weight(weights: Weights, k: int, l: int, values: int) -> float:  # noqa: E741, the paper's
    apart, most = abs(k - l), values - 1
    if weights == "identity":
        return float(k == l)
    if weights == "ordinal":
        return 1 - apart * (apart + 1) / (most * (most + 1))
    return 1 - (apart / most) ** (1 if weights == "linear" else 2)


def plain_agreement(counts: IntArray, weights: Weights) -> tuple[float, FloatArray, FloatArray]:
    """p_a, the mean shares of the answers, and the weights: Gwet (2014), vote by vote."""
    values = counts.shape[1]
    within, shares = [], []
    for row in counts:
        votes = np.repeat(np.arange(values), row).tolist()
        if len(votes):
            shares.append(row / len(votes))
        pairs = [(a, b) for i, a in enumerate(votes) for j, b in enumerate(votes) if i != j]
        if pairs:
            within.append(np.mean([plain_weight(weights, a, b, values) for a, b in pairs]))
    weight = [[plain_weight(weights, k, j, values) for j in range(values)] for k in range(values)]
    return float(np.mean(within)), np.mean(shares, axis=0), np.array(weight)


@pytest.mark.parametrize(
    ("coefficient", "weights", "value", "error", "lower"),
    [
        # Published (Gwet 2014) to five digits, all nine from irrCAC.
        (gwet_ac, "identity", 0.775444068, 0.142949951, 0.460813348),
        (fleiss_kappa, "identity", 0.761169275, 0.153019203, 0.424376279),
        (brennan_prediger, "identity", 0.772727273, 0.144716620, 0.454208140),
        (gwet_ac, "quadratic", 0.914000724, 0.103962245, 0.685181366),
        (fleiss_kappa, "quadratic", 0.864935065, 0.146033611, 0.543517255),
        (brennan_prediger, "quadratic", 0.901515152, 0.110894375, 0.657438278),
        (gwet_ac, "linear", 0.858739136, 0.117329022, 0.600499700),
        (fleiss_kappa, "linear", 0.817944767, 0.148504355, 0.491088884),
        (brennan_prediger, "linear", 0.848484848, 0.123356124, 0.576979849),
        (gwet_ac, "ordinal", 0.898939770, 0.106903524, 0.663646700),
        (fleiss_kappa, "ordinal", 0.850206189, 0.147035694, 0.526582809),
        (brennan_prediger, "ordinal", 0.886363636, 0.113905904, 0.635658432),
    ],
)
def test_the_ragged_published_table_has_the_known_coefficients_and_errors(
    coefficient: Coefficient, weights: Weights, value: float, error: float, lower: float
) -> None:
    found = coefficient(counts_of(KRIPPENDORFF_2011), weights=weights)
    assert found.estimate.value == pytest.approx(value, abs=2e-9)
    assert found.standard_error == pytest.approx(error, abs=2e-9)
    assert found.estimate.lower == pytest.approx(lower, abs=2e-9)
    assert found.estimate.upper == 1
    assert found.estimate.n == 11


def test_fleiss_and_randolph_of_fourteen_raters_are_the_published_values() -> None:
    assert fleiss_kappa(FOURTEEN_RATERS).estimate.value == pytest.approx(0.209931, abs=5e-7)
    assert brennan_prediger(FOURTEEN_RATERS).estimate.value == pytest.approx(0.222527, abs=5e-7)


@settings(max_examples=60, deadline=None)
@given(random_counts, st.sampled_from(WEIGHTS))
def test_the_coefficients_are_those_of_plain_loops(counts: IntArray, weights: Weights) -> None:
    if not (counts.sum(axis=1) >= 2).any():
        assert gwet_ac(counts, weights=weights).estimate.value is None
        return
    observed, share, weight = plain_agreement(counts, weights)
    values = len(share)
    spread = float((share * (1 - share)).sum())
    chances = {
        gwet_ac: weight.sum() * spread / (values * (values - 1)),
        fleiss_kappa: float(share @ weight @ share),
        brennan_prediger: weight.sum() / values**2,
    }
    for coefficient, expected in chances.items():
        found = coefficient(counts, weights=weights)
        if expected > 1 - 1e-9:
            assert found.estimate.reason == CHANCE_IS_CERTAIN
            continue
        assert found.observed == pytest.approx(observed, abs=1e-12)
        assert found.expected == pytest.approx(expected, abs=1e-12)
        value = (observed - expected) / (1 - expected)
        assert found.estimate.value == pytest.approx(value, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(random_counts, st.sampled_from(COEFFICIENTS))
def test_the_order_of_units_and_of_unordered_answers_changes_nothing(
    counts: IntArray, coefficient: Coefficient
) -> None:
    rng = np.random.default_rng(0)
    mixed = rng.permutation(rng.permutation(counts, axis=0), axis=1)
    one, other = coefficient(counts), coefficient(mixed)
    assert other.estimate.reason == one.estimate.reason
    assert other.estimate.value == pytest.approx(one.estimate.value, abs=1e-9)
    assert other.standard_error == pytest.approx(one.standard_error, abs=1e-9)


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("coefficient", COEFFICIENTS)
def test_the_standard_error_is_the_spread_of_samples(
    coefficient: Coefficient, weights: Weights
) -> None:
    samples = [coefficient(noisy_counts(300, seed=seed), weights=weights) for seed in range(400)]
    values = [sample.estimate.value for sample in samples]
    errors = [sample.standard_error for sample in samples]
    # The spread of 400 values has a relative error of 3.5 %.
    assert np.mean(np.array(errors, dtype=float)) == pytest.approx(
        np.std(np.array(values, dtype=float)), rel=0.12
    )


def test_units_repeated_within_their_cluster_leave_the_error_as_it_was() -> None:
    counts = noisy_counts(200)
    once = gwet_ac(counts)
    fourfold, task = np.repeat(counts, 4, axis=0), np.repeat(np.arange(200), 4)
    together, apart = gwet_ac(fourfold, cluster=task), gwet_ac(fourfold)
    assert together.estimate.value == pytest.approx(once.estimate.value)
    assert together.standard_error == pytest.approx(once.standard_error)
    assert apart.standard_error == pytest.approx((once.standard_error or 0) / 2, rel=0.01)
    with pytest.raises(ValueError, match="every unit"):
        gwet_ac(counts, cluster=task)


def test_an_answer_that_nobody_gave_counts_where_all_offered_answers_do() -> None:
    counts = counts_of(KRIPPENDORFF_2011)
    padded = np.insert(counts, 5, 0, axis=1)
    assert fleiss_kappa(padded) == fleiss_kappa(counts)
    for coefficient in (gwet_ac, brennan_prediger):
        assert coefficient(padded).estimate.value != pytest.approx(
            coefficient(counts).estimate.value, abs=1e-3
        )


@pytest.mark.parametrize("coefficient", COEFFICIENTS)
def test_a_coefficient_that_is_undefined_says_why(coefficient: Coefficient) -> None:
    for counts, reason in (
        (np.zeros((0, 3), dtype=np.int64), NO_ANSWERS),
        (np.zeros((3, 0), dtype=np.int64), NO_ANSWERS),
        (np.array([[1, 0], [0, 1]]), NONE_JUDGED_TWICE),
        (np.array([[3], [2]]), CHANCE_IS_CERTAIN),
    ):
        found = coefficient(counts)
        assert (found.estimate.value, found.estimate.reason) == (None, reason)
        assert (found.observed, found.expected, found.standard_error) == (None, None, None)


def test_equal_answers_leave_fleiss_undefined_and_the_others_at_one_without_an_interval() -> None:
    counts = np.array([[3, 0], [2, 0], [4, 0]])
    assert fleiss_kappa(counts).estimate.reason == CHANCE_IS_CERTAIN
    for coefficient in (gwet_ac, brennan_prediger):
        found = coefficient(counts)
        assert (found.estimate.value, found.estimate.lower) == (1, None)
        assert found.standard_error is None


def test_one_unit_has_a_value_without_an_interval() -> None:
    found = gwet_ac(np.array([[2, 1, 0]]))
    assert found.estimate.value is not None
    assert (found.estimate.lower, found.standard_error) == (None, None)


@pytest.mark.parametrize("weights", WEIGHTS)
def test_weights_fall_from_one_to_zero(weights: Weights) -> None:
    weight = agreement_weights(weights, np.arange(5))
    assert np.diagonal(weight).tolist() == [1] * 5
    assert weight[0, 4] == 0
    assert (np.diff(weight[0]) <= 0).all()
    assert weight.tolist() == weight.T.tolist()
