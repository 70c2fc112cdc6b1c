"""Floors and features on real human comparisons, beside the figures published for them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from ml_samples import comparisons
from sklearn.model_selection import GroupKFold

from rm_training.ml.config import TrainConfig
from rm_training.ml.data import Comparisons
from rm_training.ml.evaluate import evaluate
from rm_training.ml.floors import fit_floors

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
    assert found.value == pytest.approx(longer, abs=0.001)


def test_the_bag_of_words_on_harmless_pairs_is_as_right_as_published(real_data: Path) -> None:
    data = human(harmless(real_data))
    right: list[float] = []
    for _, held_out in GroupKFold(5).split(data.first, groups=data.prompt):
        evaluation = np.isin(np.arange(len(data)), held_out)
        fold = comparisons(
            data.first,
            data.second,
            data.target,
            prompt=data.prompt,
            evaluation=evaluation,
            texts=[c.response for c in data.conversations],
        )
        accuracy = fit_floors(fold, CONFIG)["words"].evaluate(fold.held_out(), CONFIG).accuracy
        right.append(accuracy.value or 0)
    assert np.mean(right) == pytest.approx(0.606, abs=0.02)
