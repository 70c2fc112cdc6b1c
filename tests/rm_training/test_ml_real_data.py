"""Floors and features on real human comparisons, beside the figures published for them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import vstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from rm_training.ml.config import TrainConfig
from rm_training.ml.data import Comparisons
from rm_training.ml.evaluate import evaluate
from rm_training.ml.floors import WORD_PENALTY, fit_floors
from tests.rm_training.ml_samples import comparisons

CONFIG = TrainConfig(resamples=500)


def oasst(folder: Path) -> Iterator[tuple[str, str, str]]:
    with gzip.open(folder / "oasst" / "oasst_en_val_dialogue.json.gz", "rt") as file:
        for row in json.load(file):
            yield row["prompt"], row["chosen"], row["rejected"]


def harmless(folder: Path) -> Iterator[tuple[str, str, str]]:
    with gzip.open(folder / "hh" / "harmless-base-test.jsonl.gz", "rt") as file:
        for row in map(json.loads, file):
            prompt, chosen = row["chosen"].rsplit("\n\nAssistant:", 1)
            yield prompt, chosen, row["rejected"].rsplit("\n\nAssistant:", 1)[1]


def human(pairs: Iterator[tuple[str, str, str]]) -> Comparisons:
    """Comparisons whose first response is the one that people chose."""
    prompts, chosen, rejected = zip(*pairs, strict=True)
    n = len(prompts)
    _, prompt = np.unique(prompts, return_inverse=True)
    texts = [*chosen, *rejected]
    return comparisons(np.arange(n), np.arange(n, 2 * n), np.ones(n), prompt=prompt, texts=texts)


@pytest.mark.parametrize(
    ("name", "pairs", "longer"), [("oasst", 1022, 0.662), ("harmless", 2312, 0.446)]
)
def test_longer_wins_as_often_as_published(
    real_data: Path, name: str, pairs: int, longer: float
) -> None:
    data = human({"oasst": oasst, "harmless": harmless}[name](real_data))
    assert len(data) == pairs
    lengths = np.array([len(c.response) for c in data.conversations], float)
    found = evaluate(lengths, data, CONFIG, log_odds=False).accuracy
    assert found.value == pytest.approx(longer, abs=0.002)


def test_the_bag_of_words_is_scikit_learns_and_no_weaker_than_published(real_data: Path) -> None:
    data = human(harmless(real_data))
    texts = [c.response for c in data.conversations]
    # log counts without idf or norm: the floor's features, with a vocabulary in place of hashes
    counts = TfidfVectorizer(
        sublinear_tf=True, use_idf=False, norm=None, token_pattern=r"\w+"
    ).fit_transform(texts)
    difference = counts[data.first] - counts[data.second]
    ours: list[float] = []
    theirs: list[float] = []
    for train, held_out in GroupKFold(5).split(data.first, groups=data.prompt):
        fold = replace(data, evaluation=np.isin(np.arange(len(data)), held_out))
        found = fit_floors(fold, CONFIG)["words"].evaluate(fold.held_out(), CONFIG).accuracy
        ours.append(found.value or 0)
        # Each pair both ways round: without an intercept that fit is Bradley-Terry's.
        model = LogisticRegression(C=1 / (2 * WORD_PENALTY), fit_intercept=False, max_iter=2000)
        model.fit(vstack([difference[train], -difference[train]]), np.repeat([1, 0], len(train)))
        theirs.append(float(np.mean(difference[held_out] @ model.coef_[0] > 0)))
    assert np.mean(ours) == pytest.approx(np.mean(theirs), abs=0.01)
    assert np.mean(ours) > 0.606 - 0.01
