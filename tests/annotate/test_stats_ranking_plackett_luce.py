"""Plackett–Luce with ties against lists of all sets, Bradley–Terry and published fits."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.ranking import plackett_luce as module
from annotate.stats.ranking.bradley_terry import bradley_terry
from annotate.stats.ranking.curvature import information
from annotate.stats.ranking.davidson_luce import moments
from annotate.stats.ranking.plackett_luce import plackett_luce
from annotate.stats.ranking.stages import stages

Table = tuple[int, IntArray, IntArray]


def chosen_sets(
    score: FloatArray, log_tie: FloatArray, orders: list[int]
) -> dict[tuple[int, ...], float]:
    """Every set that can be chosen and its probability, by listing them (Firth et al., eq. 3)."""
    nu = {1: 1.0, **dict(zip(orders, np.exp(log_tie), strict=True))}
    worth = {
        members: nu[size] * float(np.exp(np.mean(score[list(members)])))
        for size in nu
        for members in combinations(range(len(score)), size)
    }
    total = sum(worth.values())
    return {members: one / total for members, one in worth.items()}


def plain_log_likelihood(theta: FloatArray, table: Table, orders: list[int]) -> float:
    count, items, ranks = table
    total = 0.0
    for row, places in zip(items, ranks, strict=True):
        left = [(place, item) for place, item in zip(places, row, strict=True) if place != 0]
        for place in sorted({place for place, _ in left if place > 0}):
            members = tuple(n for n, (other, _) in enumerate(left) if other == place)
            if len(left) > 1:
                score = theta[[item for _, item in left]]
                total += np.log(chosen_sets(score, theta[count:], orders)[members])
            left = [one for one in left if one[0] != place]
    return float(total)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    count, k = draw(st.integers(5, 7)), draw(st.integers(2, 5))
    rows = draw(
        st.lists(
            st.tuples(
                st.permutations(range(count)),
                st.lists(st.integers(-1, 4), min_size=k, max_size=k),
            ),
            min_size=1,
            max_size=12,
        )
    )
    items = np.array([order[:k] for order, _ in rows])
    return count, items, np.array([ranks for _, ranks in rows])


def simulated(n: int, k: int, truth: FloatArray, log_tie: FloatArray, seed: int = 0) -> Table:
    """Rankings by choices from the listed sets, ties of 2 and 3."""
    rng = np.random.default_rng(seed)
    items = np.array([rng.choice(len(truth), size=k, replace=False) for _ in range(n)])
    ranks = np.zeros((n, k), dtype=np.int64)
    for row, places in zip(items, ranks, strict=True):
        left, place = list(range(k)), 1
        while left:
            orders = [order for order in (2, 3)[: len(log_tie)] if order <= len(left)]
            sets = chosen_sets(truth[row[left]], log_tie[: len(orders)], orders)
            members = list(sets)[rng.choice(len(sets), p=list(sets.values()))]
            for member in members:
                places[left[member]] = place
            left = [one for n, one in enumerate(left) if n not in members]
            place += 1
    return len(truth), items, ranks


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 6), st.sets(st.integers(2, 7)), st.integers(0, 2**31))
def test_the_moments_are_those_of_all_sets_listed(m: int, orders: set[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    order, score = sorted(orders), rng.normal(scale=4, size=m)
    log_tie = rng.normal(scale=2, size=len(order))
    found = moments(score[:, None], log_tie, np.array(order, dtype=np.int64))
    possible = [one for one in order if one <= m]
    sets = chosen_sets(score, log_tie[: len(possible)], possible)
    share, together, by_size = np.zeros(m), np.zeros((m, m)), np.zeros((len(order), m))
    for members, probability in sets.items():
        phi = np.zeros(m)
        phi[list(members)] = 1 / len(members)
        share += probability * phi
        together += probability * np.outer(phi, phi)
        if len(members) > 1:
            by_size[order.index(len(members))] += probability * phi
    assert found.share[:, 0] == pytest.approx(share, abs=1e-12)
    assert found.together[:, 0] == pytest.approx(together[np.triu_indices(m, 1)], abs=1e-12)
    assert found.share_of_size[:, :, 0] == pytest.approx(by_size, abs=1e-12)
    assert found.size[:, 0] == pytest.approx(by_size.sum(axis=1), abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(tables(), st.integers(0, 2**31))
def test_value_slope_and_information_are_those_of_the_plain_likelihood(
    table: Table, seed: int
) -> None:
    count, items, ranks = table
    rng = np.random.default_rng(seed)
    likelihood = module._model(stages(items, ranks, count), np.ones(len(items)))
    theta = rng.normal(size=len(likelihood.start))
    at = likelihood.evaluate(theta)
    orders = likelihood.tie_order.tolist()
    assert at.value == pytest.approx(plain_log_likelihood(theta, table, orders), abs=1e-9)
    nudges = 1e-5 * np.eye(len(theta))
    up = [likelihood.evaluate(theta + nudge) for nudge in nudges]
    down = [likelihood.evaluate(theta - nudge) for nudge in nudges]
    rise = np.array([a.value - b.value for a, b in zip(up, down, strict=True)])
    assert at.gradient == pytest.approx(rise / 2e-5, abs=1e-6)
    bend = np.array([b.gradient - a.gradient for a, b in zip(up, down, strict=True)]) / 2e-5
    found = information(likelihood.pairs, at, np.zeros(len(theta)))
    np.testing.assert_allclose(found, bend, atol=1e-6)
    slopes = likelihood.slopes(theta)
    summed = np.bincount(slopes.parameter, slopes.value, minlength=len(theta))
    assert summed == pytest.approx(at.gradient, abs=1e-9)


@pytest.mark.parametrize("ties", [True, False])
def test_rankings_of_two_are_bradley_terry(ties: bool) -> None:
    rng = np.random.default_rng(4)
    first = rng.integers(6, size=300)
    second = (first + rng.integers(1, 6, size=300)) % 6
    outcome = rng.integers(3, size=300) if ties else 2 * rng.integers(2, size=300)
    weight, cluster = rng.random(300), rng.integers(40, size=300)
    options: dict[str, Any] = {"weight": weight, "cluster": cluster, "prior_variance": 2.0}
    pairs = bradley_terry(first, second, outcome, items=6, **options)
    ranks = np.array([[1, 2], [1, 1], [2, 1]])[outcome]
    rankings = plackett_luce(np.column_stack([first, second]), ranks, count=6, **options)
    assert rankings.score == pytest.approx(pairs.score, abs=1e-10)
    assert rankings.log_tie == pytest.approx(pairs.log_tie, abs=1e-10)
    assert rankings.log_posterior == pytest.approx(pairs.log_posterior)
    assert rankings.errors.covariance == pytest.approx(pairs.errors.covariance, abs=1e-8)
    assert rankings.clustered is not None
    assert pairs.clustered is not None
    assert rankings.clustered.covariance == pytest.approx(pairs.clustered.covariance, abs=1e-8)


def test_the_r_packages_example_has_its_estimates_and_errors() -> None:
    # vignette of PlackettLuce, section 2.3: A > B, C > A, B > A, B > C; A is the reference.
    items = np.array([[0, 1], [2, 0], [1, 0], [1, 2]])
    fit = plackett_luce(items, np.tile([1, 2], (4, 1)), count=3, prior_variance=1e9)
    assert fit.score - fit.score[0] == pytest.approx([0, 0.8392, 0.4196], abs=5e-5)
    covariance = fit.errors.covariance
    assert covariance is not None
    variance = np.diag(covariance) + covariance[0, 0] - 2 * covariance[0]
    assert np.sqrt(variance) == pytest.approx([0, 1.3596, 1.5973], abs=5e-5)


def test_planted_scores_and_ties_come_back_as_precisely_as_the_errors_say() -> None:
    truth = np.random.default_rng(1).normal(size=25)
    truth -= truth.mean()
    log_tie = np.array([-0.5, -1.0])
    count, items, ranks = simulated(2500, 4, truth, log_tie)
    fit = plackett_luce(items, ranks, count=count, cluster=np.arange(2500))
    assert np.std((fit.score - truth) / fit.errors.score) == pytest.approx(1, abs=0.35)
    assert fit.tie_order.tolist() == [2, 3]
    assert np.abs((fit.log_tie - log_tie) / fit.errors.log_tie).max() < 3.5
    assert fit.clustered is not None
    assert fit.clustered.score == pytest.approx(fit.errors.score, rel=0.1)


@settings(max_examples=25, deadline=None)
@given(tables(), st.randoms(use_true_random=False))
def test_names_order_and_gaps_between_ranks_change_nothing(table: Table, random: Any) -> None:
    count, items, ranks = table
    fit = plackett_luce(items, ranks, count=count)
    name = np.array(random.sample(range(count), count))
    column = random.sample(range(items.shape[1]), items.shape[1])
    spread = np.where(ranks > 0, 7 * ranks + 2, ranks)
    again = plackett_luce(name[items[::-1, column]], spread[::-1, column], count=count)
    assert again.score[name] == pytest.approx(fit.score, abs=1e-8)
    assert again.errors.score[name] == pytest.approx(fit.errors.score, abs=1e-8)
    assert again.log_tie == pytest.approx(fit.log_tie, abs=1e-8)


def test_the_best_of_four_says_nothing_about_the_others_among_themselves() -> None:
    fit = plackett_luce(np.array([[2, 0, 1, 3]]), np.array([[1, -1, -1, -1]]), count=4)
    assert fit.score[2] > 0
    assert fit.score[[0, 1, 3]] == pytest.approx(np.full(3, -fit.score[2] / 3))
    assert fit.components == 1


def test_what_is_left_out_is_not_there_whatever_its_index() -> None:
    fit = plackett_luce(np.array([[0, 1, -1]]), np.array([[1, 2, 0]]), count=2)
    pair = plackett_luce(np.array([[0, 1]]), np.array([[1, 2]]), count=2)
    assert fit.score == pytest.approx(pair.score, abs=1e-12)


def test_ties_alone_put_all_items_level() -> None:
    fit = plackett_luce(np.array([[0, 1, 2], [1, 2, 3]]), np.ones((2, 3), dtype=int), count=4)
    assert fit.score == pytest.approx(np.zeros(4), abs=1e-12)
    assert fit.tie_order.tolist() == [3]
    assert fit.converged


@pytest.mark.parametrize("ranks", [[0, 0], [0, 1], [-1, -1], [-1, 0]])
def test_rankings_in_which_nothing_is_compared_say_nothing(ranks: list[int]) -> None:
    fit = plackett_luce(np.array([[0, 1]]), np.array([ranks]), count=2)
    assert fit.score.tolist() == [0, 0]
    assert (fit.components, fit.log_posterior) == (2, 0)


@pytest.mark.parametrize("shape", [(0, 3), (0, 0), (3, 1)])
def test_empty_tables_and_rankings_of_one_are_no_rankings(shape: tuple[int, int]) -> None:
    table = np.zeros(shape, dtype=np.int64)
    fit = plackett_luce(table, np.ones_like(table), count=1)
    assert (fit.score.tolist(), fit.errors.score.tolist()) == ([0.0], [np.sqrt(10)])


def test_sixteen_items_tied_in_all_ways_are_handled() -> None:
    rng = np.random.default_rng(0)
    items = np.array([rng.permutation(20)[:16] for _ in range(40)])
    fit = plackett_luce(items, rng.integers(1, 5, size=items.shape), count=20)
    assert fit.converged
    assert np.isfinite(fit.errors.score).all()


def test_blocks_are_added_up(monkeypatch: pytest.MonkeyPatch) -> None:
    count, items, ranks = simulated(100, 4, np.linspace(-1, 1, 8), np.array([-0.5]))
    cluster = np.arange(100) // 2
    whole = plackett_luce(items, ranks, count=count, cluster=cluster)
    monkeypatch.setattr(module, "_BLOCK", 7)
    parts = plackett_luce(items, ranks, count=count, cluster=cluster)
    assert parts.score == pytest.approx(whole.score, abs=1e-12)
    assert parts.errors.score == pytest.approx(whole.errors.score, abs=1e-12)
    assert parts.clustered is not None
    assert whole.clustered is not None
    assert parts.clustered.score == pytest.approx(whole.clustered.score, abs=1e-12)


def test_a_start_saves_iterations_and_changes_nothing() -> None:
    count, items, ranks = simulated(300, 3, np.linspace(-2, 2, 8), np.zeros(0))
    cold = plackett_luce(items, ranks, count=count)
    warm = plackett_luce(items, ranks, count=count, start=cold.score)
    assert warm.iterations < cold.iterations
    assert warm.score == pytest.approx(cold.score, abs=1e-10)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"items": [[0, 3]]}, "index"),
        ({"items": [[-1, 0]]}, "index"),
        ({"items": [[1, 1]]}, "itself"),
        ({"items": [[0, 1, 2]]}, "shape"),
        ({"ranks": [[-2, 1]]}, "rank"),
        ({"weight": [float("nan")]}, "weight"),
        ({"weight": [-1.0]}, "weight"),
        ({"cluster": [0, 1]}, "cluster"),
        ({"prior_variance": -1.0}, "prior"),
    ],
)
def test_wrong_input_is_refused(wrong: dict[str, Any], message: str) -> None:
    good: dict[str, Any] = {"items": [[0, 1]], "ranks": [[1, 2]]}
    given_: dict[str, Any] = {
        name: np.array(value) if isinstance(value, list) else value
        for name, value in {**good, **wrong}.items()
    }
    with pytest.raises(ValueError, match=message):
        plackett_luce(**given_, count=3)
