"""State updated vote by vote against the same statistics in batch."""

import time
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from annotate.stats.arrays import IntArray
from annotate.stats.consensus import smoothed_majority
from annotate.stats.incremental import Agreement, PairWins
from annotate.stats.reliability import Level, alpha

LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval")

start_counts = hnp.arrays(
    np.int64, st.tuples(st.integers(0, 5), st.just(3)), elements=st.integers(0, 3)
)
changes = st.lists(
    st.tuples(
        st.sampled_from(["add", "remove", "replace"]),
        st.integers(0, 7),
        st.integers(0, 2),
        st.integers(0, 2),
    ),
    max_size=60,
)


def plain_coincidences(counts: IntArray) -> np.ndarray:
    """Krippendorff (2011), section C, unit by unit."""
    total = np.zeros((counts.shape[1],) * 2)
    for unit in counts:
        if unit.sum() >= 2:
            total += (np.outer(unit, unit) - np.diag(unit)) / (unit.sum() - 1)
    return total


def apply(state: Agreement, counts: IntArray, change: tuple[str, int, int, int]) -> None:
    """One change to the state and to the plain table, where there is such a vote."""
    kind, unit, old, new = change
    if kind == "add":
        state.add(unit, new)
        counts[unit, new] += 1
    elif not counts[unit, old]:
        with pytest.raises(ValueError, match="no such vote"):
            state.remove(unit, old)
    elif kind == "remove":
        state.remove(unit, old)
        counts[unit, old] -= 1
    else:
        state.replace(unit, old, new)
        counts[unit, old] -= 1
        counts[unit, new] += 1


@settings(max_examples=200, deadline=None)
@given(start_counts, changes)
def test_any_sequence_of_votes_edits_and_withdrawals_gives_what_batch_gives(
    start: IntArray, sequence: list[tuple[str, int, int, int]]
) -> None:
    counts = np.zeros((8, 3), dtype=np.int64)
    counts[: len(start)] = start
    state = Agreement.of_counts(start)
    for change in sequence:
        apply(state, counts, change)
    assert state.coincidences == pytest.approx(plain_coincidences(counts), abs=1e-9)
    assert state.pairable == np.count_nonzero(counts.sum(axis=1) >= 2)
    for level in LEVELS:
        batch, live = alpha(counts, level=level, resamples=1), state.alpha(level)
        assert live.reason == batch.reason
        assert live.n == batch.n
        assert live.value == (None if batch.value is None else pytest.approx(batch.value, abs=1e-9))


@settings(max_examples=100, deadline=None)
@given(start_counts)
def test_a_state_built_in_batch_is_the_one_built_vote_by_vote(counts: IntArray) -> None:
    batch = Agreement.of_counts(counts)
    stepwise = Agreement.of_counts(np.zeros((0, 3), dtype=np.int64))
    for unit, outcome in np.argwhere(counts):
        for _ in range(counts[unit, outcome]):
            stepwise.add(int(unit), int(outcome))
    assert batch.coincidences == pytest.approx(plain_coincidences(counts), abs=1e-12)
    assert stepwise.coincidences == pytest.approx(batch.coincidences, abs=1e-12)
    assert stepwise.pairable == batch.pairable
    assert (stepwise.counts[: len(counts)] == counts[: len(stepwise.counts)]).all()


def test_the_table_a_state_is_built_from_is_left_alone() -> None:
    counts = np.array([[1, 0, 1]])
    Agreement.of_counts(counts).add(0, 0)
    assert counts.tolist() == [[1, 0, 1]]


def test_a_saved_state_goes_on_where_it_was() -> None:
    state = Agreement.of_counts(np.array([[2, 0, 1], [1, 1, 0]]))
    again = Agreement(state.counts.copy(), state.coincidences.copy(), state.pairable)
    again.add(1, 2)
    assert again.alpha() == Agreement.of_counts(np.array([[2, 0, 1], [1, 1, 1]])).alpha()


def test_the_posterior_of_a_unit_is_its_smoothed_majority() -> None:
    state = Agreement.of_counts(np.array([[2, 0, 1]]))
    state.add(0, 2)
    expected = smoothed_majority(np.array([[2.0, 0.0, 2.0]]), prior=2.0)[0]
    assert state.posterior(0, prior=2.0) == pytest.approx(expected)


