"""Bradley–Terry with ties against published fits, scikit-learn, scipy and plain loops."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.ranking.bradley_terry import bradley_terry
from annotate.stats.ranking.curvature import information
from annotate.stats.ranking.davidson import Rows, model, outcome_probabilities
from annotate.stats.ranking.errors import NO_CLUSTERS, ONE_CLUSTER
from annotate.stats.ranking.result import WEAK_VARIANCE, Ranking

# Citations among four statistics journals, row cites beat column (Stigler, 1994; the notes' fit).
CITATIONS = np.array([[0, 730, 498, 221], [33, 0, 68, 17], [320, 813, 0, 142], [284, 276, 325, 0]])

# Davidson (1970), example 2: six chocolate puddings; i, j, times i was preferred, j was, neither.
PUDDINGS = np.array(
    [
        (1, 2, 19, 22, 16),
        (1, 3, 16, 19, 12),
        (2, 3, 19, 19, 10),
        (1, 4, 18, 23, 13),
        (2, 4, 23, 19, 9),
        (3, 4, 19, 20, 15),
        (1, 5, 13, 19, 18),
        (2, 5, 16, 20, 12),
        (3, 5, 16, 15, 17),
        (4, 5, 17, 14, 16),
        (1, 6, 18, 21, 12),
        (2, 6, 22, 20, 12),
        (3, 6, 13, 18, 10),
        (4, 6, 14, 19, 18),
        (5, 6, 11, 21, 12),
    ]
)

Comparisons = tuple[IntArray, IntArray, IntArray]


def puddings() -> tuple[IntArray, IntArray, IntArray, FloatArray]:
    first, second = np.repeat(PUDDINGS[:, 0] - 1, 3), np.repeat(PUDDINGS[:, 1] - 1, 3)
    outcome = np.tile([0, 2, 1], len(PUDDINGS))
    return first, second, outcome, PUDDINGS[:, 2:].ravel().astype(float)


def simulated(
    n: int, truth: FloatArray, log_tie: float | None = -0.4, seed: int = 0
) -> Comparisons:
    rng = np.random.default_rng(seed)
    items = len(truth)
    first = rng.integers(items, size=n)
    second = (first + rng.integers(1, items, size=n)) % items
    win, tie = outcome_probabilities(
        truth[first] - truth[second], np.array([] if log_tie is None else [log_tie])
    )
    draw = rng.random(n)
    return first, second, (draw > win).astype(np.int64) + (draw > win + tie)


def difference_errors(ranking: Ranking, reference: int) -> FloatArray:
    covariance = ranking.errors.covariance
    assert covariance is not None
    covariance = covariance[: len(ranking.score), : len(ranking.score)]
    variance = np.diag(covariance)
    errors: FloatArray = np.sqrt(variance + variance[reference] - 2 * covariance[reference])
    return errors


def plain_log_posterior(
    theta: FloatArray, rows: Comparisons, weight: FloatArray, items: int, variance: float
) -> float:
    """Davidson's model one comparison at a time; θ is the scores, then log ν."""
    total = -sum(s**2 for s in theta[:items]) / (2 * variance) - theta[items] ** 2 / 200
    for a, b, outcome, w in zip(*rows, weight, strict=True):
        worth = [
            np.exp(theta[a]),
            np.exp(theta[items] + (theta[a] + theta[b]) / 2),
            np.exp(theta[b]),
        ]
        total += w * np.log(worth[outcome] / sum(worth))
    return float(total)


@st.composite
def comparisons(draw: st.DrawFn) -> tuple[int, Comparisons, FloatArray]:
    items = draw(st.integers(2, 6))
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(0, items - 1),
                st.integers(1, items - 1),
                st.integers(0, 2),
                st.sampled_from([0.25, 1.0, 3.0]),
            ),
            min_size=1,
            max_size=25,
        )
    )
    first, step, outcome, weight = (np.array(column) for column in zip(*rows, strict=True))
    return items, (first, (first + step) % items, outcome), weight


def test_citations_of_journals_have_the_known_scores() -> None:
    row, column = np.nonzero(CITATIONS)
    weight = CITATIONS[row, column].astype(float)
    outcome = np.zeros(len(row), dtype=np.int64)
    fit = bradley_terry(row, column, outcome, items=4, weight=weight, prior_variance=1e8)
    assert fit.score - fit.score[0] == pytest.approx([0, -2.94907, -0.47957, 0.26895], abs=5e-6)
    assert len(fit.log_tie) == 0


