"""Replays of stopping rules: against plain loops, without peeking, and on real judgments."""

import os
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.leanings import DEFAULT_CONCENTRATION, learned_prior
from annotate.stats.replay import Confident, FixedOverlap, Rule, Settled, frontier, replay
from annotate.stats.stopping import label_stays, leading
from bench.recordings import Recorded, read_barzan, read_pandalm, read_ukp

recordings = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2)), min_size=1, max_size=40)


def numbered(votes: list[tuple[int, int]]) -> tuple[IntArray, IntArray]:
    task, label = np.array(votes).T
    return np.unique(task, return_inverse=True)[1], label


def simulated(
    tasks: int, each: int, seed: int, leaning: tuple[float, ...] = (1.0, 0.5, 1.0)
) -> tuple[IntArray, IntArray]:
    """Votes in rounds: the first of every task, then the second, …"""
    rng = np.random.default_rng(seed)
    shares = np.cumsum(rng.dirichlet(leaning, tasks), axis=1)
    label = (rng.random((each, tasks, 1)) > shares).sum(axis=2)
    return np.tile(np.arange(tasks), each), label.ravel()


def majority(votes: list[int]) -> int:
    counts = [votes.count(k) for k in range(3)]
    top = [k for k in range(3) if counts[k] == max(counts)]
    return top[0] if len(top) == 1 else 3


@settings(max_examples=100, deadline=None)
@given(recordings, st.floats(0.4, 1), st.integers(1, 3), st.integers(3, 6))
def test_a_replay_of_the_base_line_is_that_of_a_plain_loop(
    votes: list[tuple[int, int]], threshold: float, fewest: int, most: int
) -> None:
    task, label = numbered(votes)
    used: dict[int, list[int]] = defaultdict(list)
    everything: dict[int, list[int]] = defaultdict(list)
    done = set()
    for t, vote in zip(task.tolist(), label.tolist(), strict=True):
        everything[t].append(vote)
        if t in done:
            continue
        used[t].append(vote)
        n = len(used[t])
        share = (max(used[t].count(k) for k in range(3)) + 1 / 3) / (n + 1)
        if n >= most or (n >= fewest and share >= threshold):
            done.add(t)
    found = replay(task, label, rule=Confident(threshold), fewest=fewest, most=most)
    assert found.votes.tolist() == [len(used[t]) for t in sorted(used)]
    assert found.label.tolist() == [majority(used[t]) for t in sorted(used)]
    kept = [majority(used[t]) == majority(everything[t]) for t in used]
    assert found.kept == pytest.approx(np.mean(kept))
    assert found.used == pytest.approx(sum(map(len, used.values())) / len(task))
    decided = [
        majority(used[t]) == majority(everything[t]) for t in used if majority(everything[t]) < 3
    ]
    if decided:
        assert found.kept_majority == pytest.approx(np.mean(decided))
    else:
        assert np.isnan(found.kept_majority)


def test_the_order_is_that_of_the_times() -> None:
    task, label = np.zeros(3, dtype=np.int64), np.array([2, 0, 0])
    assert replay(task, label, rule=FixedOverlap(1), fewest=1).label.tolist() == [2]
    late = replay(task, label, rule=FixedOverlap(1), fewest=1, order=np.array([9.0, 1.0, 2.0]))
    assert late.label.tolist() == [0]
    assert late.votes.tolist() == [1]


def test_a_certain_label_keeps_every_label_and_saves_votes() -> None:
    task, label = simulated(2000, 5, 0)
    found = replay(task, label, rule=Settled(1.0, overlap=5))
    assert found.kept == found.kept_majority == 1
    assert 0.6 < found.used < 0.9


def test_a_rule_keeps_about_what_it_promises_and_a_stricter_one_more() -> None:
    task, label = simulated(6000, 5, 1)
    kept, used = [], []
    for threshold in (0.7, 0.85, 0.95):
        found = replay(task, label, rule=Settled(threshold, overlap=5))
        assert found.kept >= threshold
        kept.append(found.kept)
        used.append(found.used)
    assert kept == sorted(kept)
    assert used == sorted(used)


