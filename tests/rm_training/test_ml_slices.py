from __future__ import annotations

import json

import numpy as np
import pytest
from numpy.typing import ArrayLike

from rm_training.ml.config import TrainConfig
from rm_training.ml.data import Comparisons, Floats
from rm_training.ml.evaluate import evaluate
from rm_training.ml.slices import Slice, slices
from tests.rm_training.ml_samples import comparisons, planted

CONFIG = TrainConfig(resamples=400)


def pairs(
    target: ArrayLike,
    lengths: tuple[int, int] = (100, 100),
    prompt: ArrayLike | None = None,
    weight: ArrayLike | None = None,
) -> Comparisons:
    """Comparisons of a first and a second response of these many characters."""
    n = len(np.asarray(target))
    texts = ["x" * lengths[0]] * n + ["x" * lengths[1]] * n
    rows = np.arange(n)
    return comparisons(rows, rows + n, target, prompt=prompt, weight=weight, texts=texts)


def right_on(right: int, data: Comparisons) -> Floats:
    """Rewards that are right on the first so many comparisons and wrong on the others."""
    sign = np.where(np.arange(len(data)) < right, 1, -1) * np.sign(data.target - 0.5)
    return np.concatenate([sign, np.zeros(len(data))])


def sliced(
    scores: Floats, data: Comparisons, groups: list[str | None] | None = None
) -> dict[str, Slice]:
    return {found.name: found for found in slices(scores, data, CONFIG, groups=groups)}


def test_the_consensus_is_clear_leaning_or_close_whichever_response_it_favours() -> None:
    target = np.repeat([0.9, 0.1, 1.0, 0.89, 0.3, 0.7, 0.69, 0.49, 0.5], 30)
    found = sliced(np.zeros(540), pairs(target))
    assert {name: found[name].n for name in ("clear", "leaning", "close")} == {
        "clear": 90,
        "leaning": 90,
        "close": 60,
    }


def test_accuracy_is_counted_within_the_slice() -> None:
    target = np.repeat([1.0, 0.8], 40)
    found = sliced(right_on(50, pairs(target)), pairs(target))
    assert found["clear"].accuracy.value == 1
    assert found["leaning"].accuracy.value == pytest.approx(10 / 40)


def test_weights_weigh_and_equal_scores_are_half_right() -> None:
    data = pairs(np.ones(30), weight=[31.0] + [1.0] * 29)
    assert sliced(right_on(1, data), data)["clear"].accuracy.value == pytest.approx(31 / 60)
    assert sliced(np.zeros(60), data)["clear"].accuracy.value == 0.5


@pytest.mark.parametrize(
    ("lengths", "target", "name"),
    [
        ((100, 90), 1.0, "length-matched"),
        ((90, 100), 1.0, "length-matched"),
        ((0, 0), 0.0, "length-matched"),
        ((100, 89), 1.0, "length-friendly"),
        ((100, 89), 0.2, "length-adverse"),
        ((89, 100), 1.0, "length-adverse"),
        ((0, 100), 0.0, "length-friendly"),
    ],
)
def test_lengths_are_matched_adverse_or_friendly(
    lengths: tuple[int, int], target: float, name: str
) -> None:
    found = slices(np.zeros(60), pairs(np.full(30, target), lengths), CONFIG)
    assert [(part.name, part.n) for part in found if part.dimension == "length" and part.n] == [
        (name, 30)
    ]


def test_a_model_of_length_alone_is_right_where_length_helps_and_wrong_where_it_does_not() -> None:
    lengths = np.concatenate([np.full(80, 200.0), np.full(80, 100.0)])
    data = pairs(np.arange(80) < 40, (200, 100))
    found = sliced(lengths, data)
    assert found["length-friendly"].accuracy.value == 1
    assert found["length-adverse"].accuracy.value == 0


def test_groups_are_the_callers_and_none_is_in_no_group() -> None:
    data = pairs(np.ones(110))
    groups = ["maths"] * 40 + ["code"] * 30 + ["poems"] * 10 + [None] * 30
    found = slices(right_on(60, data), data, CONFIG, groups=groups)
    parts = [(p.name, p.n, p.accuracy.value) for p in found if p.dimension == "group"]
    assert parts == [("code", 30, pytest.approx(20 / 30)), ("maths", 40, 1.0), ("poems", 10, None)]


def test_a_slice_of_fewer_than_thirty_says_so_and_shows_no_figure() -> None:
    data = pairs(np.repeat([1.0, 0.8, 0.5], [30, 29, 500]))
    found = sliced(right_on(59, data), data)
    assert found["clear"].reason is None
    hidden = found["leaning"]
    assert (hidden.accuracy.value, hidden.n) == (None, 29)
    assert hidden.reason == "Hidden: it takes 30 comparisons to tell, and these are 29."


def test_a_slice_of_everything_has_the_figure_and_interval_of_the_evaluation() -> None:
    features, drawn, head = planted(400, 6, seed=5)
    scores = features @ head
    found = sliced(scores, drawn, ["all"] * len(drawn))["all"]
    whole = evaluate(scores, drawn, CONFIG)
    assert found.accuracy == whole.accuracy
    assert (found.n, found.prompts) == (whole.comparisons, whole.prompts)


def test_one_prompt_has_a_figure_and_says_why_it_has_no_interval() -> None:
    data = pairs(np.ones(30), prompt=np.full(30, 7))
    found = sliced(right_on(15, data), data)["clear"]
    assert (found.accuracy.value, found.accuracy.lower) == (0.5, None)
    assert found.reason == "No interval: all of these comparisons are about one prompt."


def test_no_comparisons_hide_every_slice() -> None:
    nothing = pairs(np.ones(3)).where(np.zeros(3, bool))
    found = slices(np.zeros(6), nothing, CONFIG, groups=[])
    assert [(part.n, part.accuracy.value) for part in found] == [(0, None)] * 6


def test_scores_that_are_no_numbers_are_refused_where_they_are_compared() -> None:
    data = pairs(np.ones(4))
    scores = right_on(4, data)
    scores[0] = np.nan
    with pytest.raises(ValueError, match="1 of 4 comparisons have no finite scores"):
        slices(scores, data, CONFIG)
    assert slices(scores, data.where(np.arange(4) > 0), CONFIG)


def test_groups_of_other_comparisons_are_refused() -> None:
    with pytest.raises(ValueError, match="2 groups were given for 4 comparisons"):
        slices(np.zeros(8), pairs(np.ones(4)), CONFIG, groups=["a", "b"])


def test_slices_are_json() -> None:
    data = pairs(np.ones(40))
    stored = json.loads(json.dumps([s.as_json() for s in slices(right_on(30, data), data, CONFIG)]))
    assert stored[0]["accuracy"]["value"] == 0.75
