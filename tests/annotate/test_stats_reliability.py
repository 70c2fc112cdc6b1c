"""α and raw agreement against published tables, the krippendorff package and a plain bootstrap."""

import os
from pathlib import Path

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from annotate.stats.arrays import IntArray
from annotate.stats.reliability import (
    ALL_THE_SAME,
    NO_ANSWERS,
    NONE_JUDGED_TWICE,
    Level,
    alpha,
    alpha_of_coincidences,
    raw_agreement,
)
from annotate.stats.reliability import counts_of as counts_of_votes

# Rows are raters, columns units, dots missing.
KRIPPENDORFF_2011 = "123321412... 1233224125.3 .3332342251. 12332441251."
WIKIPEDIA = ".....34121133.3 1.213343....... ..21344.21133.4"
BINARY = "0100000010 1110010000"
TWO_RATERS = "112243335441 212223335444"

# Dawid and Skene (1979): 45 patients; the first observer's three readings, then the other four's.
DAWID_SKENE = (
    "1111111 3334334 1122122 2223121 2223222 2223322 1222111 3333433 2222223 2322223 4444444 "
    "2223343 1111111 2223212 1211111 1112111 1111111 1111111 2222221 2221322 2222222 2222221 "
    "2223222 2212222 1111111 1111111 2322222 1111111 1111111 1121121 1111111 3333233 1111111 "
    "2222222 2223232 4334343 2212232 2323233 3333432 1111111 1111111 1212111 2322222 1211111 "
    "2222222"
)

LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval")

random_counts = hnp.arrays(
    np.int64,
    st.tuples(st.integers(1, 12), st.integers(2, 5)),
    elements=st.integers(0, 4),
)


def counts_of(table: str) -> IntArray:
    """`[units, values]` from rows of raters."""
    return unit_counts([*zip(*table.split(), strict=True)])


def unit_counts(units: list[tuple[str, ...]]) -> IntArray:
    values = sorted({answer for unit in units for answer in unit} - {"."})
    return np.array([[unit.count(value) for value in values] for unit in units], dtype=np.int64)


def plain_bootstrap(counts: IntArray, resamples: int) -> tuple[float, float]:
    """The percentile interval of nominal α by drawing the units one by one."""
    rng = np.random.default_rng(1)
    drawn = [
        krippendorff.alpha(
            value_counts=counts[rng.integers(len(counts), size=len(counts))],
            level_of_measurement="nominal",
        )
        for _ in range(resamples)
    ]
    lower, upper = np.quantile(drawn, [0.025, 0.975])
    return float(lower), float(upper)


def noisy_counts(units: int, seed: int = 0) -> IntArray:
    rng = np.random.default_rng(seed)
    leaning = rng.dirichlet([0.6, 0.3, 0.6], size=units)
    return rng.multinomial(rng.integers(1, 5, size=units), leaning)


@pytest.mark.parametrize(
    ("table", "level", "expected"),
    [
        (KRIPPENDORFF_2011, "nominal", 0.743421),
        (KRIPPENDORFF_2011, "ordinal", 0.815388),
        (KRIPPENDORFF_2011, "interval", 0.849107),
        (WIKIPEDIA, "nominal", 0.691358),
        (WIKIPEDIA, "ordinal", 0.806721),
        (WIKIPEDIA, "interval", 0.810845),
        (BINARY, "nominal", 0.095238),
        (TWO_RATERS, "nominal", 0.691964),
    ],
)
def test_alpha_is_the_published_value(table: str, level: Level, expected: float) -> None:
    estimate = alpha(counts_of(table), level=level, resamples=50)
    assert estimate.value == pytest.approx(expected, abs=5e-7)
    assert estimate.reason is None


def test_alpha_of_the_dawid_skene_patients_is_the_known_value() -> None:
    estimate = alpha(unit_counts([tuple(unit) for unit in DAWID_SKENE.split()]), level="nominal")
    assert estimate.value == pytest.approx(0.582571, abs=5e-7)
    assert estimate.n == 45


