"""When to stop: gains against Bayes' rule in plain loops, chances against all that may come."""

import time
from itertools import product
from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from annotate.stats.arrays import FloatArray
from annotate.stats.stopping import (
    confident,
    expected_gains,
    expected_gains_of_counts,
    final_label_chances,
    label_stays,
    leading,
    plan,
    typical_confusion,
)

CONFUSION = np.array([[0.7, 0.2, 0.1], [0.3, 0.5, 0.2], [0.1, 0.15, 0.75]])

posteriors = hnp.arrays(
    np.float64, st.tuples(st.integers(1, 6), st.just(3)), elements=st.floats(0.01, 1)
).map(lambda weights: weights / weights.sum(axis=1, keepdims=True))
small_counts = hnp.arrays(
    np.int64, st.tuples(st.integers(1, 6), st.just(3)), elements=st.integers(0, 2)
)


def nats(chances: FloatArray) -> float:
    return -sum(float(p) * log(p) for p in chances if p > 0)


def gain_by_bayes(posterior: FloatArray, confusion: FloatArray, votes: int) -> tuple[float, float]:
    """Of correctness and of entropy, over every sequence of answers."""
    largest, left = 0.0, 0.0
    for answers in product(range(len(posterior)), repeat=votes):
        joint = posterior * np.prod([confusion[:, answer] for answer in answers], axis=0)
        chance = float(joint.sum())
        if chance:
            largest += chance * float((joint / chance).max())
            left += chance * nats(joint / chance)
    return largest - float(posterior.max()), nats(posterior) - left


@given(posteriors)
def test_the_gains_of_a_vote_are_those_of_bayes_rule(posterior: FloatArray) -> None:
    gains = expected_gains(posterior, CONFUSION)
    for task, row in enumerate(posterior):
        correctness, information = gain_by_bayes(row, CONFUSION, 1)
        assert gains.correctness[task] == pytest.approx(correctness, abs=1e-9)
        assert gains.information[task] == pytest.approx(information, abs=1e-9)


def test_an_accuracy_is_a_confusion_with_equal_errors() -> None:
    posterior = np.array([[0.5, 0.2, 0.3]])
    table = np.full((3, 3), 0.15) + np.eye(3) * 0.55
    one, other = expected_gains(posterior, 0.7), expected_gains(posterior, table)
    assert one.correctness == pytest.approx(other.correctness)
    assert one.information == pytest.approx(other.information)


@pytest.mark.parametrize("votes", [2, 3])
def test_a_plan_looks_as_far_ahead_as_it_says(votes: int) -> None:
    # One vote can't overturn this one: with an accuracy of .7 its odds of 3 outweigh 7/3.
    posterior = np.array([[0.75, 0.25]])
    assert expected_gains(posterior, 0.7).correctness[0] == 0
    planned = plan(posterior, reliability=0.7, budget=9, room=np.array([votes]))
    gain = {
        n: gain_by_bayes(posterior[0], np.array([[0.7, 0.3], [0.3, 0.7]]), n)[0] for n in (2, 3)
    }
    best = max(range(2, votes + 1), key=lambda n: gain[n] / n)
    assert planned.votes.tolist() == [best]
    assert planned.gain[0] == pytest.approx(gain[best])
    assert planned.gain[0] > 0.01


def test_a_blind_rater_tells_nothing_and_a_certain_task_needs_nothing() -> None:
    blind = expected_gains(np.array([[0.5, 0.2, 0.3]]), 1 / 3)
    sure = expected_gains(np.array([[1.0, 0.0, 0.0]]), 0.8)
    for gains in (blind, sure):
        assert gains.correctness.tolist() == [0]
        assert gains.information == pytest.approx([0], abs=1e-12)
    assert plan(np.array([[1.0, 0.0, 0.0]]), reliability=0.8, budget=10).task.tolist() == []


def test_a_perfect_rater_tells_everything() -> None:
    posterior = np.array([[0.5, 0.2, 0.3]])
    gains = expected_gains(posterior, 1.0)
    assert gains.correctness == pytest.approx([0.5])
    assert gains.information == pytest.approx([nats(posterior[0])])


