from __future__ import annotations

import numpy as np
import pytest

from rm_training.ml.config import TrainConfig
from rm_training.ml.data import Comparisons, Floats
from rm_training.ml.gate import Verdict, missing, verdict
from tests.rm_training.ml_samples import comparisons

CONFIG = TrainConfig()


def pairs(n: int = 400, held_out: int = 300, per_prompt: int = 1) -> Comparisons:
    """The first response always wins; the last `held_out` comparisons are for evaluation."""
    return comparisons(
        np.arange(n),
        np.arange(n, 2 * n),
        np.ones(n),
        prompt=np.arange(n) // per_prompt,
        evaluation=np.arange(n) >= n - held_out,
    )


def rewards(share: float, n: int = 400, seed: int = 0) -> Floats:
    """Rewards that are right on about this share of `pairs(n)`."""
    right = np.random.default_rng(seed).permutation(n) < share * n
    return np.concatenate([np.where(right, 1.0, -1.0), np.zeros(n)])


def judge(candidate: Floats, champion: Floats | None, style: Floats | None = None) -> Verdict:
    return verdict(candidate, champion, pairs(), config=CONFIG, style=style)


def test_a_clearly_better_candidate_is_promoted_in_words() -> None:
    found = judge(rewards(0.8), rewards(0.6, seed=1))
    assert found.decision == "promote"
    assert found.difference is not None
    assert found.lower is not None
    assert 0 < found.lower < found.difference
    assert (found.n_prompts, found.n_comparisons) == (300, 300)
    right = f"{100 * np.mean(rewards(0.8)[100:400] > 0):.1f} %"
    theirs = f"{100 * np.mean(rewards(0.6, seed=1)[100:400] > 0):.1f} %"
    assert found.sentence.startswith(
        f"Promote: the candidate is right on {right} of 300 held-out comparisons from 300 prompts, "
        f"the champion on {theirs}; the difference is +"
    )
    assert found.sentence.endswith(").")


def test_a_clearly_worse_candidate_is_rejected() -> None:
    found = judge(rewards(0.5), rewards(0.8, seed=1))
    assert found.decision == "reject"
    assert found.upper is not None
    assert found.upper < 0
    assert "the difference is −" in found.sentence
    assert found.sentence.endswith("so the champion stays.")


def test_the_same_model_again_is_inconclusive() -> None:
    found = judge(rewards(0.7), rewards(0.7))
    assert (found.decision, found.difference) == ("inconclusive", 0)
    assert "so the champion stays" in found.sentence


def test_a_small_difference_on_few_prompts_is_inconclusive() -> None:
    champion = rewards(0.7)
    candidate = champion.copy()
    held_out = champion[100:400]
    candidate[100 + np.flatnonzero(held_out < 0)[:12]] = 1.0
    candidate[100 + np.flatnonzero(held_out > 0)[:8]] = -1.0
    found = judge(candidate, champion)
    assert found.decision == "inconclusive"
    assert found.difference == pytest.approx(4 / 300)


def test_without_a_champion_the_opponent_is_a_coin() -> None:
    found = judge(rewards(0.7), None)
    assert found.decision == "promote"
    assert "a coin on 50.0 %" in found.sentence
    guess = judge(rewards(0.5), None)
    assert guess.decision == "inconclusive"
    assert guess.sentence.endswith("so no model serves yet.")


def test_pairing_sees_a_difference_that_two_intervals_hide() -> None:
    champion = rewards(0.70)
    candidate = champion.copy()
    wrong = np.flatnonzero(champion[100:400] < 0)[:12] + 100
    candidate[wrong] = 1.0
    found = judge(candidate, champion)
    assert found.decision == "promote"
    assert found.difference == pytest.approx(12 / 300)


def test_many_comparisons_of_few_prompts_prove_less() -> None:
    spread, clustered = (
        verdict(rewards(0.57), None, pairs(per_prompt=k), config=CONFIG) for k in (1, 50)
    )
    prompts_differ = np.repeat(np.where(np.arange(8) % 2, 1.0, -1.0), 50)
    lumpy = np.concatenate([prompts_differ, np.zeros(400)])
    lumpy[400 - 50 : 400 - 20] = 1.0
    found = verdict(lumpy, None, pairs(per_prompt=50), config=CONFIG)
    assert found.upper is not None
    assert found.lower is not None
    assert spread.upper is not None
    assert spread.lower is not None
    assert clustered.n_prompts == 6
    assert found.upper - found.lower > 3 * (spread.upper - spread.lower)


@pytest.mark.parametrize(
    ("candidate", "words"),
    [
        (0.9, "It beats the style floor"),
        (0.3, "It is worse than the style floor"),
        (0.62, "It is not shown to beat the style floor"),
    ],
)
def test_a_sentence_names_the_style_floor(candidate: float, words: str) -> None:
    found = judge(rewards(candidate), None, style=rewards(0.6, seed=1))
    assert words in found.sentence
    assert "(95 % interval " in found.sentence.split(words)[1]


def test_equal_numbers_of_right_and_wrong_flips_keep_the_champion_nineteen_times_in_twenty() -> (
    None
):
    rng = np.random.default_rng(0)
    decisions = []
    for _ in range(200):
        one, two = (
            np.concatenate([np.where(rng.random(200) < 0.7, 1.0, -1.0), np.zeros(200)])
            for _ in range(2)
        )
        data = pairs(200, 180)
        quick = TrainConfig(resamples=400)
        decisions.append(verdict(one, two, data, config=quick).decision)
    assert decisions.count("inconclusive") >= 180


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (pairs(19, 10), "needs at least 20 comparisons and found 19 comparisons"),
        (pairs(40, 20, per_prompt=40), "all comparisons are about one prompt"),
        (pairs(40, 0), "no comparison is held out"),
        (pairs(40, 40), "nothing to train on"),
        (pairs(40, 5), "at least 6 held-out prompts and found 5 held-out prompts"),
        (pairs(40, 1), "found 1 held-out prompt with"),
    ],
)
def test_too_little_data_is_inconclusive_and_named(data: Comparisons, words: str) -> None:
    found = verdict(rewards(1.0, len(data)), None, data, config=CONFIG)
    assert found.decision == "inconclusive"
    assert words in found.sentence
    assert (found.difference, found.lower, found.upper) == (None, None, None)
    assert found.sentence == f"Inconclusive: {missing(data)}"


def test_held_out_ties_alone_cannot_judge() -> None:
    data = comparisons(
        np.arange(40), np.arange(40, 80), np.full(40, 0.5), evaluation=np.arange(40) >= 20
    )
    assert "found 0 held-out prompts" in (missing(data) or "")


def test_no_data_at_all_is_named() -> None:
    nothing = pairs(40, 20).where(np.zeros(40, bool))
    assert "found 0 comparisons" in (missing(nothing) or "")


def test_enough_data_misses_nothing() -> None:
    assert missing(pairs(20, 6)) is None


def test_a_better_candidate_that_fails_a_probe_is_not_promoted() -> None:
    found, fails = (
        verdict(rewards(0.9), rewards(0.5), pairs(), config=CONFIG, hacking=hacking)
        for hacking in ((True, "It passes."), (False, "It fails 1 of 8 probes: length."))
    )
    assert found.decision == "promote"
    assert found.sentence.endswith("It passes.")
    assert fails.decision == "inconclusive"
    assert "so the champion stays. It fails 1 of 8 probes: length." in fails.sentence
    worse = verdict(
        rewards(0.5), rewards(0.9), pairs(), config=CONFIG, hacking=(False, "It fails.")
    )
    assert worse.decision == "reject"