def test_the_chances_are_calibrated_after_two_votes() -> None:
    # Stopped at once, a task keeps its label as often as was foretold from the learned prior.
    task, label = simulated(20_000, 5, 2)
    early = np.zeros((20_000, 3), dtype=np.int64)
    np.add.at(early, (task[:40_000], label[:40_000]), 1)
    chance = label_stays(early, overlap=5, prior=learned_prior(early))
    full = np.zeros_like(early)
    np.add.at(full, (task, label), 1)
    same = leading(early) == leading(full)
    for sure in (chance > 0.7, chance < 0.7):
        assert np.count_nonzero(sure) > 1000
        assert same[sure].mean() == pytest.approx(chance[sure].mean(), abs=0.03)


@pytest.mark.parametrize("rule", [Confident(0.7), Settled(0.85, overlap=5)])
def test_no_rule_peeks_at_what_comes_later(rule: Rule) -> None:
    task, label = simulated(600, 5, 3)
    changed = label.copy()
    changed[1800:] = 2 - changed[1800:]
    one, other = (replay(task, votes, rule=rule).votes for votes in (label, changed))
    early = one <= 3
    assert 50 < np.count_nonzero(early) < 600
    assert (one[early] == other[early]).all()
    assert (other[~early] > 3).all()


def test_the_learned_prior_is_the_dirichlet_that_was_planted() -> None:
    rng = np.random.default_rng(0)
    planted = np.array([2.0, 0.5, 1.0])
    early = np.stack([rng.multinomial(2, p) for p in rng.dirichlet(planted, 40_000)])
    prior = learned_prior(early)
    assert prior[0] == pytest.approx(planted, rel=0.08)
    assert (prior == prior[0]).all()


def test_without_two_votes_the_prior_has_its_default_weight() -> None:
    for early in (np.zeros((5, 3), dtype=np.int64), np.array([[1, 0, 0]] * 5)):
        assert learned_prior(early).sum(axis=1) == pytest.approx(np.full(5, DEFAULT_CONCENTRATION))


def compared(tasks: int, items: int, seed: int) -> tuple[FloatArray, IntArray, IntArray]:
    """Pairs of items, and counts of two votes from Davidson's model with ν = ½."""
    rng = np.random.default_rng(seed)
    score = rng.normal(size=items) * 1.5
    pairs = np.stack([rng.permutation(items)[:2] for _ in range(tasks)])
    lead = score[pairs[:, 0]] - score[pairs[:, 1]]
    weights = np.stack([np.exp(lead / 2), np.full(tasks, 0.5), np.exp(-lead / 2)], axis=1)
    chances = weights / weights.sum(axis=1, keepdims=True)
    return chances, pairs, rng.multinomial(2, chances)


def test_how_items_did_elsewhere_foretells_a_task() -> None:
    chances, pairs, early = compared(4000, 40, 0)
    prior = learned_prior(early, pairs)
    mean = prior / prior.sum(axis=1, keepdims=True)
    assert np.abs(mean - chances).mean() < 0.04
    assert np.corrcoef(mean[:, 0], chances[:, 0])[0, 1] > 0.97
    # What items explain is no difference between tasks any more: the rest is certain of its mean.
    assert prior.sum(axis=1).mean() > 3 * learned_prior(early).sum(axis=1).mean()


def test_a_tasks_own_votes_do_not_foretell_it() -> None:
    chances, pairs, early = compared(400, 10, 1)
    turned = early.copy()
    turned[0] = early[0][::-1]
    before, after = learned_prior(early, pairs)[0], learned_prior(turned, pairs)[0]
    assert after / after.sum() == pytest.approx(before / before.sum(), abs=0.01)
    assert chances.shape == (400, 3)