def test_davidsons_puddings_have_the_scores_and_errors_of_the_r_package() -> None:
    # vignette of PlackettLuce: summary(mod), summary(mod, ref = NULL), residual deviance.
    *rows, weight = puddings()
    fit = bradley_terry(*rows, items=6, weight=weight, prior_variance=1e8)
    about_mean = [-0.176581, 0.043664, -0.023617, -0.001295, -0.042726, 0.200555]
    assert fit.score == pytest.approx(about_mean, abs=2e-4)  # its fit was stopped early
    errors = [0.121949, 0.121818, 0.126823, 0.122003, 0.127054, 0.126594]
    assert fit.errors.score == pytest.approx(errors, abs=2e-6)
    differences = [0, 0.1872168, 0.1935181, 0.1882110, 0.1927043, 0.1924059]
    assert difference_errors(fit, 0) == pytest.approx(differences, abs=2e-6)
    assert fit.log_tie == pytest.approx([-0.291938], abs=1e-4)
    assert fit.errors.log_tie == pytest.approx([0.082499], abs=1e-5)
    assert -2 * fit.log_posterior == pytest.approx(1619.4, abs=0.05)


@pytest.mark.parametrize(("ridge", "top"), [(1, 0.83), (0.1, 2.34), (0.01, 4.14), (0.0001, 8.09)])
def test_a_separated_chain_is_finite_and_in_order(ridge: float, top: float) -> None:
    fit = bradley_terry(
        np.array([0, 1]),
        np.array([1, 2]),
        np.array([0, 0]),
        items=3,
        weight=np.array([3.0, 2.0]),
        prior_variance=1 / ridge,
    )
    assert fit.score[0] == pytest.approx(top, abs=0.005)
    assert fit.score[0] > fit.score[1] > fit.score[2]
    assert fit.converged


def test_without_ties_it_is_a_ridge_logistic_regression() -> None:
    first, second, outcome = simulated(400, np.linspace(-1, 1, 7), None)
    fit = bradley_terry(first, second, outcome, items=7, prior_variance=2.0)
    design = np.zeros((400, 7))
    design[np.arange(400), first], design[np.arange(400), second] = 1, -1
    peer = LogisticRegression(C=2.0, fit_intercept=False, tol=1e-10, max_iter=1000)
    peer.fit(design, outcome == 0)
    assert fit.score == pytest.approx(peer.coef_[0], abs=1e-5)


@settings(max_examples=25, deadline=None)
@given(comparisons())
def test_the_scores_maximise_the_plain_log_posterior(
    data: tuple[int, Comparisons, FloatArray],
) -> None:
    items, rows, weight = data
    if 1 not in rows[2]:
        return
    fit = bradley_terry(*rows, items=items, weight=weight, prior_variance=3.0)
    arguments: tuple[Any, ...] = (rows, weight, items, 3.0)
    theta = np.append(fit.score, fit.log_tie)
    best = plain_log_posterior(theta, *arguments)
    assert fit.log_posterior == pytest.approx(best, abs=1e-9)
    peer = minimize(
        lambda at: -plain_log_posterior(at, *arguments), np.zeros(items + 1), options={"gtol": 1e-7}
    )
    assert best == pytest.approx(-peer.fun, abs=1e-6)
    assert theta == pytest.approx(peer.x, abs=2e-3)


@settings(max_examples=40, deadline=None)
@given(comparisons(), st.booleans(), st.integers(0, 2**31))
def test_slope_and_information_are_those_of_finite_differences(
    data: tuple[int, Comparisons, FloatArray], with_style: bool, seed: int
) -> None:
    items, rows, weight = data
    rng = np.random.default_rng(seed)
    covariate = rng.normal(size=(len(weight), 2)) if with_style else None
    likelihood = model(Rows(*rows, weight, covariate), items, None)
    theta = rng.normal(size=len(likelihood.start))
    at = likelihood.evaluate(theta)
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


@settings(max_examples=25, deadline=None)
@given(comparisons(), st.randoms(use_true_random=False))
def test_names_order_and_sides_of_the_comparisons_change_nothing(
    data: tuple[int, Comparisons, FloatArray], random: Any
) -> None:
    items, (first, second, outcome), weight = data
    fit = bradley_terry(first, second, outcome, items=items, weight=weight)
    name = np.array(random.sample(range(items), items))
    order = np.array(random.sample(range(len(first)), len(first)))
    swapped = bradley_terry(
        name[second[order]],
        name[first[order]],
        2 - outcome[order],
        items=items,
        weight=weight[order],
    )
    assert swapped.score[name] == pytest.approx(fit.score, abs=1e-8)
    assert swapped.errors.score[name] == pytest.approx(fit.errors.score, abs=1e-8)
    assert swapped.log_posterior == pytest.approx(fit.log_posterior)


