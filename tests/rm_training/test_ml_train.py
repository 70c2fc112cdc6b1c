from __future__ import annotations

import json
import tracemalloc
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from rm_training.ml.config import TrainConfig
from rm_training.ml.data import Comparisons, Floats
from rm_training.ml.ensemble import HeadEnsemble
from rm_training.ml.evaluate import evaluate
from rm_training.ml.train import (
    Problem,
    bootstrap_weights,
    choose_penalty,
    cross_validate,
    draw_anchors,
    train_heads,
)
from tests.rm_training.ml_samples import Vectors, comparisons, planted

CONFIG = TrainConfig(resamples=200)


def test_planted_rewards_are_recovered() -> None:
    features, drawn, head = planted(4000, 16)
    ensemble = train_heads(features, drawn.training(), CONFIG)
    truth, found = features @ head, ensemble.members(features).mean(1)
    assert np.corrcoef(truth, found)[0, 1] > 0.98
    ceiling = evaluate(truth, drawn.held_out(), CONFIG).accuracy.value
    reached = evaluate(found, drawn.held_out(), CONFIG).accuracy.value
    assert ceiling is not None
    assert reached is not None
    assert reached > ceiling - 0.02


def test_the_interval_of_a_difference_covers_the_planted_one() -> None:
    covered = []
    for seed in range(10):
        features, drawn, head = planted(1000, 16, seed=seed)
        ensemble = train_heads(features, drawn.training(), TrainConfig(heads=32, seed=seed))
        gaps = ensemble.members(features[:1000] - features[1000:])
        truth = (features[:1000] - features[1000:]) @ head
        covered.append(np.abs(gaps.mean(1) - truth) < 1.96 * gaps.std(1, ddof=1))
    assert 0.88 < np.mean(covered) < 0.99


def test_the_heads_agree_more_as_comparisons_grow() -> None:
    spreads = []
    for n in (100, 400, 1600):
        features, drawn, _ = planted(n, 16)
        rewards = train_heads(features, drawn.training(), CONFIG).members(features)
        spreads.append(rewards.std(1, ddof=1).mean() / rewards.mean(1).std())
    assert spreads == sorted(spreads, reverse=True)


def test_the_same_seed_gives_the_same_heads_and_another_seed_does_not() -> None:
    features, drawn, _ = planted(200, 8)
    one, same = (train_heads(features, drawn.training(), CONFIG) for _ in range(2))
    other = train_heads(features, drawn.training(), TrainConfig(seed=1))
    assert np.array_equal(one.weights, same.weights)
    assert not np.allclose(one.weights, other.weights)


def test_rescaling_a_feature_changes_no_reward() -> None:
    features, drawn, _ = planted(300, 8)
    scale = np.geomspace(0.01, 100, 8).astype(np.float32)
    plain = train_heads(features, drawn.training(), CONFIG)
    scaled = train_heads(features * scale, drawn.training(), CONFIG)
    np.testing.assert_allclose(plain.members(features), scaled.members(features * scale), atol=2e-3)


def test_a_feature_that_never_varies_gets_no_weight() -> None:
    features, drawn, _ = planted(200, 8)
    features[:, 3] = 7.0
    ensemble = train_heads(features, drawn.training(), CONFIG)
    assert np.all(ensemble.weights[:, 3] == 0)
    assert np.isfinite(ensemble.weights).all()


def test_held_out_comparisons_change_nothing() -> None:
    features, drawn, _ = planted(200, 8)
    changed = features.copy()
    held_out = drawn.held_out()
    changed[held_out.first] += 100
    one = train_heads(features, drawn.training(), CONFIG)
    two = train_heads(changed, drawn.training(), CONFIG)
    assert np.array_equal(one.weights, two.weights)


def test_a_bootstrap_draws_whole_prompts_and_as_many_as_there_are() -> None:
    prompt = np.array([5, 5, 9, 9, 9, 2])
    weights = bootstrap_weights(prompt, 50, np.random.default_rng(0))
    assert np.array_equal(weights[0], weights[1])
    assert np.array_equal(weights[2], weights[4])
    assert np.all(weights[[0, 2, 5]].sum(0) == 3)
    assert len(np.unique(weights, axis=1).T) > 5


