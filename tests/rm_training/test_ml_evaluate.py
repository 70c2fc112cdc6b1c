from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, brier_score_loss, log_loss

from rm_training.ml.config import TrainConfig
from rm_training.ml.data import Comparisons, Floats
from rm_training.ml.evaluate import Evaluation, evaluate, learning_curve, margins
from rm_training.ml.intervals import interval, ratio, resampled_sums
from tests.rm_training.ml_samples import comparisons, planted

CONFIG = TrainConfig()


def scored(margin: list[float], target: list[float], **columns: object) -> Evaluation:
    """Evaluate comparisons whose first response scores `margin` and whose second scores 0."""
    n = len(margin)
    scores = np.array([*margin, 0.0])
    pairs = comparisons(np.arange(n), np.full(n, n), target, **columns)  # type: ignore[arg-type]  # the columns are the caller's
    return evaluate(scores, pairs, CONFIG)


def sample(n: int = 400) -> tuple[Floats, Comparisons]:
    features, drawn, head = planted(n, 6, seed=5)
    return 0.7 * (features @ head), drawn


def test_accuracy_and_nll_are_those_of_scikit_learn() -> None:
    scores, drawn = sample()
    margin = margins(scores, drawn)
    result = evaluate(scores, drawn, CONFIG)
    assert result.accuracy.value == pytest.approx(accuracy_score(drawn.target, margin > 0))
    assert result.nll is not None
    assert result.nll.value == pytest.approx(log_loss(drawn.target, 1 / (1 + np.exp(-margin))))


def test_the_brier_score_is_that_of_scikit_learn() -> None:
    scores, drawn = sample()
    brier = evaluate(scores, drawn, CONFIG).brier
    probability = 1 / (1 + np.exp(-margins(scores, drawn)))
    assert brier is not None
    assert brier.value == pytest.approx(brier_score_loss(drawn.target, probability))
    assert brier.value is not None
    assert brier.lower is not None
    assert brier.upper is not None
    assert brier.lower < brier.value < brier.upper


def test_the_brier_score_of_soft_targets_is_their_squared_gap() -> None:
    brier = scored([0.0, math.log(3), -math.log(3)], [0.5, 1.0, 0.5], weight=[2.0, 1.0, 1.0]).brier
    assert brier is not None
    assert brier.value == pytest.approx((0 + 1 / 16 + 1 / 16) / 4)


def test_a_model_with_ties_predicts_half_of_them_for_each_response() -> None:
    pairs = comparisons([0, 2], [1, 3], [0.8, 0.5])
    scores = np.array([1.0, 0.0, 0.4, 0.4])
    with_ties, without = (
        evaluate(scores, pairs, CONFIG, log_tie=log_tie) for log_tie in (math.log(2), None)
    )
    # Davidson's: e^.5 : 2 : e^-.5, of which the first has its win and half of the tie.
    first = (math.exp(0.5) + 1) / (math.exp(0.5) + 2 + math.exp(-0.5))
    nll = -(0.8 * math.log(first) + 0.2 * math.log(1 - first) + math.log(0.5)) / 2
    assert with_ties.nll is not None
    assert with_ties.brier is not None
    assert without.nll is not None
    assert with_ties.nll.value == pytest.approx(nll)
    assert with_ties.brier.value == pytest.approx((first - 0.8) ** 2 / 2)
    assert without.nll.value != pytest.approx(nll)
    assert with_ties.accuracy == without.accuracy


def test_a_target_of_one_half_is_skipped_in_accuracy_and_counted() -> None:
    result = scored([1.0, 1.0, 1.0], [0.9, 0.5, 0.2])
    assert (result.comparisons, result.undecided) == (2, 1)
    assert result.accuracy.value == 0.5


def test_a_predicted_tie_is_half_right() -> None:
    assert scored([0.0, 0.0, 2.0], [0.9, 0.1, 1.0]).accuracy.value == pytest.approx(2 / 3)


def test_a_soft_majority_counts_as_its_direction() -> None:
    assert scored([1.0, -1.0], [0.51, 0.49]).accuracy.value == 1


def test_nll_of_a_coin_is_log_two_whatever_the_targets() -> None:
    result = scored([0.0] * 4, [0.9, 0.5, 0.2, 1.0])
    assert result.nll is not None
    assert result.nll.value == pytest.approx(math.log(2))


def test_weights_weigh() -> None:
    result = scored([1.0, -1.0], [1.0, 1.0], weight=[3.0, 1.0])
    assert result.accuracy.value == pytest.approx(0.75)


def test_ece_is_the_mean_gap_of_ten_bins_of_the_winners_probability() -> None:
    scores, drawn = sample()
    probability = 1 / (1 + np.exp(-margins(scores, drawn)))
    confidence = np.maximum(probability, 1 - probability)
    agrees = np.where(probability >= 0.5, drawn.target, 1 - drawn.target)
    expected = 0.0
    for low in np.linspace(0.5, 0.95, 10):
        inside = (confidence >= low) & (confidence < low + 0.05)
        if inside.any():
            gap = confidence[inside].mean() - agrees[inside].mean()
            expected += inside.mean() * abs(gap)
    result = evaluate(scores, drawn, CONFIG)
    assert result.ece is not None
    assert result.ece.value == pytest.approx(expected)
    assert sum(bar.weight for bar in result.calibration) == pytest.approx(len(drawn))