def test_a_weight_is_how_often_a_row_counts_and_fractions_mix_outcomes() -> None:
    first, second, outcome = simulated(60, np.array([0.5, 0.0, -0.5]))
    repeated = bradley_terry(*(np.repeat(a, 2) for a in (first, second, outcome)), items=3)
    weighted = bradley_terry(first, second, outcome, items=3, weight=np.full(60, 2.0))
    assert weighted.score == pytest.approx(repeated.score, abs=1e-9)
    assert weighted.errors.score == pytest.approx(repeated.errors.score, abs=1e-9)
    soft = bradley_terry(
        np.zeros(2, int), np.ones(2, int), np.array([0, 2]), items=2, weight=np.array([0.7, 0.3])
    )
    sure = bradley_terry(np.zeros(1, int), np.ones(1, int), np.zeros(1, int), items=2)
    assert 0 < soft.score[0] < sure.score[0]


def test_rows_of_weight_zero_join_nothing() -> None:
    fit = bradley_terry(
        np.array([0, 1]), np.array([1, 2]), np.array([0, 1]), items=3, weight=np.array([1.0, 0.0])
    )
    assert (fit.components, len(fit.log_tie)) == (2, 0)


def test_planted_scores_come_back_as_precisely_as_the_errors_say() -> None:
    truth = np.random.default_rng(3).normal(size=60)
    truth -= truth.mean()
    fit = bradley_terry(*simulated(30_000, truth, -0.4), items=60)
    assert np.corrcoef(fit.score, truth)[0, 1] > 0.995
    assert np.std((fit.score - truth) / fit.errors.score) == pytest.approx(1, abs=0.25)
    assert fit.log_tie[0] == pytest.approx(-0.4, abs=4 * fit.errors.log_tie[0])


def test_a_covariate_takes_its_effect_out_of_the_scores() -> None:
    truth = np.array([0.5, 0.0, -0.5])
    rng = np.random.default_rng(5)
    first = rng.integers(3, size=20_000)
    second = (first + rng.integers(1, 3, size=20_000)) % 3
    length = rng.normal(size=20_000) + (first == 2) - (second == 2)
    logit = truth[first] - truth[second] + 0.8 * length
    outcome = np.where(rng.random(20_000) < 1 / (1 + np.exp(-logit)), 0, 2)
    fit = bradley_terry(first, second, outcome, items=3, covariate=length[:, None])
    assert fit.effect[0] == pytest.approx(0.8, abs=4 * fit.errors.effect[0])
    assert fit.score == pytest.approx(truth, abs=0.08)
    plain = bradley_terry(first, second, outcome, items=3)
    assert plain.score[2] > truth[2] + 0.2


def test_clustered_errors_are_those_of_a_plain_sandwich() -> None:
    first, second, outcome = simulated(80, np.array([0.7, 0.0, -0.7]), 0.0)
    cluster = np.random.default_rng(2).integers(12, size=80)
    fit = bradley_terry(first, second, outcome, items=3, cluster=cluster, prior_variance=2.0)
    theta = np.append(fit.score, fit.log_tie)
    scores = np.zeros((12, 4))
    for n in range(80):
        row = (first[n : n + 1], second[n : n + 1], outcome[n : n + 1])
        for parameter, nudge in enumerate(1e-5 * np.eye(4)):
            up, down = (
                # A prior this wide leaves only that of log ν, which is taken out again.
                plain_log_posterior(at, row, np.ones(1), 3, 1e12) + at[3] ** 2 / 200
                for at in (theta + nudge, theta - nudge)
            )
            scores[cluster[n], parameter] += (up - down) / 2e-5
    likelihood = model(Rows(first, second, outcome, np.ones(80), None), 3, None)
    precision = np.array([0.5, 0.5, 0.5, 1 / WEAK_VARIANCE])
    bread = np.linalg.inv(information(likelihood.pairs, likelihood.evaluate(theta), precision))
    meat = scores.T @ scores * 12 / 11 + np.diag(precision)
    centring = np.eye(4)
    centring[:3, :3] -= 1 / 3
    covariance = centring @ bread @ meat @ bread @ centring.T
    assert fit.clustered is not None
    assert fit.clustered.clusters == 12
    assert fit.clustered.covariance == pytest.approx(covariance, abs=1e-6)
    errors = np.append(fit.clustered.score, fit.clustered.log_tie)
    assert errors == pytest.approx(np.sqrt(np.diag(covariance)), abs=1e-6)