@settings(max_examples=200, deadline=None)
@given(random_counts, st.sampled_from(LEVELS))
def test_the_vectorised_formula_equals_the_package(counts: IntArray, level: Level) -> None:
    estimate = alpha(counts, level=level, resamples=1)
    if estimate.value is None:
        return
    pairable = counts[counts.sum(axis=1) >= 2]
    coincidences = np.zeros((pairable.shape[1],) * 2)
    for unit in pairable:  # Krippendorff (2011), step by step.
        coincidences += (np.outer(unit, unit) - np.diag(unit)) / (unit.sum() - 1)
    own = alpha_of_coincidences(coincidences, level)
    assert float(own) == pytest.approx(estimate.value, abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(random_counts, st.sampled_from(LEVELS))
def test_the_order_of_the_units_and_the_direction_of_the_values_change_nothing(
    counts: IntArray, level: Level
) -> None:
    turned = counts[::-1, ::-1]
    expected = alpha(counts, level=level, resamples=1).value
    value = alpha(turned, level=level, resamples=1).value
    assert value == (None if expected is None else pytest.approx(expected, abs=1e-9))


def test_values_nobody_used_change_nothing() -> None:
    counts = counts_of(BINARY)
    padded = np.insert(counts, [0, 1, 2], 0, axis=1)
    for level in ("nominal", "ordinal"):
        narrow, wide = (alpha(table, level=level, resamples=50) for table in (counts, padded))
        assert wide.value == pytest.approx(narrow.value)
        assert wide.lower == pytest.approx(narrow.lower)


def test_systematic_disagreement_gives_a_negative_alpha() -> None:
    value = alpha(np.array([[1, 0, 1]] * 6), resamples=50).value
    assert value == pytest.approx(krippendorff.alpha(value_counts=[[1, 0, 1]] * 6), abs=1e-12)
    assert value is not None
    assert value < 0


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        (np.zeros((0, 3), dtype=np.int64), NO_ANSWERS),
        (np.zeros((4, 3), dtype=np.int64), NO_ANSWERS),
        (np.array([[1, 0, 0], [0, 0, 1]]), NONE_JUDGED_TWICE),
        (np.array([[3, 0, 0], [2, 0, 0], [0, 0, 1]]), ALL_THE_SAME),
    ],
)
def test_an_undefined_alpha_is_none_with_its_reason(counts: IntArray, reason: str) -> None:
    estimate = alpha(counts)
    assert (estimate.value, estimate.lower, estimate.upper) == (None, None, None)
    assert estimate.reason == reason


def test_raw_agreement_of_equal_answers_is_one_while_alpha_is_undefined() -> None:
    counts = np.array([[3, 0, 0], [2, 0, 0]])
    assert raw_agreement(counts).value == 1
    assert alpha(counts).value is None


def test_raw_agreement_without_two_answers_has_a_reason() -> None:
    assert raw_agreement(np.array([[1, 0, 0]])).reason == NONE_JUDGED_TWICE
    assert raw_agreement(np.zeros((0, 3), dtype=np.int64)).reason == NO_ANSWERS


def test_raw_agreement_counts_pairs_of_raters() -> None:
    # 3 of 3 pairs, 0 of 1 and, left out, one lone rater.
    estimate = raw_agreement(np.array([[3, 0, 0], [1, 0, 1], [0, 1, 0]]))
    assert estimate.value == pytest.approx(3 / 4)
    assert estimate.n == 2


def test_units_in_full_agreement_get_no_interval_of_zero_width() -> None:
    estimate = alpha(np.array([[2, 0, 0], [0, 0, 2], [0, 2, 0]]))
    assert estimate.value == 1
    assert (estimate.lower, estimate.upper) == (None, None)


def test_a_single_unit_gets_no_interval() -> None:
    estimate = alpha(np.array([[2, 1, 3]]))
    assert estimate.value is not None
    assert estimate.lower is None


