"""α at all levels against the krippendorff package, and what it stands on against plain loops."""

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.reliability import Level, alpha, bootstrap, counts_of, raw_agreement
from annotate.stats.reliability.bootstrap import drawn
from annotate.stats.reliability.patterns import find_patterns
from tests.annotate.test_stats_reliability import (
    BINARY,
    KRIPPENDORFF_2011,
    WIKIPEDIA,
    noisy_counts,
    random_counts,
)
from tests.annotate.test_stats_reliability import counts_of as counts_of_table

LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval", "ratio")

random_numbers = hnp.arrays(np.float64, 5, elements=st.floats(0.125, 50, width=16), unique=True)


def package(counts: IntArray, level: Level, values: FloatArray) -> float:
    return float(
        krippendorff.alpha(value_counts=counts, value_domain=values, level_of_measurement=level)
    )


def test_ratio_alpha_of_the_published_table_is_the_known_value() -> None:
    counts = counts_of_table(KRIPPENDORFF_2011)
    estimate = alpha(counts, level="ratio", values=np.arange(1.0, 6.0))
    assert estimate.value == pytest.approx(0.797403, abs=5e-7)
    # With the default the lowest answer is zero, infinitely far below the others.
    assert alpha(counts, level="ratio").value != pytest.approx(0.797403, abs=0.01)


@settings(max_examples=300, deadline=None)
@given(random_counts, st.sampled_from(LEVELS), random_numbers)
def test_alpha_equals_the_package(counts: IntArray, level: Level, numbers: FloatArray) -> None:
    values = np.sort(numbers[: counts.shape[1]])
    estimate = alpha(counts, level=level, values=values, resamples=1)
    pairable = counts[counts.sum(axis=1) >= 2]
    if np.count_nonzero(pairable.any(axis=0)) < 2:
        assert estimate.value is None
        return
    assert estimate.value == pytest.approx(package(pairable, level, values), abs=1e-12, rel=1e-12)


@settings(max_examples=100, deadline=None)
@given(random_counts, st.sampled_from(LEVELS))
def test_the_numbers_are_from_zero_where_none_are_given(counts: IntArray, level: Level) -> None:
    numbers = np.arange(counts.shape[1], dtype=np.float64)
    assert alpha(counts, level=level) == alpha(counts, level=level, values=numbers)


@settings(max_examples=100, deadline=None)
@given(random_counts, random_numbers)
def test_interval_alpha_does_not_change_with_the_unit_or_the_zero(
    counts: IntArray, numbers: FloatArray
) -> None:
    values = numbers[: counts.shape[1]]
    metric = alpha(counts, level="interval", values=values, resamples=1).value
    moved = alpha(counts, level="interval", values=32 - 1.8 * values, resamples=1).value
    assert moved == (None if metric is None else pytest.approx(metric, abs=1e-9))


@pytest.mark.parametrize("table", [BINARY, WIKIPEDIA])
@pytest.mark.parametrize("level", LEVELS)
def test_values_nobody_used_change_nothing_at_any_level(table: str, level: Level) -> None:
    counts = counts_of_table(table)
    values = np.arange(1.0, counts.shape[1] + 1)
    padded = np.insert(counts, [0, 1, 2], 0, axis=1)
    numbers = np.insert(values, [0, 1, 2], [0.5, 1.5, 70])
    narrow = alpha(counts, level=level, values=values, resamples=50)
    wide = alpha(padded, level=level, values=numbers, resamples=50)
    assert wide.value == pytest.approx(narrow.value, abs=1e-12)
    assert wide.lower == pytest.approx(narrow.lower, abs=1e-12)


@pytest.mark.parametrize("values", [[0.0, 1.0], [0.0, 1.0, np.nan], [0.0, 1.0, np.inf]])
def test_a_number_that_is_missing_is_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="for every value"):
        alpha(np.array([[1, 0, 1]]), level="interval", values=np.array(values))


def test_a_negative_number_is_refused_at_the_level_ratio_only() -> None:
    counts, values = np.array([[1, 0, 1], [2, 1, 0]]), np.array([-1.0, 0.0, 1.0])
    with pytest.raises(ValueError, match="true zero"):
        alpha(counts, level="ratio", values=values)
    assert alpha(counts, level="interval", values=values).value is not None


