"""Every judged task of a project with its texts, votes and posterior: the rows of a snapshot.

`posterior` is worked out from the very votes of the row, by how reliable their raters are in all
votes, and not read from the table that a worker refreshes: a snapshot never disagrees with itself.
`posteriors` are the same by criterion, of questions that ask for several.
Raters are named by number only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from annotate.models import Judgment, Project, Prompt, Question, Response, Task
from annotate.queries.posteriors import Posteriors
from annotate.questions.steps import split

CHUNK = 2_000


def judged_tasks(project: Project) -> Iterator[dict[str, Any]]:
    """Rows in the order of task ids, a few thousand tasks in memory at once."""
    posteriors = Posteriors.of(project)
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
        yield from _rows(ids, posteriors)
        after = ids[-1]


def _rows(ids: Sequence[int], posteriors: Posteriors) -> Iterator[dict[str, Any]]:
    tasks = Task.objects.select_related("question").in_bulk(ids)
    prompts = Prompt.objects.in_bulk({t.prompt_id for t in tasks.values()})
    responses = Response.objects.select_related("policy").in_bulk(
        {pk for t in tasks.values() for pk in t.response_ids}
    )
    judgments = (
        Judgment.objects.filter(task__in=ids, newest=True)
        .select_related("rater", "assignment")
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
            "posterior": posteriors.on_the_whole(task, votes, decision),
            "posteriors": posteriors.by_criteria(task, votes, decision),
        }


def _task(task: Task, prompt: Prompt, responses: Sequence[Response]) -> dict[str, Any]:
    kind, spec = task.question.kind, task.question.spec
    row = {
        "task": task.pk,
        "kind": kind,
        "question": task.question.title,
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