def test_the_interval_is_that_of_a_plain_bootstrap() -> None:
    counts = noisy_counts(300)
    estimate = alpha(counts, level="nominal", resamples=4000)
    lower, upper = plain_bootstrap(counts[counts.sum(axis=1) >= 2], resamples=1500)
    assert estimate.lower == pytest.approx(lower, abs=0.01)
    assert estimate.upper == pytest.approx(upper, abs=0.01)


def test_nearly_all_intervals_hold_the_alpha_of_the_population() -> None:
    population = alpha(noisy_counts(200_000, seed=99), resamples=1).value
    assert population is not None
    held = 0
    for seed in range(100):
        estimate = alpha(noisy_counts(250, seed=seed), resamples=300, seed=seed)
        assert estimate.lower is not None
        assert estimate.upper is not None
        held += estimate.lower <= population <= estimate.upper
    # Binomial(100, 0.95) lies in 88 … 100 in all but 2 of 1,000.
    assert held >= 88


def test_the_same_seed_gives_the_same_interval() -> None:
    counts = noisy_counts(50)
    assert alpha(counts, seed=3) == alpha(counts, seed=3)
    assert alpha(counts, seed=3) != alpha(counts, seed=4)


def test_clusters_of_equal_units_widen_the_interval() -> None:
    counts = noisy_counts(200)
    counts = counts[counts.sum(axis=1) >= 2]
    fourfold = np.repeat(counts, 4, axis=0)
    task = np.repeat(np.arange(len(counts)), 4)
    for measure in (alpha, raw_agreement):
        apart, together = measure(fourfold), measure(fourfold, cluster=task)
        once = measure(counts)
        assert together.value == apart.value
        for estimate in (apart, together, once):
            assert estimate.lower is not None
            assert estimate.upper is not None
        width = {
            name: (estimate.upper or 0) - (estimate.lower or 0)
            for name, estimate in (("apart", apart), ("together", together), ("once", once))
        }
        assert width["together"] == pytest.approx(width["once"], rel=0.15)
        assert width["apart"] == pytest.approx(width["once"] / 2, rel=0.15)


def test_a_cluster_for_some_units_only_is_refused() -> None:
    with pytest.raises(ValueError, match="every unit"):
        alpha(np.array([[2, 0], [1, 1]]), cluster=np.array([1]))


def test_votes_are_counted_by_task_in_ascending_order() -> None:
    task = np.array([70, -2, 70, 70, -2])
    outcome = np.array([0, 2, 1, 0, 2])
    assert counts_of_votes(task, outcome, 3).tolist() == [[0, 0, 2], [2, 1, 0]]


def test_no_votes_give_no_units() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert counts_of_votes(none, none, 3).shape == (0, 3)
    assert alpha(counts_of_votes(none, none, 3)).reason == NO_ANSWERS


@pytest.mark.parametrize("outcome", [-1, 3])
def test_an_outcome_outside_the_three_is_refused(outcome: int) -> None:
    with pytest.raises(ValueError, match="A value is"):
        counts_of_votes(np.array([1]), np.array([outcome]), 3)


@pytest.mark.skipif("REAL_DATA" not in os.environ, reason="REAL_DATA names no folder of real data")
def test_alpha_of_real_crowd_labels_is_the_known_value() -> None:
    lines = Path(os.environ["REAL_DATA"], "crowd", "labels.txt").read_text().splitlines()
    votes = [line.split("\t") for line in lines]
    _, unit = np.unique([vote[1] for vote in votes], return_inverse=True)
    values, value = np.unique([vote[2] for vote in votes], return_inverse=True)
    counts = np.zeros((unit.max() + 1, len(values)), dtype=np.int64)
    np.add.at(counts, (unit, value), 1)
    estimate = alpha(counts, level="nominal")
    assert (len(votes), estimate.n) == (5000, 1000)
    assert estimate.value == pytest.approx(0.406, abs=5e-4)
    assert estimate.lower is not None
    assert estimate.upper is not None
    assert estimate.lower < 0.406 < estimate.upper
