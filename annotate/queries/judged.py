"""Every judged task of a project with its texts, votes and posterior: the rows of a snapshot.

The posterior is worked out here from the very votes of the row, not read from the table that a
worker refreshes, so a snapshot never disagrees with itself. Raters are named by number only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from annotate.models import Judgment, Project, Prompt, Response, Task, User
from annotate.stats.consensus import pair_outcomes, smoothed_majority

CHUNK = 2_000


def judged_tasks(project: Project) -> Iterator[dict[str, Any]]:
    """Rows in the order of task ids, a few thousand tasks in memory at once."""
    after = 0
    while True:
        ids = list(
            Task.objects.filter(question__project=project, pk__gt=after, judgments__newest=True)
            .order_by("pk")
            .values_list("pk", flat=True)
            .distinct()[:CHUNK]
        )
        if not ids:
            return
        yield from _rows(ids)
        after = ids[-1]


def _rows(ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    tasks = Task.objects.in_bulk(ids)
    prompts = Prompt.objects.in_bulk({t.prompt_id for t in tasks.values()})
    responses = Response.objects.select_related("policy").in_bulk(
        {pk for t in tasks.values() for pk in t.response_ids}
    )
    judgments = (
        Judgment.objects.filter(task__in=ids, newest=True)
        .select_related("rater")
        .order_by("task_id", "id")
    )
    for task_id, votes in groupby(judgments, key=lambda j: j.task_id):
        task = tasks[task_id]
        prompt = prompts[task.prompt_id]
        cast = list(votes)
        yield {
            "task": task_id,
            "source": task.source,
            "prompt": prompt.messages,
            "prompt_sha256": bytes(prompt.digest).hex(),
            "group": prompt.group,
            "split": prompt.split,
            "responses": [_response(responses[pk]) for pk in task.response_ids],
            "votes": [_vote(judgment) for judgment in cast],
            "posterior": _posterior(cast),
        }


def _response(response: Response) -> dict[str, Any]:
    return {
        "text": response.text,
        "policy": response.policy.label if response.policy else None,
        "sha256": bytes(response.digest).hex(),
    }


def _vote(judgment: Judgment) -> dict[str, Any]:
    return {
        "rater": f"rater-{judgment.rater_id}",
        "kind": judgment.rater.kind,
        "ranks": judgment.ranks,
        "strength": judgment.strength,
        "unacceptable": judgment.unacceptable,
        "tags": judgment.tags,
        "note": judgment.note,
        "shown": judgment.shown,
        "late": judgment.late,
        "revision": judgment.revision,
        "at": judgment.submitted_at.isoformat(),
    }


def _posterior(judgments: Sequence[Judgment]) -> list[float] | None:
    """None where only AI judges voted: they never stand for people."""
    people = [j for j in judgments if j.rater.kind != User.Kind.AI_JUDGE]
    if not people:
        return None
    outcomes = pair_outcomes(np.array([j.ranks for j in people], dtype=np.int64))
    counts = np.stack([(outcomes == value).sum(axis=0) for value in range(3)], axis=-1)
    return [float(p) for p in smoothed_majority(counts.astype(float)).ravel()]
