"""When to stop asking about a task, and which task to ask about next.

Arrays in, arrays out. Three questions, each with its own function. Is the label sure enough? What
would one more judgment be worth? Can the votes that are still to come change the label? It does
not know where a posterior comes from (smoothed majority, Dawid–Skene, a reward model), and it does
not know the raters: the next one is a typical one. `replay.py` tries rules on recorded judgments.

Posteriors are `[tasks, K]` over K outcomes, each row summing to 1. References: Frazier, Powell and
Dayanik, "A knowledge-gradient policy for sequential information collection", SIAM J. Control
Optim. 47 (2008); Frazier and Powell, "Paradoxes in learning and the marginal value of
information", Decision Analysis 7 (2010), for looking further ahead than one vote.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations_with_replacement
from math import factorial, prod

import numpy as np
from numpy.typing import NDArray

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.consensus import entropy, smoothed_majority
from annotate.stats.reliability.patterns import find_patterns

BoolArray = NDArray[np.bool_]

TYPICAL = 0.7
"""The accuracy of a rater before anything is known, worth `TYPICAL_VOTES` votes a truth."""
TYPICAL_VOTES = 8.0
_TYPICAL_TURNS = 30
LOOK_AHEAD = 3
"""Votes looked ahead by `plan`. A single vote often can't overturn a label, so that its expected
gain is nothing although two or three would help (Frazier & Powell 2010)."""


@dataclass(frozen=True, slots=True)
class Gains:
    """What one more vote is expected to bring, `[tasks]` each: to the probability that the label is
    right, and to the entropy of the posterior (nats, as a reduction)."""

    correctness: FloatArray
    information: FloatArray


@dataclass(frozen=True, slots=True)
class Plan:
    """The tasks to ask about, best first; how many votes each, the gain in P(label right) expected
    of them together, and what all of it costs."""

    task: IntArray
    votes: IntArray
    gain: FloatArray
    spent: float


def confident(posterior: FloatArray, *, threshold: float) -> BoolArray:
    """Whether the likeliest outcome of each task has at least `threshold`, `[tasks]`."""
    sure: BoolArray = posterior.max(axis=1) >= threshold
    return sure


def expected_gains(posterior: FloatArray, reliability: float | FloatArray) -> Gains:
    """What one more vote of a typical rater is expected to bring to each task.

    `reliability` is the chance that the rater names the true outcome, the errors being equally
    likely, or a confusion matrix `[K, K]` whose row t holds the chances of each answer where t is
    true. Correctness: the expected value of sample information under 0-1 loss,
    Σ_j max_t p_t C_tj − max_t p_t. Information: the mutual information of the vote and the truth,
    H(pC) − Σ_t p_t H(C_t). Raises ValueError where a row is no probability distribution.
    """
    confusion = _confusion(reliability, posterior)
    told = entropy(posterior @ confusion) - posterior @ entropy(confusion)
    return Gains(_gain_in_correctness(posterior, confusion, 1), np.maximum(told, 0.0))


def expected_gains_of_counts(counts: FloatArray, *, prior: float = 1.0) -> Gains:
    """The same straight from votes `[tasks, K]`, with no raters' reliability.

    The posterior is `smoothed_majority`, the mean of a Dirichlet; the next vote is drawn from it.
    The gains are those of the mean's largest entry and of its entropy.
    """
    now = smoothed_majority(counts, prior=prior)
    largest, nats = np.zeros(len(counts)), np.zeros(len(counts))
    for outcome in range(counts.shape[1]):
        one_more = counts.astype(np.float64)
        one_more[:, outcome] += 1
        after = smoothed_majority(one_more, prior=prior)
        largest += now[:, outcome] * after.max(axis=1)
        nats += now[:, outcome] * entropy(after)
    return Gains(np.maximum(largest - now.max(axis=1), 0.0), np.maximum(entropy(now) - nats, 0.0))


def typical_confusion(counts: IntArray) -> FloatArray:
    """What the next rater is likely to confuse, `[K, K]`, from the votes `counts[tasks, K]`: the
    chance of each answer (columns) by the truth (rows), of raters who all err alike.

    Dawid and Skene's model with one matrix for all, by EM over the distinct rows of counts; each of
    the matrix's rows has the prior of `TYPICAL_VOTES` votes at the accuracy `TYPICAL`. Tasks with
    one vote say nothing about it.
    """
    outcomes = counts.shape[1]
    wrong = (1 - TYPICAL) / max(outcomes - 1, 1)
    before = np.full((outcomes, outcomes), wrong) + np.eye(outcomes) * (TYPICAL - wrong)
    kinds = find_patterns(counts)
    kinds = kinds.only(kinds.counts.sum(axis=1) >= 2)
    votes, times = kinds.counts.astype(np.float64), kinds.times
    posterior = votes / votes.sum(axis=1, keepdims=True)
    confusion: FloatArray = before
    for _ in range(_TYPICAL_TURNS):
        weight = posterior * times[:, None]
        said = weight.T @ votes + TYPICAL_VOTES * before
        confusion = said / said.sum(axis=1, keepdims=True)
        logs = votes @ np.log(confusion).T + np.log(weight.sum(axis=0) + 1)
        posterior = np.exp(logs - logs.max(axis=1, keepdims=True))
        posterior /= posterior.sum(axis=1, keepdims=True)
    return confusion


def plan(
    posterior: FloatArray,
    *,
    reliability: float | FloatArray,
    budget: float,
    cost: float | FloatArray = 1.0,
    room: IntArray | None = None,
    task: IntArray | None = None,
) -> Plan:
    """Which tasks to ask about next for at most `budget`: greedily, by expected gain per cost.

    `cost` of one vote, for all tasks or `[tasks]`; `room[tasks]` is how many more votes a task may
    get (None: no limit). A task's offer is the number of votes, up to `LOOK_AHEAD`, with the
    highest gain in P(label right) per cost; tasks where none of these helps are left out. A task
    with several labels that one vote is about, such as the pairs of a ranking, has several rows:
    `task[rows]` numbers them, and their gains add up. Ask, then plan anew: the gains hold for what
    is known now. Raises ValueError for a cost that isn't
    positive or a row that is no probability distribution.
    """
    confusion = _confusion(reliability, posterior)
    task = np.arange(len(posterior)) if task is None else task
    price = np.broadcast_to(np.asarray(cost, dtype=np.float64), int(task.max(initial=-1)) + 1)
    if not (price > 0).all():
        raise ValueError("A vote must cost something.")
    per_vote, gain, votes = _best_offers(posterior, confusion, room, task)
    ranked = np.argsort(-per_vote / price, kind="stable")
    ranked = ranked[per_vote[ranked] > 0]
    chosen = ranked[_affordable(votes[ranked] * price[ranked], budget)]
    return Plan(chosen, votes[chosen], gain[chosen], float((votes * price)[chosen].sum()))


def leading(counts: IntArray) -> IntArray:
    """The label that votes give, `[tasks, K]` to `[tasks]`: the outcome with most votes, or K where
    two or more share the lead or nobody has voted: then there is no majority."""
    top = counts.max(axis=1, keepdims=True)
    alone = (counts == top).sum(axis=1) == 1
    label: IntArray = np.where(alone, counts.argmax(axis=1), counts.shape[1])
    return label


def final_label_chances(counts: IntArray, *, overlap: int, prior: FloatArray) -> FloatArray:
    """The chances of the label that the full overlap will give, `[tasks, K + 1]`.

    `counts[tasks, K]` so far, `overlap` votes in the end. The last column is that of no majority
    (see `leading`). The votes still to come are Dirichlet-multinomial: `prior` is the Dirichlet's
    parameters, `[K]` or `[tasks, K]`, and the votes so far are added to it. A label that can't
    change any more has the chance 1. Exact, by adding up all that the remaining votes can be.
    """
    tasks, outcomes = counts.shape
    if prior.ndim == 1 and tasks > 1:
        # One prior for all: tasks with equal counts have equal chances, and there are few kinds.
        code = np.ravel_multi_index(tuple(counts.T), tuple(counts.max(axis=0) + 1))
        _, sample, kind = np.unique(code, return_index=True, return_inverse=True)
        own = np.tile(prior, (len(sample), 1))
        return final_label_chances(counts[sample], overlap=overlap, prior=own)[kind]
    leaning = np.broadcast_to(prior, counts.shape) + counts
    left = np.maximum(overlap - counts.sum(axis=1), 0)
    chances = np.zeros((tasks, outcomes + 1))
    for remaining in np.unique(left):
        rows = np.flatnonzero(left == remaining)
        rising = _rising(leaning[rows], int(remaining))
        total = _rising(leaning[rows].sum(axis=1, keepdims=True), int(remaining))[:, 0, -1]
        for votes, ways in _multisets(int(remaining), outcomes):
            chance = ways / total
            for outcome, n in enumerate(votes):
                chance = chance * rising[:, outcome, n]
            chances[rows, leading(counts[rows] + np.array(votes))] += chance
    return chances


def label_stays(counts: IntArray, *, overlap: int, prior: FloatArray) -> FloatArray:
    """The chance that the label of the votes so far is that of the full overlap, `[tasks]`."""
    chances = final_label_chances(counts, overlap=overlap, prior=prior)
    stays: FloatArray = chances[np.arange(len(counts)), leading(counts)]
    return np.minimum(stays, 1.0)


def _confusion(reliability: float | FloatArray, posterior: FloatArray) -> FloatArray:
    outcomes = posterior.shape[1]
    confusion = np.asarray(reliability, dtype=np.float64)
    if confusion.ndim == 0:
        wrong = (1 - confusion) / (outcomes - 1)
        confusion = np.full((outcomes, outcomes), wrong) + np.eye(outcomes) * (confusion - wrong)
    for table in (posterior, confusion):
        # Written so that NaN is refused too.
        if not ((table >= 0).all() and np.allclose(table.sum(axis=1), 1, atol=1e-6)):
            raise ValueError("Every row of a posterior or a confusion matrix must add up to 1.")
    return confusion


def _gain_in_correctness(posterior: FloatArray, confusion: FloatArray, votes: int) -> FloatArray:
    """Σ over what `votes` raters may answer of max_t p_t P(answers | t), less max_t p_t."""
    expected = np.zeros(len(posterior))
    for answers, ways in _multisets(votes, posterior.shape[1]):
        likelihood = ways * np.prod(confusion ** np.array(answers), axis=1)
        expected += (posterior * likelihood).max(axis=1)
    # What rounding leaves of a gain that is nothing must not make a plan.
    gain = expected - posterior.max(axis=1)
    return np.where(gain > 1e-12, gain, 0.0)


def _best_offers(
    posterior: FloatArray, confusion: FloatArray, room: IntArray | None, task: IntArray
) -> tuple[FloatArray, FloatArray, IntArray]:
    """The highest gain per vote of each task, the gain, and with how many votes, `[tasks]` each."""
    tasks = int(task.max(initial=-1)) + 1
    per_vote, gain = np.zeros(tasks), np.zeros(tasks)
    votes = np.ones(tasks, dtype=np.int64)
    for n in range(1, LOOK_AHEAD + 1):
        of_rows = _gain_in_correctness(posterior, confusion, n)
        found = np.bincount(task, weights=of_rows, minlength=tasks)
        better = found / n > per_vote
        if room is not None:
            better &= room >= n
        per_vote[better], gain[better], votes[better] = found[better] / n, found[better], n
    return per_vote, gain, votes


def _affordable(costs: FloatArray, budget: float) -> BoolArray:
    """The offers taken in order while the budget lasts; one too dear is left for the next."""
    taken = np.zeros(len(costs), dtype=np.bool_)
    left = budget
    while len(within := np.flatnonzero(~taken & (costs <= left))):
        fitting = within[np.cumsum(costs[within]) <= left]
        taken[fitting] = True
        left -= costs[fitting].sum()
    return taken


def _multisets(size: int, outcomes: int) -> Iterator[tuple[tuple[int, ...], int]]:
    """All counts of `size` votes over the outcomes, with in how many orders each can come."""
    for drawn in combinations_with_replacement(range(outcomes), size):
        counts = tuple(drawn.count(outcome) for outcome in range(outcomes))
        yield counts, factorial(size) // prod(factorial(n) for n in counts)


def _rising(start: FloatArray, length: int) -> FloatArray:
    """Rising factorials a(a + 1) … (a + n − 1), `[rows, K]` to `[rows, K, length + 1]`."""
    factors = start[..., None] + np.arange(length)
    ones = np.ones((*start.shape, 1))
    rising: FloatArray = np.concatenate([ones, np.cumprod(factors, axis=-1)], axis=-1)
    return rising