@pytest.mark.parametrize(("unit", "outcome"), [(-1, 0), (0, -1), (0, 3)])
def test_a_vote_out_of_range_is_refused_and_changes_nothing(unit: int, outcome: int) -> None:
    state = Agreement.of_counts(np.array([[2, 0, 1]]))
    for change in (state.add, state.remove):
        with pytest.raises(ValueError, match="numbered from 0"):
            change(unit, outcome)
    with pytest.raises(ValueError, match="numbered from 0"):
        state.replace(unit, 0, outcome if unit == 0 else 1)
    assert state.counts.tolist() == [[2, 0, 1]]


def test_many_changes_leave_no_error_that_shows() -> None:
    counts = np.random.default_rng(0).multinomial(5, [0.5, 0.2, 0.3], size=20_000)
    state = Agreement.of_counts(counts)
    fresh = state.coincidences.copy()
    for unit in range(20_000):
        state.add(unit, unit % 3)
        state.remove(unit, unit % 3)
    assert np.abs(state.coincidences - fresh).max() < 2e-9


def test_one_judgment_among_a_million_takes_well_under_a_millisecond() -> None:
    counts = np.random.default_rng(0).multinomial(5, [0.5, 0.2, 0.3], size=200_000)
    state = Agreement.of_counts(counts)
    start = time.process_time()
    for unit in range(500):
        state.add(unit, 1)
        state.alpha()
    assert (time.process_time() - start) / 500 < 1e-3


votes = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 2)).filter(
        lambda vote: vote[0] != vote[1]
    ),
    max_size=40,
)


def as_table(state: PairWins) -> dict[tuple[int, int], list[int]]:
    pairs, counts = state.compared()
    return {(i, j): row for (i, j), row in zip(pairs.tolist(), counts.tolist(), strict=True)}


def plain_table(comparisons: list[tuple[int, int, int]]) -> dict[tuple[int, int], list[int]]:
    seen = Counter(
        (i, j, outcome) if i < j else (j, i, 2 - outcome) for i, j, outcome in comparisons
    )
    pairs = {(i, j) for i, j, _ in seen}
    return {(i, j): [seen[i, j, outcome] for outcome in range(3)] for i, j in pairs}


def of_votes(comparisons: list[tuple[int, int, int]]) -> PairWins:
    columns = np.array(comparisons, dtype=np.int64).reshape(-1, 3).T
    return PairWins.of_votes(*columns)


@settings(max_examples=100, deadline=None)
@given(votes, votes, st.data())
def test_pair_wins_follow_every_change(
    before: list[tuple[int, int, int]], later: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    state, kept = of_votes(before), list(before)
    assert as_table(state) == plain_table(kept)
    for vote in later:
        state.add(*vote)
        kept.append(vote)
    for i, j, outcome in data.draw(st.permutations(kept))[: len(kept) // 2]:
        kept.remove((i, j, outcome))
        if outcome == 0:
            state.remove(i, j, outcome)
        else:
            # The other way round it is the same vote.
            state.replace(j, i, 2 - outcome, 1)
            kept.append((i, j, 1))
    assert as_table(state) == plain_table(kept)


def test_a_comparison_that_never_was_can_not_be_taken_back() -> None:
    state = of_votes([(0, 1, 0)])
    for outcome in (1, 2):
        with pytest.raises(ValueError, match="no such vote"):
            state.remove(0, 1, outcome)
    with pytest.raises(ValueError, match="no such vote"):
        state.remove(0, 2, 0)
    with pytest.raises(ValueError, match="outcome is 0, 1 or 2"):
        state.replace(0, 1, 0, 3)
    assert as_table(state) == {(0, 1): [1, 0, 0]}


@pytest.mark.parametrize("vote", [(1, 1, 0), (0, 1, 3), (0, 1, -1)])
def test_what_is_no_comparison_is_refused(vote: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="Two items"):
        of_votes([vote])
    with pytest.raises(ValueError, match="Two items"):
        of_votes([]).add(*vote)
