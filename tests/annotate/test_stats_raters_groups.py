"""Groups of raters: planted groups, homogeneous crowds, scipy's optimum and a plain loop."""

import time
from dataclasses import dataclass
from math import exp, log

import numpy as np
import pytest
from scipy.optimize import approx_fprime, minimize

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.raters.groups import TOO_FEW, RaterGroups, _mean_per_vote, rater_groups
from annotate.stats.raters.mixture import (
    Mixture,
    _log_davidson,
    _start,
    _step,
    compare,
    davidson,
    fit_mixture,
    held_out_by_rater,
)


@dataclass(frozen=True)
class Planted:
    rater: IntArray
    first: IntArray
    second: IntArray
    outcome: IntArray
    group: IntArray
    scores: FloatArray

    def found(self, **options: int) -> RaterGroups:
        return rater_groups(
            self.rater,
            self.first,
            self.second,
            self.outcome,
            raters=len(self.group),
            items=self.scores.shape[1],
            **options,
        )


def planted(votes: int, raters: int, items: int, groups: int, seed: int = 0) -> Planted:
    """Groups whose scores correlate by one half; ties with ν = ½."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=items)
    scores = (common + rng.normal(size=(groups, items))) * 0.5**0.5
    group = np.arange(raters) % groups
    rater = rng.integers(0, raters, votes)
    first = rng.integers(0, items, votes)
    second = (first + rng.integers(1, items, votes)) % items
    lead = scores[group[rater], first] - scores[group[rater], second]
    weights = np.stack([np.exp(lead / 2), np.full(votes, 0.5), np.exp(-lead / 2)], axis=1)
    shares = np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1)
    outcome = (rng.random(votes)[:, None] > shares).sum(axis=1)
    return Planted(rater, first, second, outcome, group, scores)


def matched(found: RaterGroups, truth: Planted) -> tuple[float, list[float]]:
    """The share of raters in the right group, and each group's correlation of scores."""
    belongs = found.responsibilities.argmax(axis=1)
    right, correlations = 0, []
    for group in range(len(found.shares)):
        of_group = np.bincount(truth.group[belongs == group], minlength=len(truth.scores))
        right += int(of_group.max())
        best = int(of_group.argmax())
        correlations.append(float(np.corrcoef(found.scores[group], truth.scores[best])[0, 1]))
    return right / len(truth.group), correlations


@pytest.mark.parametrize("groups", [2, 3])
def test_planted_groups_are_recovered(groups: int) -> None:
    truth = planted(12_000, 60, 30, groups)
    found = truth.found()
    assert len(found.shares) == groups
    share, correlations = matched(found, truth)
    assert share >= 0.95
    assert min(correlations) > 0.95
    assert found.ties == pytest.approx(np.full(groups, 0.5), abs=0.08)
    assert found.responsibilities.sum(axis=1) == pytest.approx(np.ones(60))
    assert found.shares.sum() == pytest.approx(1)
    assert (np.diff(found.shares) <= 0).all()
    assert f"fall into {groups} groups" in found.summary


def test_raters_who_prefer_alike_are_one_group() -> None:
    chosen = [len(planted(3000, 40, 20, 1, seed).found(seed=seed).shares) for seed in range(5)]
    assert chosen == [1] * 5


def test_one_group_says_so_and_still_gives_its_held_out_figures() -> None:
    truth = planted(4000, 40, 25, 1)
    found = truth.found(most=3)
    assert found.summary.startswith("The raters are one group")
    assert [h.groups for h in found.held_out] == [1, 2, 3]
    assert found.held_out[0].shortfall == found.held_out[0].shortfall_error == 0
    assert all(h.shortfall > h.shortfall_error > 0 for h in found.held_out[1:])
    assert all(-1.2 < h.log_likelihood < -0.7 for h in found.held_out)
    assert (found.responsibilities == 1).all()


def test_groups_are_found_where_most_pairs_were_never_compared() -> None:
    # 4,000 votes on 7,140 pairs of 120 items: the prior has to hold the scores.
    truth = planted(4000, 24, 120, 2, seed=2)
    found = truth.found()
    assert np.isfinite(found.scores).all()
    assert np.abs(found.scores).max() < 5
    share, _ = matched(found, truth)
    assert len(found.shares) == 2
    assert share >= 0.9