def test_anchors_spread_as_the_prior_and_cancel_in_the_mean() -> None:
    anchors = draw_anchors(400, 8, 4.0, np.random.default_rng(0))
    np.testing.assert_allclose(anchors.mean(1), 0, atol=1e-12)
    assert anchors.std(1, ddof=1).mean() == pytest.approx((4.0 * 400) ** -0.5, rel=0.1)


def test_cross_validation_prefers_a_strong_penalty_on_noise_and_a_weak_one_on_signal() -> None:
    chosen: dict[str, list[float]] = {"noise": [], "signal": []}
    for seed in range(10):
        features, drawn, _ = planted(400, 64, seed, held_out=0)
        noise = np.random.default_rng(1000 + seed).normal(size=features.shape).astype(np.float32)
        for name, table in (("noise", noise), ("signal", features)):
            chosen[name].append(choose_penalty(Problem.of(table, drawn), CONFIG))
    assert np.median(chosen["noise"]) >= 10
    assert np.median(chosen["signal"]) <= 1


def test_one_train_prompt_gets_the_strongest_penalty() -> None:
    features, drawn, _ = planted(40, 8, held_out=0)
    one = replace(drawn, prompt=np.zeros(40, np.int64))
    penalty = choose_penalty(Problem.of(features, one), CONFIG)
    assert penalty == max(CONFIG.penalties)


def test_nothing_to_train_on_is_an_error() -> None:
    features, drawn, _ = planted(10, 8)
    nothing = drawn.where(np.zeros(10, bool))
    with pytest.raises(ValueError, match="no comparisons"):
        train_heads(features, nothing, CONFIG)


def test_no_array_of_comparisons_by_heads_by_features_is_made() -> None:
    features, drawn, _ = planted(4000, 64, held_out=0)
    tracemalloc.start()
    train_heads(features, drawn, CONFIG)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4000 * 64 * CONFIG.heads * 8


def test_progress_reaches_its_end() -> None:
    features, drawn, _ = planted(60, 8)
    heard: list[tuple[int, int]] = []
    train_heads(features, drawn.training(), CONFIG, lambda done, of: heard.append((done, of)))
    assert heard[-1] == (2, 2)


def test_an_interval_is_the_mean_and_students_deviations_of_the_heads() -> None:
    ensemble = HeadEnsemble(np.array([[1.0], [2.0], [3.0]], np.float32), 1.0, 0.0, 1.0)
    mean, lower, upper = ensemble.score(np.array([[1.0], [-2.0]], np.float32))
    np.testing.assert_allclose(mean, [2, -4])
    # Of 2 degrees of freedom, as in any table of the t distribution, and of one more draw.
    half = 4.303 * (4 / 3) ** 0.5
    np.testing.assert_allclose(upper - mean, [half, 2 * half], rtol=1e-4)
    np.testing.assert_allclose(mean - lower, upper - mean)