@given(hnp.arrays(np.float64, (3, 3), elements=st.floats(0, 5)), st.floats(0.1, 5))
def test_the_gains_of_counts_are_those_of_one_more_count(counts: FloatArray, prior: float) -> None:
    gains = expected_gains_of_counts(counts, prior=prior)
    for task, row in enumerate(counts):
        now = (row + prior / 3) / (row.sum() + prior)
        largest, left = 0.0, 0.0
        for outcome in range(3):
            more = row + np.eye(3)[outcome]
            after = (more + prior / 3) / (more.sum() + prior)
            largest += now[outcome] * after.max()
            left += now[outcome] * nats(after)
        assert gains.correctness[task] == pytest.approx(largest - now.max(), abs=1e-9)
        assert gains.information[task] == pytest.approx(nats(now) - left, abs=1e-9)


def test_a_divided_task_gains_more_than_a_settled_one() -> None:
    gains = expected_gains_of_counts(np.array([[2, 0, 2], [4, 0, 0], [0, 0, 0]]))
    for gain in (gains.correctness, gains.information):
        assert gain[2] > gain[0] > gain[1]


def test_confidence_is_the_largest_probability() -> None:
    posterior = np.array([[0.8, 0.1, 0.1], [0.5, 0.3, 0.2], [0.1, 0.1, 0.8]])
    assert confident(posterior, threshold=0.8).tolist() == [True, False, True]


def test_a_plan_asks_where_a_vote_gains_most_for_its_cost() -> None:
    posterior = np.array([[0.4, 0.2, 0.4], [1.0, 0.0, 0.0], [0.4, 0.2, 0.4], [0.5, 0.3, 0.2]])
    planned = plan(posterior, reliability=0.8, budget=10, cost=np.array([1.0, 1.0, 4.0, 1.0]))
    assert planned.task.tolist() == [0, 3, 2]
    assert planned.spent == pytest.approx(float(planned.votes @ [1.0, 1.0, 4.0]))


def test_a_plan_keeps_within_its_budget_and_goes_on_to_what_it_still_can_pay() -> None:
    posterior = np.tile([0.4, 0.2, 0.4], (3, 1))
    planned = plan(posterior, reliability=0.8, budget=4, cost=np.array([3.0, 3.1, 3.2]))
    assert (planned.task.tolist(), planned.spent) == ([0], 3.0)
    dear_first = plan(
        np.array([[0.45, 0.1, 0.45], [0.6, 0.2, 0.2]]),
        reliability=0.9,
        budget=1,
        cost=np.array([1.5, 1.0]),
    )
    assert dear_first.task.tolist() == [1]
    assert plan(posterior, reliability=0.8, budget=0).task.tolist() == []


def test_a_task_without_room_is_left_alone() -> None:
    posterior = np.tile([0.4, 0.2, 0.4], (3, 1))
    planned = plan(posterior, reliability=0.8, budget=99, room=np.array([0, 1, 9]))
    assert sorted(planned.task.tolist()) == [1, 2]
    assert planned.votes[planned.task.tolist().index(1)] == 1


def test_no_tasks_make_an_empty_plan() -> None:
    planned = plan(np.zeros((0, 3)), reliability=0.8, budget=5)
    assert (planned.task.tolist(), planned.spent) == ([], 0)


@pytest.mark.parametrize(
    "posterior", [[[0.5, 0.2, 0.2]], [[np.nan, 0.5, 0.5]], [[1.2, -0.1, -0.1]]]
)
def test_what_is_no_distribution_is_refused(posterior: list[list[float]]) -> None:
    with pytest.raises(ValueError, match="add up to 1"):
        expected_gains(np.array(posterior), 0.8)
    with pytest.raises(ValueError, match="add up to 1"):
        plan(np.array(posterior), reliability=0.8, budget=1)


def test_an_accuracy_above_one_and_a_free_vote_are_refused() -> None:
    posterior = np.array([[0.5, 0.2, 0.3]])
    with pytest.raises(ValueError, match="add up to 1"):
        expected_gains(posterior, 1.2)
    with pytest.raises(ValueError, match="cost something"):
        plan(posterior, reliability=0.8, budget=1, cost=0)


def test_the_leader_is_alone_or_there_is_none() -> None:
    counts = np.array([[2, 1, 0], [0, 1, 2], [1, 1, 0], [2, 2, 2], [0, 0, 0], [0, 3, 1]])
    assert leading(counts).tolist() == [0, 2, 3, 3, 3, 1]