def test_the_best_mix_of_fixed_overlaps_stands_beside_each_rule() -> None:
    task, label = simulated(1500, 5, 4)
    kept = [replay(task, label, rule=FixedOverlap(n), fewest=1).kept for n in range(1, 6)]
    points = frontier(task, label, rules=[FixedOverlap(3), FixedOverlap(5), Settled(0.9, 5)])
    assert points[1].fixed == points[1].replay.kept == 1
    for point in points:
        # Shares of tasks at 1 … 5 votes that keep the most at this cost.
        best = linprog(
            -np.array(kept),
            A_eq=np.stack([np.ones(5), np.arange(1, 6)]),
            b_eq=[1, point.replay.used * 5],
        )
        assert point.fixed == pytest.approx(-best.fun)
    assert points[2].replay.kept > points[2].fixed + 0.03


@pytest.mark.parametrize(
    ("task", "label", "reason"),
    [
        ([], [], "needs votes"),
        ([0], [3], "needs votes"),
        ([0], [-1], "needs votes"),
        ([1], [0], "without gaps"),
    ],
)
def test_what_is_no_recording_is_refused(task: list[int], label: list[int], reason: str) -> None:
    votes = np.array(task, dtype=np.int64), np.array(label, dtype=np.int64)
    with pytest.raises(ValueError, match=reason):
        replay(*votes, rule=FixedOverlap(1))


def test_items_for_some_tasks_only_are_refused() -> None:
    task, label = simulated(10, 3, 5)
    with pytest.raises(ValueError, match="Items need"):
        replay(task, label, rule=FixedOverlap(2), items=np.zeros((9, 2), dtype=np.int64))


def test_a_task_of_one_vote_and_one_of_thousands_are_replayed() -> None:
    task = np.r_[0, np.ones(5000, dtype=np.int64)]
    label = np.r_[1, np.random.default_rng(0).integers(0, 3, 5000)]
    found = replay(task, label, rule=Settled(0.9, overlap=5))
    assert found.votes[0] == 1
    assert found.votes[1] <= 5


needs_real_data = pytest.mark.skipif(
    "REAL_DATA" not in os.environ, reason="REAL_DATA names no folder of real data"
)


@needs_real_data
def test_on_ukp_seven_in_ten_ratings_keep_97_in_100_labels() -> None:
    data = read_ukp(Path(os.environ["REAL_DATA"]))
    assert (len(data.task), data.task.max() + 1) == (84_445, 16_927)
    rules: list[Rule] = [Settled(0.85, overlap=5)]
    (found,) = frontier(data.task, data.label, rules=rules, order=data.order, items=data.items)
    assert data.items is not None
    assert len(np.unique(data.items)) == 1052
    # No majority (16 % of the pairs) is a label that must be kept too.
    assert found.replay.used <= 0.70
    assert found.replay.kept >= 0.97
    assert found.replay.kept_majority >= 0.98
    assert found.replay.kept > found.fixed + 0.1
    # Without knowing the items the same rule keeps 97 % of the majorities.
    plain = replay(data.task, data.label, rule=rules[0], order=data.order)
    assert plain.used <= 0.70
    assert plain.kept_majority >= 0.97
    assert plain.kept < found.replay.kept


@needs_real_data
@pytest.mark.parametrize(
    ("read", "overlap", "used", "kept"),
    [(read_barzan, 5, 0.50, 0.96), (read_pandalm, 3, 0.70, 0.99)],
)
def test_the_same_threshold_holds_on_data_it_was_not_chosen_on(
    read: Callable[[Path], Recorded], overlap: int, used: float, kept: float
) -> None:
    data = read(Path(os.environ["REAL_DATA"]))
    (found,) = frontier(
        data.task,
        data.label,
        rules=[Settled(0.85, overlap)],
        order=data.order,
        outcomes=data.outcomes,
    )
    assert found.replay.used <= used
    assert found.replay.kept >= kept
    assert found.replay.kept > found.fixed + 0.01
