"""Which two responses of a task a doubted label is about."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from annotate.models import Response, Task
from rm_training.ml.config import TrainConfig
from rm_training.ml.snapshot import read_snapshot
from rm_training.nightly import _suspects
from rm_training.queries.places import places_of

AddTasks = Callable[..., list[Task]]

pytestmark = pytest.mark.django_db


def texts(task: Task) -> list[str]:
    text = dict(Response.objects.filter(pk__in=task.response_ids).values_list("pk", "text"))
    return [text[pk] for pk in task.response_ids]


def test_two_of_many_are_named_by_their_places_and_two_of_two_are_not(
    add_tasks: AddTasks,
) -> None:
    [ranking], [pair] = add_tasks(1, k=4), add_tasks(1, k=2)
    _, second, _, fourth = texts(ranking)
    one, other = texts(pair)
    compared = [(ranking.pk, second, fourth), (pair.pk, one, other), (ranking.pk, fourth, second)]
    assert places_of(compared) == [[1, 3], None, [3, 1]]
    assert places_of([]) == []


def quality(text: str) -> float:
    """ "Answer 0 to 7" is better than "Answer 1 to 7"."""
    return -float(text.split()[1])


def row(task: Task, *, judged: Sequence[tuple[int, int]], wrong: bool = False) -> dict[str, Any]:
    """Of a snapshot: the pairs that were judged, by quality or the wrong way round."""
    text = texts(task)
    posterior: list[float | None] = []
    for i, j in combinations(range(len(text)), 2):
        win = 0.95 if (quality(text[i]) > quality(text[j])) != wrong else 0.05
        posterior += [win, 0.0, 1 - win] if (i, j) in judged else [None] * 3
    return {
        "task": task.pk,
        "split": "train",
        "prompt": task.prompt.messages,
        "prompt_sha256": bytes(task.prompt.digest).hex(),
        "responses": [{"text": one} for one in text],
        "posterior": posterior,
    }


def test_a_run_lists_which_two_responses_of_a_ranking_it_doubts(
    add_tasks: AddTasks, tmp_path: Path
) -> None:
    rankings, pairs = add_tasks(40, k=3), add_tasks(40, k=2)
    rows = [row(task, judged=[(0, 1), (0, 2), (1, 2)]) for task in rankings[1:]]
    rows += [row(task, judged=[(0, 1)]) for task in pairs[1:]]
    rows += [row(rankings[0], judged=[(0, 2)], wrong=True)]
    rows += [row(pairs[0], judged=[(0, 1)], wrong=True)]
    path = tmp_path / "snapshot.jsonl"
    path.write_text("".join(f"{json.dumps(each)}\n" for each in rows))
    train = read_snapshot(path).overall
    features = np.array([[quality(each.response)] for each in train.conversations], np.float32)
    listed = _suspects(features, train, 0.1, TrainConfig())
    places = {doubted["task"]: doubted["places"] for doubted in listed}
    assert places == {rankings[0].pk: [0, 2], pairs[0].pk: None}
    assert json.loads(json.dumps(listed)) == listed