def chances_by_urn(counts: list[int], overlap: int, prior: FloatArray) -> list[float]:
    """Every sequence of votes still to come, drawn from Pólya's urn one by one."""
    chances = [0.0] * (len(counts) + 1)
    for votes in product(range(len(counts)), repeat=max(0, overlap - sum(counts))):
        urn, chance, final = prior + counts, 1.0, list(counts)
        for vote in votes:
            chance *= urn[vote] / urn.sum()
            urn[vote] += 1
            final[vote] += 1
        top = [k for k, n in enumerate(final) if n == max(final)]
        chances[top[0] if len(top) == 1 else -1] += chance
    return chances


@settings(max_examples=40, deadline=None)
@given(small_counts, st.integers(1, 6), st.floats(0.1, 3))
def test_the_chances_of_the_final_label_are_those_of_polyas_urn(
    counts: np.ndarray, overlap: int, tie: float
) -> None:
    prior = np.array([0.8, tie, 1.3])
    found = final_label_chances(counts, overlap=overlap, prior=prior)
    for row, chances in zip(counts.tolist(), found, strict=True):
        assert chances == pytest.approx(chances_by_urn(row, overlap, prior), abs=1e-9)


def test_each_task_may_have_its_own_prior() -> None:
    counts, prior = np.array([[1, 0, 0], [1, 0, 0]]), np.array([[3.0, 0.5, 0.5], [0.5, 0.5, 3.0]])
    found = final_label_chances(counts, overlap=5, prior=prior)
    for row in range(2):
        assert found[row] == pytest.approx(chances_by_urn([1, 0, 0], 5, prior[row]))


def test_three_equal_votes_of_five_settle_a_majority_and_two_do_not() -> None:
    counts = np.array([[3, 0, 0], [3, 1, 0], [2, 0, 0], [2, 2, 1], [1, 1, 0]])
    stays = label_stays(counts, overlap=5, prior=np.ones(3))
    assert stays[[0, 1, 3]] == pytest.approx([1, 1, 1], abs=1e-12)
    assert (stays[[2, 4]] < 0.95).all()


def test_votes_beyond_the_overlap_are_final() -> None:
    assert label_stays(np.array([[4, 3, 0]]), overlap=5, prior=np.ones(3)) == pytest.approx([1])


def test_two_hundred_thousand_tasks_take_a_fraction_of_a_second() -> None:
    rng = np.random.default_rng(0)
    posterior = rng.dirichlet(np.ones(3), 200_000)
    counts = rng.multinomial(2, [0.4, 0.2, 0.4], 200_000)
    start = time.process_time()
    plan(posterior, reliability=0.7, budget=50_000)
    label_stays(counts, overlap=5, prior=np.ones(3))
    assert time.process_time() - start < 5


def test_the_pairs_of_a_ranking_are_asked_about_together() -> None:
    unsure, sure = [0.4, 0.2, 0.4], [0.99, 0.005, 0.005]
    posterior = np.array([sure, sure, unsure, sure, unsure, unsure])
    planned = plan(posterior, reliability=0.8, budget=10, task=np.array([0, 0, 1, 1, 2, 2]))
    assert planned.task[:2].tolist() == [2, 1]
    alone = plan(np.array([unsure]), reliability=0.8, budget=10).gain[0]
    of_task = dict(zip(planned.task.tolist(), planned.gain.tolist(), strict=True))
    assert of_task[2] == pytest.approx(2 * alone)


@pytest.mark.parametrize("common", [1 / 3, 0.9])
def test_the_typical_rater_is_what_all_votes_together_show(common: float) -> None:
    rng = np.random.default_rng(2)
    share = [common, (1 - common) / 2, (1 - common) / 2]
    truth = np.eye(3)[rng.choice(3, size=8000, p=share)]
    true = np.full((3, 3), 0.05) + 0.85 * np.eye(3)
    counts = np.stack([rng.multinomial(5, row) for row in truth @ true])
    found = typical_confusion(counts)
    assert found == pytest.approx(true, abs=0.03)
    unknown = typical_confusion(np.zeros((0, 3), dtype=np.int64))
    assert unknown == pytest.approx(np.full((3, 3), 0.15) + 0.55 * np.eye(3))
