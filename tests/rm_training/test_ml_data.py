from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from rm_training.ml.data import SnapshotError, read_snapshot


def row(
    prompt: str, texts: list[str], posterior: object, split: str = "train"
) -> dict[str, object]:
    return {
        "task": 1,
        "prompt": [{"role": "user", "content": prompt}],
        "prompt_sha256": prompt,
        "split": split,
        "responses": [{"text": text, "policy": None, "sha256": text} for text in texts],
        "votes": [],
        "posterior": posterior,
        "reason": None,
    }


def snapshot(folder: Path, *rows: object) -> Path:
    path = folder / "snapshot.jsonl"
    path.write_text("".join(json.dumps(r) + "\n" for r in rows))
    return path


def test_a_pair_becomes_one_comparison_with_ties_counted_half(tmp_path: Path) -> None:
    read = read_snapshot(snapshot(tmp_path, row("p", ["a", "b"], [0.7, 0.1, 0.2])))
    assert [c.response for c in read.conversations] == ["a", "b"]
    assert (read.first.tolist(), read.second.tolist()) == ([0], [1])
    assert read.target.tolist() == [pytest.approx(0.75)]
    assert read.weight.tolist() == [1]


def test_four_responses_become_six_pairs_that_weigh_two_in_all(tmp_path: Path) -> None:
    read = read_snapshot(snapshot(tmp_path, row("p", list("abcd"), [1, 0, 0] * 6)))
    pairs = list(zip(read.first.tolist(), read.second.tolist(), strict=True))
    assert pairs == [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    assert read.weight.tolist() == [pytest.approx(1 / 3)] * 6
    assert read.prompts == 1


def test_the_same_text_is_one_row_per_prompt(tmp_path: Path) -> None:
    read = read_snapshot(
        snapshot(
            tmp_path,
            row("p", ["a", "b"], [1, 0, 0]),
            row("p", ["b", "c"], [1, 0, 0]),
            row("q", ["b", "a"], [1, 0, 0]),
        )
    )
    assert [c.response for c in read.conversations] == ["a", "b", "c", "b", "a"]
    assert read.first.tolist() == [0, 1, 3]
    assert read.row_prompt.tolist() == [0, 0, 0, 1, 1]


def test_the_splits_share_no_comparison(tmp_path: Path) -> None:
    read = read_snapshot(
        snapshot(
            tmp_path,
            row("p", ["a", "b"], [1, 0, 0]),
            row("q", ["a", "b"], [0, 0, 1], split="evaluation"),
        )
    )
    assert read.training().target.tolist() == [1]
    assert read.held_out().target.tolist() == [0]


def test_tasks_without_judgments_are_counted_and_left_out(tmp_path: Path) -> None:
    read = read_snapshot(snapshot(tmp_path, row("p", ["a", "b"], None)))
    assert (len(read), read.unlabelled) == (0, 1)


def test_an_empty_snapshot_has_no_comparisons(tmp_path: Path) -> None:
    read = read_snapshot(snapshot(tmp_path))
    assert (len(read), read.prompts) == (0, 0)
    assert read.first.dtype == np.int64


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row("p", ["a", "b"], [0.5, 0.5]), "need 3 posterior values"),
        (row("p", ["a"], []), "1 responses"),
        (row("p", ["a", "b"], [0.9, 0.9, 0.9]), "no probabilities"),
        (row("p", ["a", "b"], [1, 0, 0], split="test"), "unknown split 'test'"),
        ({"task": 1}, "split"),
        (["no", "task"], "TypeError"),
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path: Path, bad: object, reason: str) -> None:
    path = snapshot(tmp_path, row("p", ["a", "b"], [1, 0, 0]), bad)
    with pytest.raises(SnapshotError, match=r"^Line 2 of the snapshot") as caught:
        read_snapshot(path)
    assert reason in str(caught.value)