def test_within_a_group_what_the_heads_say_of_all_alike_is_no_uncertainty() -> None:
    ensemble = HeadEnsemble(np.array([[5.0, 1.0], [-5.0, 1.0]], np.float32), 1.0, 0.0, 1.0)
    features = np.array([[1, 0], [1, 1], [1, 3]], np.float32)
    group = np.array([0, 0, 0])
    _, lower, upper = ensemble.score(features)
    assert np.all(upper - lower > 10)
    mean, lower, upper = ensemble.score(features, group)
    np.testing.assert_allclose(upper - lower, 0, atol=1e-12)
    np.testing.assert_allclose(mean, [0, 1, 3])


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"heads": 1}, "at least 2 heads"),
        ({"folds": 1}, "at least 2 folds"),
        ({"penalties": ()}, "positive"),
        ({"penalties": (0.0,)}, "positive"),
        ({"strength": "twice"}, "not 'twice'"),
        ({"label_smoothing": 0.5}, r"below 1/2, not 0\.5"),
        ({"combine": "both"}, "not 'both'"),
        ({"combine": {}}, "not all 0"),
        ({"combine": {"a": 0.0}}, "not all 0"),
        ({"combine": {"a": float("nan")}}, "finite"),
    ],
)
def test_a_configuration_that_cannot_work_is_refused(wrong: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        TrainConfig(**wrong)


def test_a_configuration_comes_back_from_json() -> None:
    config = TrainConfig(strength="scale", label_smoothing=0.1, combine={"wärm & “kind”": -0.5})
    stored = json.loads(json.dumps(config.as_json()))
    assert TrainConfig(**{**stored, "penalties": tuple(stored["penalties"])}) == config


def test_ties_alone_teach_equal_rewards() -> None:
    features = np.random.default_rng(0).normal(size=(40, 4)).astype(np.float32)
    ties = comparisons(np.arange(20), np.arange(20, 40), np.full(20, 0.5))
    scores = train_heads(features, ties, CONFIG).members(features).mean(1)
    np.testing.assert_allclose(scores[:20] - scores[20:], 0, atol=0.35)


def test_judged_ties_alone_give_no_rewards_and_a_tie_parameter() -> None:
    features = np.random.default_rng(0).normal(size=(40, 4)).astype(np.float32)
    ties = comparisons(np.arange(20), np.arange(20, 40), np.full(20, 0.5), tie=np.ones(20))
    ensemble = train_heads(features, ties, CONFIG)
    scores = ensemble.members(features).mean(1)
    np.testing.assert_allclose(scores[:20] - scores[20:], 0, atol=0.1)
    assert ensemble.log_tie is not None
    assert 3 < ensemble.log_tie < 10


def test_every_first_response_winning_gives_finite_heads() -> None:
    features, drawn, _ = planted(60, 8, held_out=0)
    ensemble = train_heads(features, replace(drawn, target=np.ones(60)), CONFIG)
    assert np.isfinite(ensemble.weights).all()
    assert ensemble.log_tie is None


def with_ties(n: int, log_tie: float) -> tuple[Vectors, Comparisons, Floats]:
    """Planted comparisons, some drawn anew as ties by Davidson's probabilities."""
    features, drawn, head = planted(n, 8)
    d = (features[drawn.first] - features[drawn.second]) @ head
    odds = np.exp(log_tie) / (2 * np.cosh(d / 2))
    tie = (np.random.default_rng(9).random(n) < odds / (1 + odds)).astype(np.float64)
    return features, replace(drawn, tie=tie, target=np.where(tie == 1, 0.5, drawn.target)), head


def test_planted_rewards_and_ties_are_recovered_together() -> None:
    features, drawn, head = with_ties(6000, 1.0)
    ensemble = train_heads(features, drawn, CONFIG)
    assert ensemble.log_tie == pytest.approx(1.0, abs=0.1)
    truth, found = features @ head, ensemble.members(features).mean(1)
    assert np.polyfit(truth, found, 1)[0] == pytest.approx(1, abs=0.1)


def test_ties_as_half_wins_would_draw_rewards_together_and_davidsons_do_not() -> None:
    features, drawn, head = with_ties(6000, 1.0)
    halves = train_heads(features, replace(drawn, tie=np.zeros(len(drawn))), CONFIG)
    assert np.polyfit(features @ head, halves.members(features).mean(1), 1)[0] < 0.7


def test_cross_validation_leaves_every_comparison_out_once() -> None:
    features, drawn, _ = planted(300, 8, held_out=0)
    problem = Problem.of(features, drawn)
    penalty, found = cross_validate(problem, CONFIG)
    assert found is not None
    assert all(len(np.unique(found.fold[drawn.prompt == p])) == 1 for p in np.unique(drawn.prompt))
    for fold in range(CONFIG.folds):
        kept = (found.fold != fold).astype(np.float64)[:, None]
        heads = problem.fit(kept, np.array([penalty]), CONFIG).heads
        margin = problem.design.rewards(heads).difference.numpy()[:, 0]
        inside = found.fold == fold
        np.testing.assert_allclose(found.rewards.difference[inside, 0], margin[inside], atol=1e-4)