def test_saying_the_same_many_times_makes_no_rater_surer_if_clustered() -> None:
    first, second, outcome = simulated(300, np.array([0.7, 0.0, -0.7]))
    once = bradley_terry(first, second, outcome, items=3, cluster=np.arange(300))
    rows = [np.repeat(a, 25) for a in (first, second, outcome, np.arange(300))]
    again = bradley_terry(*rows[:3], items=3, cluster=rows[3])
    assert once.clustered is not None
    assert again.clustered is not None
    assert again.errors.score == pytest.approx(once.errors.score / 5, rel=0.02)
    assert again.clustered.score == pytest.approx(once.clustered.score, rel=0.02)
    assert once.clustered.score == pytest.approx(once.errors.score, rel=0.1)


def test_a_rater_with_a_million_votes_is_one_cluster() -> None:
    first, second, outcome = simulated(40, np.zeros(3))
    weight = np.append(np.ones(39), 1e6)
    fit = bradley_terry(first, second, outcome, items=3, weight=weight, cluster=np.arange(40))
    assert fit.converged
    assert fit.clustered is not None
    assert (fit.clustered.score > 5 * fit.errors.score).all()


def test_without_two_clusters_there_is_a_reason() -> None:
    rows = simulated(20, np.zeros(3))
    assert bradley_terry(*rows, items=3).no_clustered == NO_CLUSTERS
    fit = bradley_terry(*rows, items=3, cluster=np.zeros(20, dtype=np.int64))
    assert (fit.clustered, fit.no_clustered) == (None, ONE_CLUSTER)


def test_ties_alone_put_all_items_level() -> None:
    fit = bradley_terry(np.array([0, 1]), np.array([1, 2]), np.array([1, 1]), items=3)
    assert fit.score == pytest.approx([0, 0, 0], abs=1e-12)
    assert fit.converged
    assert 3 < fit.log_tie[0] < 20


@pytest.mark.parametrize("items", [0, 1, 4])
def test_without_comparisons_only_the_prior_speaks(items: int) -> None:
    nothing = np.zeros(0, dtype=np.int64)
    fit = bradley_terry(nothing, nothing, nothing, items=items, cluster=nothing, prior_variance=4)
    assert fit.score.tolist() == [0.0] * items
    assert fit.errors.score.tolist() == [2.0] * items
    assert (fit.components, fit.converged, fit.clustered) == (items, True, None)


def test_two_components_are_fitted_as_if_alone_and_both_sum_to_zero() -> None:
    one = simulated(40, np.array([1.0, 0.0, -1.0]), None, seed=1)
    other = simulated(30, np.array([0.0, 0.5]), None, seed=2)
    first, second, outcome = (
        np.append(a, b) for a, b in zip(one, (other[0] + 3, other[1] + 3, other[2]), strict=True)
    )
    both = bradley_terry(first, second, outcome, items=6)
    alone = bradley_terry(*one, items=3), bradley_terry(*other, items=2)
    assert (both.components, both.component.tolist()) == (3, [0, 0, 0, 1, 1, 2])
    assert both.score == pytest.approx([*alone[0].score, *alone[1].score, 0], abs=1e-8)
    errors = [*alone[0].errors.score, *alone[1].errors.score, np.sqrt(10)]
    assert both.errors.score == pytest.approx(errors, abs=1e-8)
    assert both.score[:3].sum() == pytest.approx(0, abs=1e-12)


def test_a_start_saves_iterations_and_changes_nothing() -> None:
    rows = simulated(5000, np.linspace(-2, 2, 30))
    cold = bradley_terry(*rows, items=30)
    warm = bradley_terry(*rows, items=30, start=cold.score + 7)
    assert warm.iterations < cold.iterations
    assert warm.score == pytest.approx(cold.score, abs=1e-10)


good = {"first": [0, 1], "second": [1, 2], "outcome": [0, 1]}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"first": [0, 3]}, "index"),
        ({"second": [1, -1]}, "index"),
        ({"second": [0, 2]}, "itself"),
        ({"outcome": [0, 3]}, "outcome"),
        ({"outcome": [0]}, "Every comparison"),
        ({"weight": [1.0, float("nan")]}, "weight"),
        ({"weight": [1.0, -1.0]}, "weight"),
        ({"weight": [1.0]}, "weight"),
        ({"cluster": [1]}, "Every comparison"),
        ({"covariate": [[1.0], [float("inf")]]}, "covariate"),
        ({"prior_variance": 0.0}, "prior"),
        ({"prior_variance": float("inf")}, "prior"),
    ],
)
def test_wrong_input_is_refused(wrong: dict[str, Any], message: str) -> None:
    given_: dict[str, Any] = {
        name: np.array(value) if isinstance(value, list) else value
        for name, value in {**good, **wrong}.items()
    }
    with pytest.raises(ValueError, match=message):
        bradley_terry(**given_, items=3)