def test_the_same_seed_finds_the_same_groups() -> None:
    truth = planted(3000, 30, 15, 2)
    one, again = truth.found(seed=5), truth.found(seed=5)
    assert (one.scores == again.scores).all()
    assert one.held_out == again.held_out


def test_turning_every_comparison_round_changes_nothing() -> None:
    truth = planted(3000, 30, 15, 2)
    turned = Planted(
        truth.rater, truth.second, truth.first, 2 - truth.outcome, truth.group, truth.scores
    )
    assert truth.found().scores == pytest.approx(turned.found().scores, abs=1e-9)


def test_the_names_of_the_items_do_not_matter() -> None:
    truth = planted(3000, 30, 15, 2)
    name = np.random.default_rng(0).permutation(15)
    renamed = Planted(
        truth.rater,
        name[truth.first],
        name[truth.second],
        truth.outcome,
        truth.group,
        truth.scores[:, np.argsort(name)],
    )
    assert renamed.found().scores[:, name] == pytest.approx(truth.found().scores, abs=0.02)


def test_davidsons_chances_are_the_textbook_ones() -> None:
    one, other, tie = 1.3, -0.4, 0.7
    weights = np.array([exp(one), tie * exp((one + other) / 2), exp(other)])
    logs = _log_davidson(np.array([[one - other]]), np.array([log(tie)]))
    assert np.exp(logs)[0, 0] == pytest.approx(weights / weights.sum())


def test_extreme_scores_overflow_nowhere() -> None:
    logs = _log_davidson(np.array([[2000.0, -2000.0, 0.0]]), np.array([900.0]))
    assert np.isfinite(logs).all()
    assert np.exp(logs).sum(axis=2) == pytest.approx(np.ones((1, 3)))


def log_posterior(parameters: FloatArray, truth: Planted) -> float:
    """One group's, vote by vote."""
    scores, log_tie = parameters[:-1], parameters[-1]
    total = -float(parameters @ parameters) / 2
    for first, second, outcome in zip(truth.first, truth.second, truth.outcome, strict=True):
        lead = scores[first] - scores[second]
        weights = [exp(lead / 2), exp(log_tie), exp(-lead / 2)]
        total += log(weights[outcome] / sum(weights))
    return total


def test_newtons_steps_end_where_scipy_finds_the_maximum() -> None:
    truth = planted(150, 5, 6, 1)
    votes = compare(truth.rater, truth.first, truth.second, truth.outcome, raters=5, items=6)
    weights = np.asarray(votes.table.sum(axis=0)).reshape(-1, 3)
    scores, log_tie = np.zeros(6), 0.0
    for _ in range(30):
        scores, log_tie = davidson(votes, weights, scores, log_tie)
    best = minimize(lambda p: -log_posterior(p, truth), np.zeros(7), method="BFGS")
    assert np.append(scores, log_tie) == pytest.approx(best.x, abs=1e-4)
    gradient = approx_fprime(np.append(scores, log_tie), lambda p: log_posterior(p, truth), 1e-6)
    assert np.abs(gradient).max() < 1e-3


def test_one_newton_step_follows_the_finite_differences() -> None:
    truth = planted(150, 5, 6, 1)
    votes = compare(truth.rater, truth.first, truth.second, truth.outcome, raters=5, items=6)
    weights = np.asarray(votes.table.sum(axis=0)).reshape(-1, 3)
    start = np.append(np.full(6, 0.1) * np.arange(6), -0.5)
    width = 1e-4
    gradient = approx_fprime(start, lambda p: log_posterior(p, truth), 1e-6)
    hessian = np.stack(
        [
            (
                approx_fprime(start + width * unit, lambda p: log_posterior(p, truth), 1e-6)
                - approx_fprime(start - width * unit, lambda p: log_posterior(p, truth), 1e-6)
            )
            / (2 * width)
            for unit in np.eye(7)
        ]
    )
    scores, log_tie = davidson(votes, weights, start[:-1], start[-1])
    step = np.linalg.solve(-hessian, gradient)
    step /= max(1.0, np.abs(step).max())
    assert np.append(scores, log_tie) - start == pytest.approx(step, abs=1e-2)


