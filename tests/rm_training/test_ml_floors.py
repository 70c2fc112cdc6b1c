from __future__ import annotations

import time

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from rm_training.ml.config import TrainConfig
from rm_training.ml.floors import (
    STYLE,
    WORD_PENALTY,
    fit_floors,
    fit_sparse,
    style_of,
    style_scores,
    word_counts,
    word_scores,
)
from tests.rm_training.ml_samples import comparisons

CONFIG = TrainConfig(resamples=200)


def answers(n: int, seed: int = 0) -> list[str]:
    rng = np.random.default_rng(seed)
    words = ["alpha", "beta", "gamma", "delta", "Why?", "1.", "no"]
    return [" ".join(rng.choice(words, size=rng.integers(3, 30))) for _ in range(n)]


def test_ten_style_features_are_counted_right() -> None:
    text = "# Hi\n- **one**\n- two 12\n\nSorry, `x`. I can't!"
    found = dict(zip(STYLE, style_of(text), strict=True))
    assert found["characters (log)"] == pytest.approx(np.log1p(len(text)))
    assert found["words (log)"] == pytest.approx(np.log1p(9))  # can't is two
    assert found["lines (log)"] == pytest.approx(np.log1p(4))
    assert found["list items (log)"] == pytest.approx(np.log1p(2))
    assert found["headings and bold (log)"] == pytest.approx(np.log1p(3))
    assert found["code marks (log)"] == pytest.approx(np.log1p(2))
    assert found["digits (log)"] == pytest.approx(np.log1p(2))
    assert found["words a sentence"] == pytest.approx(9 / 2)
    assert found["apologies"] == 2


def test_an_empty_answer_has_style_features_too() -> None:
    assert style_of("") == [0.0] * 10


def test_the_longer_answer_wins_by_characters() -> None:
    texts = ["a", "bbb", "cc", "dd"]
    data = comparisons([0, 2, 0, 1], [1, 3, 2, 3], [0, 0, 0, 1], texts=texts)
    floor = fit_floors(data, CONFIG)["length"]
    assert floor.scores.tolist() == [1, 3, 2, 2]
    result = floor.evaluate(data, CONFIG)
    assert result.accuracy.value == pytest.approx(3.5 / 4)  # equal lengths are half right
    assert result.nll is None


def test_style_finds_a_preference_for_lists() -> None:
    plain = answers(200)
    texts = plain + ["- " + text for text in answers(200, seed=1)]
    data = comparisons(np.arange(200), np.arange(200, 400), np.zeros(200), texts=texts)
    scores = style_scores(texts, data, CONFIG)
    assert np.mean(scores[200:] > scores[:200]) > 0.95


def test_the_bag_of_words_finds_a_preference_for_a_word() -> None:
    texts = answers(600)
    winner = np.array(["gamma" in text for text in texts[:300]], float)
    data = comparisons(np.arange(300), np.arange(300, 600), winner, texts=texts)
    data = data.where(winner != np.array(["gamma" in text for text in texts[300:]], float))
    scores = word_scores(texts, data)
    gamma, beta = np.argmax(word_counts(["gamma", "beta"]).toarray(), axis=1)
    assert gamma != beta
    right = (scores[data.first] > scores[data.second]) == (data.target > 0.5)
    assert right.mean() > 0.9


def test_the_sparse_fit_is_the_logistic_regression_of_scikit_learn() -> None:
    texts = answers(400)
    counts = word_counts(texts)
    difference = counts[:200] - counts[200:]
    target = (np.random.default_rng(0).random(200) < 0.5).astype(float)
    head = fit_sparse(difference, target, np.ones(200), WORD_PENALTY)
    model = LogisticRegression(C=1 / WORD_PENALTY, fit_intercept=False, tol=1e-8, max_iter=5000)
    model.fit(difference, target)
    np.testing.assert_allclose(head, model.coef_[0], atol=1e-4)


def test_words_are_counted_without_case_and_the_same_on_every_run() -> None:
    counts = word_counts(["Tea tea TEA milk", ""])
    assert sorted(counts.data) == pytest.approx([np.log(2), np.log(4)])
    assert counts.shape == (2, 2**15)
    # CRC-32 of "tea", where Python's own hash changes from run to run.
    assert counts.toarray()[0, 2_391_201_714 % 2**15] == pytest.approx(np.log(4))


def test_held_out_answers_teach_the_floors_nothing() -> None:
    texts = answers(80)
    evaluation = np.arange(40) >= 20
    target = (np.arange(40) % 2).astype(float)
    data = comparisons(np.arange(40), np.arange(40, 80), target, evaluation=evaluation, texts=texts)
    flipped = comparisons(
        np.arange(40),
        np.arange(40, 80),
        np.where(evaluation, 1 - target, target),
        evaluation=evaluation,
        texts=texts,
    )
    one, two = fit_floors(data, CONFIG), fit_floors(flipped, CONFIG)
    for name in ("length", "style", "words"):
        assert np.array_equal(one[name].scores, two[name].scores)


def test_ten_thousand_answers_take_seconds() -> None:
    texts = answers(200) * 50
    data = comparisons(np.arange(5000), np.arange(5000, 10_000), np.zeros(5000), texts=texts)
    started = time.perf_counter()
    fit_floors(data, CONFIG)
    assert time.perf_counter() - started < 30
