"""What a run's page shows is what the evaluation found, in the API's form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from rm_training.api.evaluations import EvaluationOut
from rm_training.figures import NO_FIGURE, NO_INTERVAL, estimate, figures
from rm_training.ml.config import TrainConfig
from rm_training.ml.data import Comparisons
from rm_training.ml.evaluate import evaluate, learning_curve
from rm_training.ml.floors import fit_floors
from rm_training.ml.intervals import Interval
from rm_training.ml.probes import run_probes
from rm_training.ml.render import Conversation

CONFIG = TrainConfig(resamples=200)


@pytest.fixture
def comparisons() -> Comparisons:
    """60 prompts with a good and a bad answer of one length; the last 30 are held out."""
    n = 60
    words = ["kind", "rude"]
    return Comparisons(
        conversations=tuple(
            Conversation([{"role": "user", "content": f"Question {i}?"}], f"{word} {i:03d}")
            for i in range(n)
            for word in words
        ),
        first=np.arange(0, 2 * n, 2),
        second=np.arange(1, 2 * n, 2),
        target=np.where(np.arange(n) % 10 == 9, 0.5, 0.9),
        tie=np.zeros(n),
        strength=np.zeros(n),
        weight=np.ones(n),
        prompt=np.arange(n),
        evaluation=np.arange(n) >= 30,
        task=100 + np.arange(n),
        row_prompt=np.repeat(np.arange(n), 2),
        groups=("even", "odd") * (n // 2),
    )


def by_length(asked: Sequence[Conversation]) -> np.ndarray:
    """The reward of whoever likes long responses, and kind ones a little."""
    told = [one.response for one in asked]
    return np.array([len(text) / 4 + ("kind" in text) for text in told], np.float64)


def show(scores: np.ndarray, comparisons: Comparisons) -> dict[str, Any]:
    features = np.stack([scores, np.ones_like(scores)], axis=1).astype(np.float32)
    return figures(
        scores,
        comparisons,
        CONFIG,
        result=evaluate(scores, comparisons.held_out(), CONFIG),
        floors=fit_floors(comparisons, CONFIG),
        probes=run_probes(by_length, comparisons.held_out(), CONFIG),
        suspects=[{"task": 7, "labelled": 0.9, "predicted": 0.2, "places": None}],
        curve=learning_curve(features, comparisons, 1.0, CONFIG),
    )


def test_a_good_model_beats_length_and_style_but_not_the_words_that_tell_it_all(
    comparisons: Comparisons,
) -> None:
    good = np.tile([2.0, 0.0], 60)
    shown = show(good, comparisons)
    assert shown["comparisons"] == 27
    assert shown["skipped_ties"] == 3
    assert shown["prompts"] == 30
    assert shown["accuracy"] == {"value": 1.0, "lower": 1.0, "upper": 1.0, "n": 27, "reason": None}
    assert shown["beats_floors"] == (
        "It is better than “longer wins” and “style only”, but not shown to be better than "
        "“bag of words”."
    )


def test_a_model_that_has_learnt_nothing_is_told_so(comparisons: Comparisons) -> None:
    shown = show(np.random.default_rng(0).normal(size=120) * 1e-3, comparisons)
    assert shown["beats_floors"].startswith("It is not shown to be better than any floor")


def test_bars_lie_where_their_predictions_do(comparisons: Comparisons) -> None:
    shown = show(np.tile([2.0, 0.0], 60), comparisons)
    (bar,) = shown["reliability"]
    predicted = 1 / (1 + np.exp(-2.0))
    assert bar["predicted"] == pytest.approx(predicted)
    assert (bar["lower"], bar["upper"]) == (pytest.approx(0.85), pytest.approx(0.9))
    assert (bar["observed"], bar["n"]) == (pytest.approx((27 * 0.9 + 3 * 0.5) / 30), 30)


def test_slices_go_by_the_prompts_groups_and_probes_say_what_moved(
    comparisons: Comparisons,
) -> None:
    shown = show(np.tile([2.0, 0.0], 60), comparisons)
    parts = {(part["dimension"], part["name"]): part["accuracy"] for part in shown["slices"]}
    # 27 decided comparisons: 15 of even prompts, 12 of odd ones, all of one length.
    assert (parts["group", "even"]["n"], parts["group", "odd"]["n"]) == (15, 12)
    assert parts["group", "even"]["value"] is None
    assert parts["group", "even"]["reason"].startswith("Hidden: it takes 30 comparisons")
    assert parts["length", "length-matched"]["n"] == 27
    by_key = {probe["key"]: probe for probe in shown["probes"]}
    assert by_key["length"]["outcome"] == "fails"
    assert by_key["length"]["effect"]["lower"] > by_key["length"]["limit"]
    assert "“empty sentences added” moves the reward" in shown["probes_sentence"]


def test_the_api_takes_the_figures_as_they_are(comparisons: Comparisons) -> None:
    shown = show(np.tile([2.0, 0.0], 60), comparisons)
    assert EvaluationOut(shown).data == {**shown, "temperature": None}


def test_a_figure_that_is_missing_says_why() -> None:
    assert estimate(None, 0)["reason"] == NO_FIGURE
    assert estimate(Interval(None, None, None), 3)["reason"] == NO_FIGURE
    assert estimate(Interval(0.5, None, None), 3)["reason"] == NO_INTERVAL
    assert estimate(Interval(0.5, 0.4, 0.6), 3)["reason"] is None