def test_each_step_of_em_gains_likelihood() -> None:
    truth = planted(3000, 30, 15, 2)
    votes = compare(truth.rater, truth.first, truth.second, truth.outcome, raters=30, items=15)
    common = fit_mixture(votes, 1, 0)
    mixture = _start(votes, common, np.eye(2)[np.random.default_rng(0).integers(0, 2, 30)])
    gained = []
    for _ in range(25):
        mixture, likelihood = _step(votes, mixture)
        gained.append(likelihood)
    # What is maximised includes the priors, so the likelihood alone may give way a little.
    assert (np.diff(gained) > -0.05).all()
    assert gained[-1] > gained[0] + 30


def test_what_was_held_out_is_foretold_as_in_a_plain_loop() -> None:
    truth = planted(60, 4, 5, 2)
    asked = compare(truth.rater, truth.first, truth.second, truth.outcome, raters=4, items=5)
    rng = np.random.default_rng(0)
    mixture = Mixture(
        rng.normal(size=(2, 5)), np.array([0.4, 1.1]), np.ones(2) / 2, rng.dirichlet([1, 1], 4)
    )
    plain = np.zeros(4)
    votes = zip(truth.rater, truth.first, truth.second, truth.outcome, strict=True)
    for rater, first, second, outcome in votes:
        chance = 0.0
        for g in range(2):
            one, other = np.exp(mixture.scores[g, [first, second]])
            weights = [one, mixture.ties[g] * (one * other) ** 0.5, other]
            chance += mixture.responsibilities[rater, g] * weights[outcome] / sum(weights)
        plain[rater] += log(chance)
    assert held_out_by_rater(mixture, asked) == pytest.approx(plain)


def test_the_error_of_a_mean_over_equal_raters_is_the_usual_one() -> None:
    sums = np.array([3.0, 5.0, 4.0, 8.0])
    mean, error = _mean_per_vote(sums, np.full(4, 2))
    assert mean == pytest.approx(sums.mean() / 2)
    assert error == pytest.approx(sums.std(ddof=1) / 2 / 4**0.5)


@pytest.mark.parametrize(("votes", "raters"), [(0, 3), (300, 1), (4, 3)])
def test_too_little_to_tell_groups_is_one_group_with_the_reason(votes: int, raters: int) -> None:
    found = planted(votes, raters, 6, 1).found()
    assert found.scores.shape == (1, 6)
    assert found.summary == TOO_FEW
    assert found.held_out == ()


def test_one_sided_and_tied_votes_give_finite_scores() -> None:
    rater, zeros = np.repeat(np.arange(4), 25), np.zeros(100, dtype=np.int64)
    for outcome in (0, 1):
        found = rater_groups(
            rater, zeros, zeros + 1, np.full(100, outcome), raters=4, items=3, most=2
        )
        assert np.isfinite(found.scores).all()
        assert np.isfinite(found.ties).all()
        assert len(found.shares) == 1


def test_items_that_were_never_compared_and_raters_without_votes_are_average() -> None:
    truth = planted(6000, 30, 15, 2)
    found = rater_groups(truth.rater, truth.first, truth.second, truth.outcome, raters=31, items=16)
    assert found.scores[:, 15] == pytest.approx(np.zeros(len(found.shares)), abs=1e-9)
    assert found.responsibilities[30] == pytest.approx(found.shares, abs=0.01)
    assert found.scores.mean(axis=1) == pytest.approx(np.zeros(len(found.shares)), abs=1e-9)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ((5, 0, 1, 0), "out of range"),
        ((0, 9, 1, 0), "out of range"),
        ((0, 0, -1, 0), "out of range"),
        ((0, 0, 1, 3), "out of range"),
        ((0, 1, 1, 0), "with itself"),
    ],
)
def test_what_is_no_comparison_is_refused(row: tuple[int, ...], reason: str) -> None:
    rater, first, second, outcome = (np.array([number]) for number in row)
    with pytest.raises(ValueError, match=reason):
        rater_groups(rater, first, second, outcome, raters=5, items=4)


def test_thirty_thousand_votes_take_some_seconds() -> None:
    truth = planted(30_000, 100, 60, 2)
    start = time.process_time()
    assert len(truth.found().shares) == 2
    assert time.process_time() - start < 15
