"""The forecast of adaptive overlap against simulation."""

import random

import pytest

from annotate.stats.forecast import (
    DEFAULT_SHARE,
    expected_extra,
    expected_judgments,
    shares_going_on,
)


def test_shares_are_counted_where_there_is_something_to_count() -> None:
    assert shares_going_on({2: 3, 3: 0}, {2: 1}) == {2: 0.25}


def test_without_experience_half_are_expected_to_go_on() -> None:
    assert expected_extra(2, 4, {}) == DEFAULT_SHARE + DEFAULT_SHARE**2


def test_a_task_at_its_maximum_gets_no_more() -> None:
    assert expected_extra(5, 5, {5: 1.0}) == 0


def test_the_expectation_is_the_mean_of_simulated_tasks() -> None:
    shares = {2: 0.6, 3: 0.3, 4: 0.9}
    rng = random.Random(5)

    def judgments() -> int:
        n = 2
        while n < 5 and rng.random() < shares[n]:
            n += 1
        return n - 2

    mean = sum(judgments() for _ in range(40_000)) / 40_000
    assert expected_extra(2, 5, shares) == pytest.approx(mean, abs=0.02)


def test_open_places_are_counted_once() -> None:
    assert expected_judgments(7, [(2, 3)], 3, {2: 0.5}) == 7 + 3 * 0.5
