"""Signs of attention against simulation, published intervals and plain counting."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from annotate.stats.attention import longest_run, run_probability, too_fast
from annotate.stats.proportions import wilson


@pytest.mark.parametrize(("successes", "n"), [(0, 10), (3, 10), (10, 10), (81, 263), (1, 1)])
def test_wilsons_interval_is_scipys(successes: int, n: int) -> None:
    ours = wilson(successes, n)
    theirs = binomtest(successes, n).proportion_ci(method="wilson")
    assert (ours.lower, ours.upper) == pytest.approx((theirs.low, theirs.high), abs=1e-12)
    assert ours.value == successes / n


def test_wilsons_interval_is_the_published_one() -> None:
    # Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine
    # 17 (1998), table I: 81 of 263 gives .2553 to .3662.
    found = wilson(81, 263)
    assert (found.lower, found.upper) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_nothing_counted_is_no_share_and_says_so() -> None:
    found = wilson(0, 0)
    assert (found.value, found.lower, found.upper, found.n) == (None, None, None, 0)
    assert found.reason


@pytest.mark.parametrize(("successes", "n"), [(2, 1), (-1, 3)])
def test_impossible_counts_are_refused(successes: int, n: int) -> None:
    with pytest.raises(ValueError, match="successes"):
        wilson(successes, n)


def test_answers_faster_than_reading_are_counted_and_untimed_ones_left_out() -> None:
    seconds = np.array([9.0, 11.0, np.nan, 0.5])
    words = np.array([150, 150, 150, 0])  # 150 words at 900 a minute take 10 s
    found = too_fast(seconds, words)
    assert found.n == 3
    assert found.value == pytest.approx(1 / 3)


def test_the_longest_run_is_found_with_its_choice() -> None:
    run = longest_run(np.array([0, 2, 2, 2, 1, 0, 0]))
    assert run is not None
    assert (run.length, run.choice, run.n) == (3, 2, 7)
    assert longest_run(np.array([], dtype=np.int64)) is None


def test_a_run_of_five_heads_in_ten_tosses_has_its_known_probability() -> None:
    # 112 of the 1,024 sequences of ten tosses hold five heads in a row (counted).
    assert run_probability(10, 5, 0.5) == pytest.approx(112 / 1024)


@given(st.integers(1, 12), st.integers(1, 12), st.floats(0.05, 0.95))
def test_the_probability_of_a_run_is_that_of_all_sequences_with_one(
    n: int, length: int, share: float
) -> None:
    sequences = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    with_run = np.array(["1" * length in "".join(map(str, row)) for row in sequences])
    heads = sequences.sum(axis=1)
    chances = share**heads * (1 - share) ** (n - heads)
    assert run_probability(n, length, share) == pytest.approx(float(chances[with_run].sum()))


def test_a_rater_of_one_answer_has_a_run_that_proves_nothing() -> None:
    assert run_probability(40, 40, 1.0) == 1.0


def test_a_run_needs_a_length() -> None:
    with pytest.raises(ValueError, match="at least one"):
        run_probability(5, 0, 0.5)
