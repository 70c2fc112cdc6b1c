"""Criteria with planted heads, each asked on half of the prompts, and overall judgments of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.special import expit

from rm_training.ml.config import TrainConfig
from rm_training.ml.criteria import MIN_COMPARISONS, CriteriaHeads, evaluate_criteria, fit_criteria
from rm_training.ml.data import Comparisons, Dataset, Floats
from rm_training.ml.train import train_heads
from tests.rm_training.ml_samples import Vectors, comparisons

N, SIZE = 6000, 8
CONFIG = TrainConfig(resamples=200)
LEARN = replace(CONFIG, combine="learned")
KIND, TRUE = "kind", "true “in fact”"


def judged(rewards: Floats, seed: int) -> Comparisons:
    """N comparisons by rewards of 2 N texts, every third prompt held out; two share a prompt."""
    rng = np.random.default_rng(seed)
    prompt = np.arange(N) // 2
    wins = rng.random(N) < expit(rewards[:N] - rewards[N:])
    return comparisons(
        np.arange(N), np.arange(N, 2 * N), wins, prompt=prompt, evaluation=prompt % 3 == 0
    )


@cache
def planted() -> tuple[Vectors, Dataset, Mapping[str, Floats]]:
    """Features, a dataset, and the true rewards by criterion, of which overall is 0.7 and 0.3."""
    rng = np.random.default_rng(0)
    features = rng.normal(size=(2 * N, SIZE)).astype(np.float32)
    truth = {name: features @ rng.normal(size=SIZE) / 2 for name in (KIND, TRUE)}
    truth = {name: rewards / rewards.std() for name, rewards in truth.items()}
    overall = judged(2 * (0.7 * truth[KIND] + 0.3 * truth[TRUE]), 1)
    criteria = {
        name: judged(2 * rewards, 2 + number).where(overall.prompt % 2 == number)
        for number, (name, rewards) in enumerate(truth.items())
    }
    return features, Dataset(overall, criteria), truth


def with_brief(dataset: Dataset, kept: int) -> Dataset:
    """With one more criterion, of so few comparisons to learn from."""
    train = dataset.overall.training()
    brief = train.where(np.arange(len(train)) < kept)
    return replace(dataset, criteria={**dataset.criteria, "brief": brief})


@cache
def learned() -> CriteriaHeads:
    features, dataset, _ = planted()
    return fit_criteria(features, with_brief(dataset, MIN_COMPARISONS - 1), LEARN)


def test_each_criterions_head_comes_back_from_the_comparisons_where_it_was_asked() -> None:
    features, _, truth = planted()
    found = learned()
    for name in (KIND, TRUE):
        rewards = found.ensembles[name].members(features).mean(1)
        assert np.corrcoef(rewards, truth[name])[0, 1] > 0.99
        assert np.polyfit(truth[name], rewards, 1)[0] == pytest.approx(2, rel=0.15)
    one, other = (found.ensembles[name].head() for name in (KIND, TRUE))
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.9


def test_a_criterions_head_is_the_ensemble_of_its_comparisons_alone() -> None:
    features, dataset, _ = planted()
    alone = train_heads(features, dataset.criteria[TRUE].training(), CONFIG)
    np.testing.assert_array_equal(learned().ensembles[TRUE].weights, alone.weights)


def test_a_criterion_with_too_few_comparisons_is_left_out_and_named() -> None:
    found = learned()
    assert list(found.ensembles) == [KIND, TRUE]
    assert found.left_out == {"brief": "49 comparisons to learn from; it takes 50"}


def test_learned_weights_are_those_of_the_overall_judgments() -> None:
    found = learned()
    # Overall log-odds are 2 x 0.7 and 2 x 0.3 for a standard deviation of each.
    assert found.weights == pytest.approx({KIND: 1.4, TRUE: 0.6}, abs=0.12)
    assert "“kind”" in found.sentence
    assert "4,000 overall comparisons" in found.sentence


def test_the_combination_is_the_weighted_sum_member_by_member() -> None:
    features, _, truth = planted()
    found = learned()
    assert found.combined is not None
    expected = sum(
        found.weights[name] * ensemble.members(features) / ensemble.std
        for name, ensemble in found.ensembles.items()
    )
    rewards = found.combined.members(features)
    np.testing.assert_allclose(rewards, expected, atol=1e-4)
    assert np.corrcoef(rewards.mean(1), 0.7 * truth[KIND] + 0.3 * truth[TRUE])[0, 1] > 0.99


def test_given_weights_keep_their_proportion_and_get_the_scale_of_log_odds() -> None:
    features, dataset, _ = planted()
    config = replace(CONFIG, combine={KIND: 7.0, TRUE: 3.0})
    found = fit_criteria(features, dataset, config)
    assert found.weights[KIND] / found.weights[TRUE] == pytest.approx(7 / 3)
    assert found.weights[KIND] == pytest.approx(1.4, abs=0.12)
    assert "in the given proportion" in found.sentence


def test_a_weight_without_a_head_leaves_the_reward_to_the_overall_judgments() -> None:
    features, dataset, _ = planted()
    config = replace(CONFIG, combine={KIND: 0.5, "brief": 0.3, "gone": 0.2})
    found = fit_criteria(features, with_brief(dataset, 3), config)
    assert found.combined is None
    assert found.weights == {}
    assert "“brief” (3 comparisons to learn from; it takes 50)" in found.sentence
    assert "“gone” (unknown)" in found.sentence


def against() -> Dataset:
    _, dataset, _ = planted()
    return replace(dataset, overall=replace(dataset.overall, target=1 - dataset.overall.target))


def test_criteria_against_the_overall_judgments_get_no_weight() -> None:
    found = fit_criteria(planted()[0], against(), LEARN)
    assert found.combined is None
    assert "do not point the way" in found.sentence


def test_given_weights_hold_against_the_overall_judgments_too() -> None:
    found = fit_criteria(planted()[0], against(), replace(CONFIG, combine={KIND: 0.7, TRUE: 0.3}))
    assert found.combined is not None
    assert found.weights == pytest.approx({KIND: 0.7, TRUE: 0.3})
    assert "weights as given, against 4,000 overall comparisons" in found.sentence


def test_a_criterion_that_was_always_a_tie_has_no_head() -> None:
    features, dataset, _ = planted()
    n = len(dataset.overall)
    ties = replace(dataset.overall, tie=np.ones(n), target=np.full(n, 0.5))
    found = fit_criteria(features, replace(dataset, criteria={"same": ties}), LEARN)
    assert found.ensembles == {}
    assert found.left_out == {"same": "its comparisons favour no answer"}
    assert "no criterion has a head" in found.sentence


def test_a_criterion_whose_answers_all_look_alike_has_no_head() -> None:
    _, dataset, _ = planted()
    found = fit_criteria(np.ones((2 * N, SIZE), np.float32), dataset, LEARN)
    assert list(found.left_out) == [KIND, TRUE]


def test_by_default_the_reward_stays_that_of_the_overall_judgments() -> None:
    features, dataset, _ = planted()
    found = fit_criteria(features, dataset, CONFIG)
    assert list(found.ensembles) == [KIND, TRUE]
    assert found.combined is None
    assert found.sentence == "The reward is learnt from the overall comparisons."


def test_held_out_judgments_move_nothing() -> None:
    features, dataset, _ = planted()

    def other(data: Comparisons) -> Comparisons:
        return replace(data, target=np.where(data.evaluation, 1 - data.target, data.target))

    changed = Dataset(
        other(dataset.overall), {name: other(data) for name, data in dataset.criteria.items()}
    )
    found, again = fit_criteria(features, changed, LEARN), learned()
    assert found.weights == again.weights
    assert found.combined is not None
    assert again.combined is not None
    np.testing.assert_array_equal(found.combined.weights, again.combined.weights)


def test_heads_do_not_weigh_what_they_have_learnt_from() -> None:
    # Labels without a pattern: a head that had seen them would seem to predict them.
    features = np.random.default_rng(1).normal(size=(400, 100)).astype(np.float32)
    noise = comparisons(
        np.arange(200), np.arange(200, 400), np.random.default_rng(2).integers(2, size=200)
    )
    config = replace(LEARN, penalties=(0.001,))
    found = fit_criteria(features, Dataset(noise, {"noise": noise}), config)
    assert sum(found.weights.values()) < 0.3


def test_each_criterion_is_judged_by_its_own_held_out_comparisons() -> None:
    features, dataset, truth = planted()
    results = evaluate_criteria(learned(), features, dataset, CONFIG)
    assert list(results) == [KIND, TRUE]
    for name, result in results.items():
        held_out = dataset.criteria[name].held_out()
        assert result.comparisons == len(held_out)
        best = truth[name][held_out.first] > truth[name][held_out.second]
        assert result.accuracy.value == pytest.approx((best == held_out.target).mean(), abs=0.02)
        assert result.nll is not None
        assert result.nll.value is not None
        assert result.nll.value < 0.6
