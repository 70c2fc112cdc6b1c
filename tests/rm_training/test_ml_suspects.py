from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rm_training.ml.config import TrainConfig
from rm_training.ml.data import Bools, Comparisons
from rm_training.ml.suspects import find_suspects, out_of_fold_margins
from rm_training.ml.train import Problem, choose_penalty
from tests.rm_training.ml_samples import Vectors, planted

CONFIG = TrainConfig()


def flipped(share: float, n: int = 1200) -> tuple[Vectors, Comparisons, Bools]:
    """Comparisons that a head decides without chance, but for labels that were flipped; which."""
    features, drawn, head = planted(n, 12, seed=3, held_out=0)
    margin = (features[drawn.first] - features[drawn.second]) @ head
    flips = np.random.default_rng(0).random(n) < share
    return features, replace(drawn, target=((margin > 0) ^ flips).astype(np.float64)), flips


def test_the_top_suspects_are_flipped_far_more_often_than_all() -> None:
    features, labelled, flips = flipped(0.1)
    found = find_suspects(features, labelled, CONFIG)
    top = found.index[:60]
    assert flips[top].mean() > 0.9
    assert flips[found.index].mean() > 0.6
    assert flips[found.index].sum() > 0.5 * flips.sum()


def test_flips_are_found_among_labels_that_are_noisy_anyway() -> None:
    # A fresh label goes against the true probabilities often: that is noise, not a flip.
    features, drawn, _ = planted(2000, 12, seed=4, held_out=0)
    flips = np.random.default_rng(1).random(2000) < 0.1
    labelled = replace(drawn, target=np.where(flips, 1 - drawn.target, drawn.target))
    found = find_suspects(features, labelled, CONFIG)
    assert len(found) >= 100
    assert flips[found.index].mean() > 2 * flips.mean()
    assert flips[found.index[:50]].mean() > 3.5 * flips.mean()


def test_suspects_come_by_falling_loss_and_are_against_their_label() -> None:
    features, labelled, _ = flipped(0.1)
    found = find_suspects(features, labelled, CONFIG, sure=0.75)
    assert (np.diff(found.loss) <= 0).all()
    np.testing.assert_array_equal(found.target, labelled.target[found.index])
    against = np.where(found.target > 0.5, 1 - found.predicted, found.predicted)
    assert (against >= 0.75).all()
    np.testing.assert_allclose(found.loss, -np.log(1 - against))
    everyone = find_suspects(features, labelled, CONFIG, sure=0.51)
    assert set(found.index) < set(everyone.index)


def test_a_prompts_own_labels_do_not_move_its_margins() -> None:
    features, labelled, _ = flipped(0.1, 200)
    own = labelled.prompt == 17
    other = replace(labelled, target=np.where(own, 1 - labelled.target, labelled.target))
    one, two = (out_of_fold_margins(features, data, CONFIG, 1.0) for data in (labelled, other))
    np.testing.assert_allclose(one[own], two[own], atol=1e-6)
    assert np.abs(one - two).max() > 1e-3


def test_the_penalty_is_cross_validations_where_none_is_given() -> None:
    features, labelled, _ = flipped(0.1, 200)
    penalty = choose_penalty(Problem.of(features, labelled), CONFIG)
    np.testing.assert_array_equal(
        out_of_fold_margins(features, labelled, CONFIG),
        out_of_fold_margins(features, labelled, CONFIG, penalty),
    )


def test_the_order_of_two_responses_makes_no_difference() -> None:
    features, labelled, _ = flipped(0.1, 300)
    swapped = replace(
        labelled, first=labelled.second, second=labelled.first, target=1 - labelled.target
    )
    one, two = (find_suspects(features, data, CONFIG, penalty=1.0) for data in (labelled, swapped))
    assert len(one) > 0
    np.testing.assert_array_equal(one.index, two.index)
    np.testing.assert_allclose(one.predicted, 1 - two.predicted, atol=1e-6)


def test_soft_targets_lose_by_their_cross_entropy_and_ties_are_never_suspect() -> None:
    features, labelled, _ = flipped(0.1, 300)
    soft = replace(labelled, target=0.2 + 0.6 * labelled.target)
    found = find_suspects(features, soft, CONFIG, penalty=0.1, sure=0.55)
    q, t = found.predicted, found.target
    assert len(found) > 0
    np.testing.assert_allclose(found.loss, -t * np.log(q) - (1 - t) * np.log(1 - q))
    ties = replace(labelled, target=np.full(300, 0.5))
    assert len(find_suspects(features, ties, CONFIG, penalty=1.0, sure=0.51)) == 0


def test_where_people_tie_the_model_is_less_sure_of_either_side() -> None:
    features, labelled, _ = flipped(0.1, 400)
    tie = (np.arange(400) % 2).astype(np.float64)
    tied = replace(labelled, tie=tie, target=np.where(tie == 1, 0.5, labelled.target))
    decided = tied.where(tie == 0)
    margin = out_of_fold_margins(features, tied, CONFIG, 1.0)[tie == 0]
    without = out_of_fold_margins(features, decided, CONFIG, 1.0)
    assert np.corrcoef(margin, without)[0, 1] > 0.9
    assert np.abs(margin).mean() < 0.8 * np.abs(without).mean()


def test_labels_without_a_pattern_have_hardly_a_suspect() -> None:
    features, drawn, _ = planted(600, 12, held_out=0)
    chance = np.random.default_rng(5).integers(2, size=600).astype(np.float64)
    assert len(find_suspects(features, replace(drawn, target=chance), CONFIG)) < 6


def test_one_prompt_predicts_nothing() -> None:
    features, labelled, _ = flipped(0.1, 50)
    one = replace(labelled, prompt=np.zeros(50, np.int64))
    assert not out_of_fold_margins(features, one, CONFIG).any()
    assert len(find_suspects(features, one, CONFIG)) == 0


def test_no_comparisons_have_no_suspects() -> None:
    features, labelled, _ = flipped(0.1, 50)
    found = find_suspects(features, labelled.where(np.zeros(50, bool)), CONFIG)
    assert (len(found), len(found.loss)) == (0, 0)


def test_features_that_are_no_numbers_are_refused() -> None:
    features, labelled, _ = flipped(0.1, 50)
    features[3, 0] = np.nan
    with pytest.raises(ValueError, match="features are no finite numbers"):
        find_suspects(features, labelled, CONFIG)


@pytest.mark.parametrize("sure", [0.5, 1.01, np.nan])
def test_a_threshold_that_is_no_majority_is_refused(sure: float) -> None:
    features, labelled, _ = flipped(0.1, 50)
    with pytest.raises(ValueError, match="above 1/2 and at most 1"):
        find_suspects(features, labelled, CONFIG, sure=sure)