def test_answers_of_one_number_are_the_same_answer_at_interval_level() -> None:
    counts, values = np.array([[1, 1], [0, 2]]), np.array([3.0, 3.0])
    assert alpha(counts, level="interval", values=values).value is None
    assert alpha(counts, level="nominal", values=values).value is not None


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int32, np.uint64])
def test_counts_of_any_width_give_the_same(dtype: type[np.integer]) -> None:
    counts = noisy_counts(500)
    assert alpha(counts.astype(dtype)) == alpha(counts)
    assert raw_agreement(np.asfortranarray(counts.astype(dtype))) == raw_agreement(counts)


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        (np.array([[1.0, np.nan]]), "whole numbers"),
        (np.array([1, 2]), "whole numbers"),
        (np.array([[1, -1]]), "negative"),
    ],
)
def test_counts_that_are_none_are_refused(counts: IntArray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        alpha(counts)


def test_a_unit_with_a_million_votes_is_a_unit_like_any_other() -> None:
    counts = np.array([[10**6, 10**6, 0], [2, 0, 0], [0, 1, 2], [3 * 10**9, 0, 1]])
    estimate = alpha(counts, level="nominal")
    assert estimate.value == pytest.approx(package(counts, "nominal", np.arange(3.0)), abs=1e-9)
    assert estimate.n == 4


def test_no_values_at_all_are_no_answers() -> None:
    assert alpha(np.zeros((3, 0), dtype=np.int64)).value is None


@settings(max_examples=100, deadline=None)
@given(
    hnp.arrays(
        np.int64,
        st.tuples(st.integers(0, 12), st.integers(0, 30)),
        elements=st.sampled_from([0, 1, 2, 2**33, 2**62]),
    )
)
def test_patterns_are_the_distinct_rows_however_large_the_counts(counts: IntArray) -> None:
    found = find_patterns(counts)
    assert found.counts[found.of_unit].tolist() == counts.tolist()
    assert len({*map(tuple, counts.tolist())}) == len(found.times)
    assert found.times.tolist() == np.bincount(found.of_unit, minlength=len(found.times)).tolist()


def test_rows_whose_numbers_would_be_the_same_modulo_two_to_the_64_stay_apart() -> None:
    # As digits to the base 2³¹ the first two are 0 and 4 · 2⁶².
    counts = np.array([[0, 0, 0], [4, 0, 0], [2**31 - 1] * 3])
    assert len(find_patterns(counts).times) == 3


@settings(max_examples=100, deadline=None)
@given(hnp.arrays(np.int64, 20, elements=st.integers(-3, 9)), st.sampled_from([1, 10**12]))
def test_votes_are_counted_however_far_apart_their_units_are(unit: IntArray, far: int) -> None:
    value = np.arange(20) % 4
    expected = [
        [int(((unit == name) & (value == v)).sum()) for v in range(4)] for name in np.unique(unit)
    ]
    assert counts_of(unit * far, value, 4).tolist() == expected


@pytest.mark.parametrize("value", [-1, 4])
def test_a_value_outside_its_range_is_refused(value: int) -> None:
    with pytest.raises(ValueError, match="from 0 to 3"):
        counts_of(np.array([1]), np.array([value]), 4)


@settings(max_examples=100, deadline=None)
@given(random_counts)
def test_raw_agreement_is_that_of_all_pairs_of_votes(counts: IntArray) -> None:
    same = pairs = 0
    for row in counts:
        votes = np.repeat(np.arange(len(row)), row)
        for i in range(len(votes)):
            same += int((votes[:i] == votes[i]).sum())
            pairs += i
    expected = same / pairs if pairs else None
    assert raw_agreement(counts, resamples=1).value == pytest.approx(expected)


@settings(max_examples=100, deadline=None)
@given(random_counts, st.data())
def test_clusters_are_what_is_drawn_and_equal_ones_are_counted(
    counts: IntArray, data: st.DataObject
) -> None:
    names = st.lists(st.integers(-2, 3), min_size=len(counts), max_size=len(counts))
    cluster = np.array(data.draw(names), dtype=np.int64)
    kinds = drawn(find_patterns(counts), cluster)
    sums = kinds.sums(find_patterns(counts).counts)
    by_cluster = [
        (counts[cluster == name].sum(axis=0).tolist(), sorted(counts[cluster == name].tolist()))
        for name in np.unique(cluster)
    ]
    assert kinds.times.sum() == len(by_cluster)
    assert len(kinds.times) == len({str(rows) for _, rows in by_cluster})
    drawn_sums = np.repeat(sums, kinds.times, axis=0).tolist()
    assert sorted(drawn_sums) == sorted(total for total, _ in by_cluster)


def test_drawing_one_by_one_gives_the_same_interval_as_drawing_by_kind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counts = noisy_counts(2000)
    by_kind = alpha(counts, resamples=4000)
    monkeypatch.setattr(bootstrap, "_DRAWS_A_KIND", 10**6)
    one_by_one = alpha(counts, resamples=4000)
    assert one_by_one.value == by_kind.value
    assert one_by_one != by_kind
    assert one_by_one.lower == pytest.approx(by_kind.lower, abs=0.002)
    assert one_by_one.upper == pytest.approx(by_kind.upper, abs=0.002)


def test_the_interval_of_clusters_is_that_of_a_plain_bootstrap() -> None:
    counts = noisy_counts(600)
    task = np.repeat(np.arange(200), 3)
    estimate = alpha(counts, level="nominal", cluster=task, resamples=3000)
    rng = np.random.default_rng(1)
    by_task = counts.reshape(200, 3, 3)
    draws = [by_task[rng.integers(200, size=200)].reshape(-1, 3) for _ in range(1000)]
    values = [package(d[d.sum(axis=1) >= 2], "nominal", np.arange(3.0)) for d in draws]
    lower, upper = np.quantile(values, [0.025, 0.975])
    assert estimate.lower == pytest.approx(lower, abs=0.01)
    assert estimate.upper == pytest.approx(upper, abs=0.01)


def test_a_hundred_values_need_no_array_of_units_by_pairs_of_values() -> None:
    rng = np.random.default_rng(0)
    centre = rng.integers(101, size=800)
    slider = np.clip(rng.normal(centre, 8, size=(4, 800)).round().astype(np.int64), 0, 100)
    counts = counts_of(np.tile(np.arange(800), 4), slider.ravel(), 101)
    estimate = alpha(counts, level="interval", resamples=100)
    assert estimate.value == pytest.approx(package(counts, "interval", np.arange(101.0)), abs=1e-9)
