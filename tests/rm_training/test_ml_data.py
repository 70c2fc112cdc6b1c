from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from rm_training.ml.data import Comparisons
from rm_training.ml.snapshot import SnapshotError, read_snapshot


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


def overall(path: Path) -> Comparisons:
    return read_snapshot(path).overall


def test_a_pair_becomes_one_comparison_with_ties_counted_half(tmp_path: Path) -> None:
    read = overall(snapshot(tmp_path, row("p", ["a", "b"], [0.7, 0.1, 0.2])))
    assert [c.response for c in read.conversations] == ["a", "b"]
    assert (read.first.tolist(), read.second.tolist()) == ([0], [1])
    assert read.target.tolist() == [pytest.approx(0.75)]
    assert read.outcomes.tolist() == [pytest.approx([0.7, 0.1, 0.2])]
    assert read.weight.tolist() == [1]


def test_four_responses_become_six_pairs_that_weigh_two_in_all(tmp_path: Path) -> None:
    read = overall(snapshot(tmp_path, row("p", list("abcd"), [1, 0, 0] * 6)))
    pairs = list(zip(read.first.tolist(), read.second.tolist(), strict=True))
    assert pairs == [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    assert read.weight.tolist() == [pytest.approx(1 / 3)] * 6
    assert read.prompts == 1


def test_the_same_text_is_one_row_per_prompt(tmp_path: Path) -> None:
    read = overall(
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
    read = overall(
        snapshot(
            tmp_path,
            row("p", ["a", "b"], [1, 0, 0]),
            row("q", ["a", "b"], [0, 0, 1], split="evaluation"),
        )
    )
    assert read.training().target.tolist() == [1]
    assert read.held_out().target.tolist() == [0]


def test_tasks_without_judgments_are_counted_and_left_out(tmp_path: Path) -> None:
    read = overall(snapshot(tmp_path, row("p", ["a", "b"], None)))
    assert (len(read), read.unlabelled) == (0, 1)


def test_an_empty_snapshot_has_no_comparisons(tmp_path: Path) -> None:
    read = overall(snapshot(tmp_path))
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


def vote(*ranks: int, strength: int | None = None, kind: str = "person") -> dict[str, object]:
    return {"kind": kind, "ranks": list(ranks), "strength": strength, "answer": {}}


def test_strength_is_the_mean_of_the_votes_that_say_it(tmp_path: Path) -> None:
    votes = [
        vote(1, 2, strength=3),
        vote(2, 1, strength=1),
        vote(1, 1),
        vote(1, 2),  # was not asked how strongly
        vote(2, 1, strength=3, kind="ai_judge"),
        vote(0, 1, strength=3),  # does not compare the two
    ]
    asked = {**row("p", ["a", "b"], [0.5, 0.25, 0.25]), "votes": votes}
    unsure = {**row("q", ["a", "b"], [0.5, 0.25, 0.25]), "votes": [vote(1, 2)]}
    read = overall(snapshot(tmp_path, asked, unsure))
    assert read.strength.tolist() == [pytest.approx(2 / 3), 0]


def test_who_is_below_all_that_were_placed_is_worse_than_they(tmp_path: Path) -> None:
    three = {
        **row("p", ["a", "b", "c"], [1, 0, 0] * 3),
        "votes": [vote(1, -1, -1, strength=2)],
    }
    assert overall(snapshot(tmp_path, three)).strength.tolist() == [2, 2, 0]


def test_each_criterion_has_comparisons_of_its_own_where_it_was_asked(tmp_path: Path) -> None:
    orders = {"harmless": {"ranks": [2, 1], "strength": 2}}
    two = {
        **row("p", ["a", "b"], [1, 0, 0]),
        "posteriors": {"helpful": [1, 0, 0], "harmless": [0, 0.2, 0.8]},
        "votes": [{**vote(1, 2, strength=1), "answer": {"criteria": orders}}],
    }
    one = {
        **row("q", ["a", "b"], [1, 0, 0]),
        "posteriors": {"helpful": [None] * 3},
    }
    plain = {**row("r", ["a", "b"], [0, 0, 1]), "question": "Which is more polite?"}
    read = read_snapshot(snapshot(tmp_path, two, one, plain))
    assert list(read.criteria) == ["Which is more polite?", "harmless", "helpful"]
    assert len(read.overall) == 3
    harmless = read.criteria["harmless"]
    assert (harmless.target.tolist(), harmless.tie.tolist()) == ([pytest.approx(0.1)], [0.2])
    assert harmless.strength.tolist() == [-2]
    assert read.criteria["helpful"].prompt.tolist() == [0]
    assert read.criteria["Which is more polite?"].target.tolist() == [0]


def test_one_criterion_alone_is_what_the_whole_says(tmp_path: Path) -> None:
    one = {**row("p", ["a", "b"], [1, 0, 0]), "posteriors": {"helpful": [1, 0, 0]}}
    assert not read_snapshot(snapshot(tmp_path, one)).criteria
