"""Every judged task of a project with its texts, votes and posterior: the rows of a snapshot.

The posterior is worked out here from the very votes of the row, by how reliable their raters are in
all votes, and not read from the table that a worker refreshes: a snapshot never disagrees with
itself. Raters are named by number only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from annotate.models import Judgment, Project, Prompt, Question, Response, Task, User
from annotate.queries.consensus import Weights, estimated
from annotate.queries.votes import load_unit_votes
from annotate.questions.steps import split
from annotate.stats.consensus import MISSING, pair_outcomes

CHUNK = 2_000


def judged_tasks(project: Project) -> Iterator[dict[str, Any]]:
    """Rows in the order of task ids, a few thousand tasks in memory at once."""
    # From nothing: what a worker has estimated before must not be in the snapshot's hash.
    weights = estimated(load_unit_votes(project)).weights
    after = 0
    while True:
        ids = list(
            Task.objects.filter(
                question__project=project,
                purpose=Task.Purpose.WORK,
                pk__gt=after,
                judgments__newest=True,
            )
            .order_by("pk")
            .values_list("pk", flat=True)
            .distinct()[:CHUNK]
        )
        if not ids:
            return
        yield from _rows(ids, weights)
        after = ids[-1]


def _rows(ids: Sequence[int], weights: Weights) -> Iterator[dict[str, Any]]:
    tasks = Task.objects.select_related("question").in_bulk(ids)
    prompts = Prompt.objects.in_bulk({t.prompt_id for t in tasks.values()})
    responses = Response.objects.select_related("policy").in_bulk(
        {pk for t in tasks.values() for pk in t.response_ids}
    )
    judgments = (
        Judgment.objects.filter(task__in=ids, newest=True)
        .select_related("rater")
        .order_by("task_id", "id")
    )
    for task_id, all_ in groupby(judgments, key=lambda j: j.task_id):
        task = tasks[task_id]
        cast = list(all_)
        decisions = [j for j in cast if j.kind == Judgment.Kind.ADJUDICATION]
        votes = [j for j in cast if j.kind != Judgment.Kind.ADJUDICATION]
        decision = max(decisions, key=lambda j: (j.submitted_at, j.pk), default=None)
        texts = [responses[pk] for pk in task.response_ids]
        yield {
            **_task(task, prompts[task.prompt_id], texts),
            "votes": [_vote(judgment) for judgment in votes],
            "decision": _decision(decision) if decision else None,
            "posterior": _posterior(task, votes, decision, weights),
        }


def _task(task: Task, prompt: Prompt, responses: Sequence[Response]) -> dict[str, Any]:
    kind, spec = task.question.kind, task.question.spec
    row = {
        "task": task.pk,
        "kind": kind,
        "source": task.source,
        "prompt": prompt.messages,
        "prompt_sha256": bytes(prompt.digest).hex(),
        "group": prompt.group,
        "split": prompt.split,
        "responses": [_response(response) for response in responses],
        "meta": task.meta,
    }
    if kind == Question.Kind.STEPS:
        row["steps"] = list(split(responses[0].text, spec["separator"]))
    if kind == Question.Kind.RATING:
        row["criteria"] = [criterion["name"] for criterion in spec["criteria"]]
    return row


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
        "answer": judgment.answer,
        "shown": judgment.shown,
        "late": judgment.late,
        "revision": judgment.revision,
        "at": judgment.submitted_at.isoformat(),
    }


def _decision(judgment: Judgment) -> dict[str, Any]:
    return {
        "ranks": judgment.ranks,
        "unacceptable": judgment.unacceptable,
        "answer": judgment.answer,
        "explanation": judgment.note,
        "at": judgment.submitted_at.isoformat(),
    }


def _posterior(
    task: Task,
    judgments: Sequence[Judgment],
    decision: Judgment | None,
    weights: Weights,
) -> list[float | None] | None:
    """For each pair its three probabilities, None where nobody compared it; a reviewer's decision
    is certain. None in all where there is no pair, or only AI judges voted: they never stand for
    people."""
    people = [j for j in judgments if j.rater.kind != User.Kind.AI_JUDGE]
    if task.k < 2 or not (people or decision):
        return None
    ranks = np.array([j.ranks for j in people], dtype=np.int64).reshape(-1, task.k)
    outcomes = pair_outcomes(ranks)
    vote, unit = np.nonzero(outcomes != MISSING)
    rater = np.array([j.rater_id for j in people], dtype=np.int64)[vote]
    posterior = weights.posterior(unit, rater, outcomes[vote, unit], outcomes.shape[1])
    compared = (outcomes != MISSING).any(axis=0)
    if decision:
        decided = pair_outcomes(np.array([decision.ranks], dtype=np.int64))[0]
        known = decided != MISSING
        posterior[known] = np.eye(3)[decided[known]]
        compared |= known
    return [
        float(p) if pair_compared else None
        for triple, pair_compared in zip(posterior, compared, strict=True)
        for p in triple
    ]