def test_swapping_every_pair_changes_no_figure() -> None:
    scores, drawn = sample()
    swapped = comparisons(drawn.second, drawn.first, 1 - drawn.target, prompt=drawn.prompt)
    one, two = evaluate(scores, drawn, CONFIG), evaluate(scores, swapped, CONFIG)
    assert one.accuracy == two.accuracy
    assert one.ece is not None
    assert two.ece is not None
    assert one.ece.value == pytest.approx(two.ece.value)


def test_scores_without_probabilities_have_accuracy_alone() -> None:
    scores, drawn = sample()
    result = evaluate(scores, drawn, CONFIG, log_odds=False)
    assert (result.nll, result.brier, result.ece) == (None, None, None)
    assert result.calibration == []
    assert result.accuracy.value is not None


def test_undecided_comparisons_alone_have_no_accuracy() -> None:
    accuracy = scored([1.0, 2.0], [0.5, 0.5]).accuracy
    assert (accuracy.value, accuracy.lower, accuracy.upper) == (None, None, None)


def test_one_prompt_has_a_figure_and_no_interval() -> None:
    accuracy = scored([1.0, 2.0], [1.0, 0.0], prompt=[7, 7]).accuracy
    assert (accuracy.value, accuracy.lower, accuracy.upper) == (0.5, None, None)


def test_the_interval_of_a_share_is_the_binomial_one_where_every_prompt_has_one_pair() -> None:
    right = (np.random.default_rng(0).random(600) < 0.7).astype(float)
    columns = np.stack([right, np.ones(600)], 1)
    found = interval(columns, np.arange(600), ratio(0, 1), resamples=4000, seed=0)
    assert found.value == pytest.approx(right.mean())
    half = 1.96 * math.sqrt(right.mean() * (1 - right.mean()) / 600)
    assert found.lower == pytest.approx(right.mean() - half, abs=0.003)
    assert found.upper == pytest.approx(right.mean() + half, abs=0.003)


def test_comparisons_that_repeat_a_prompt_make_the_interval_no_narrower() -> None:
    right = (np.random.default_rng(0).random(200) < 0.7).astype(float)
    columns = np.stack([right, np.ones(200)], 1)
    once = interval(columns, np.arange(200), ratio(0, 1), resamples=2000, seed=0)
    nine = interval(
        np.repeat(columns, 9, axis=0),
        np.repeat(np.arange(200), 9),
        ratio(0, 1),
        resamples=2000,
        seed=0,
    )
    assert (nine.lower, nine.upper) == pytest.approx((once.lower, once.upper))


def test_cluster_sums_are_those_of_drawing_the_prompts_one_by_one() -> None:
    columns = np.arange(10.0)[:, None]
    prompt = np.array([4, 4, 4, 1, 1, 8, 8, 8, 8, 2])
    sums = resampled_sums(columns, prompt, resamples=20_000, seed=0)[:, 0]
    clusters = np.array([columns[prompt == p].sum() for p in (1, 2, 4, 8)])
    assert sums.mean() == pytest.approx(clusters.sum(), rel=0.01)
    assert sums.std() == pytest.approx(2 * clusters.std(), rel=0.02)


def test_the_learning_curve_rises_to_the_accuracy_of_all_the_data() -> None:
    features, drawn, head = planted(3000, 24, seed=2)
    curve = learning_curve(features, drawn, 1.0, CONFIG)
    assert [point.fraction for point in curve] == [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1]
    assert curve[-1].comparisons == len(drawn.training())
    assert curve[-1].prompts == drawn.training().prompts
    values = [point.accuracy.value or 0 for point in curve]
    ceiling = evaluate(features @ head, drawn.held_out(), CONFIG).accuracy.value
    assert values[0] + 0.03 < values[-1]
    assert values[-1] == pytest.approx(ceiling, abs=0.03)


def test_every_point_of_the_learning_curve_trains_on_whole_prompts_of_the_next() -> None:
    features, drawn, _ = planted(64, 4, held_out=0.4)
    curve = learning_curve(features, drawn, 1.0, CONFIG)
    assert [point.comparisons for point in curve] == [2 * point.prompts for point in curve]
    assert [point.prompts for point in curve] == sorted(point.prompts for point in curve)
    assert curve[0].prompts >= 1


def test_figures_are_json() -> None:
    scores, drawn = sample()
    found = evaluate(scores, drawn, CONFIG).as_json()
    accuracy = found["accuracy"]
    assert isinstance(accuracy, dict)
    assert set(accuracy) == {"value", "lower", "upper"}
