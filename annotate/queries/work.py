"""What a rater's screen shows: the task as this rater sees it, own progress, own history."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.utils import timezone

from annotate.models import Assignment, Judgment, Project, Question, Task, User
from annotate.models.rows import columns, one
from annotate.queries.projects import current_question
from annotate.queries.texts import excerpt

HISTORY = 30
PACE = 50  # the newest answers that a rater's median time is taken over


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    ranks: list[dict[str, int]]
    strength: int | None
    unacceptable: list[int]
    tags: list[str]
    note: str


@dataclass(frozen=True, slots=True)
class ShownResponse:
    id: int
    text: str


@dataclass(frozen=True, slots=True)
class ShownAssignment:
    """A task in the order this rater sees it. It holds nothing else about the task."""

    id: int
    task: int
    question: Question
    prompt: list[dict[str, Any]]
    responses: list[ShownResponse]
    lease_expires_at: datetime
    state: str
    answer: OwnAnswer | None
    revision: int


@dataclass(frozen=True, slots=True)
class Progress:
    done_today: int
    done: int
    available: int
    daily_target: int | None
    median_seconds: float | None


@dataclass(frozen=True, slots=True)
class HistoryItem:
    assignment: int
    task: int
    prompt_excerpt: str
    submitted_at: datetime
    revision: int
    late: bool
    answer: OwnAnswer


@dataclass(frozen=True, slots=True)
class Work:
    project: Project
    guidelines: str
    question: Question
    progress: Progress


def work(project: Project, rater: User) -> Work:
    question = current_question(project)
    return Work(project, project.guidelines, question, _progress(project, question, rater))


_SHOWN = f"""
SELECT {columns(Judgment, "j")}, p.messages, ARRAY(
    SELECT r.text FROM unnest(t.response_ids) WITH ORDINALITY AS named (id, place)
    JOIN annotate_response AS r ON r.id = named.id ORDER BY named.place)
FROM annotate_task AS t JOIN annotate_prompt AS p ON p.id = t.prompt_id
LEFT JOIN annotate_judgment AS j ON j.assignment_id = %(assignment)s AND j.newest
WHERE t.id = %(task)s
"""  # noqa: S608 -- the columns are the model's own


def shown_assignment(assignment: Assignment) -> ShownAssignment:
    task = assignment.task
    found = one(_SHOWN, {"task": task.pk, "assignment": assignment.pk}, Judgment)
    assert found is not None
    newest, prompt, texts = found
    return ShownAssignment(
        id=assignment.pk,
        task=task.pk,
        question=task.question,
        prompt=json.loads(prompt),
        responses=[ShownResponse(task.response_ids[i], texts[i]) for i in assignment.shown],
        lease_expires_at=assignment.lease_expires_at,
        state=assignment.state,
        answer=own_answer(newest, task.response_ids) if newest else None,
        revision=newest.revision if newest else 0,
    )


def own_answer(judgment: Judgment, response_ids: list[int]) -> OwnAnswer:
    return OwnAnswer(
        ranks=[
            {"response": pk, "rank": rank}
            for pk, rank in zip(response_ids, judgment.ranks, strict=True)
        ],
        strength=judgment.strength,
        unacceptable=[
            pk for pk, bad in zip(response_ids, judgment.unacceptable, strict=True) if bad
        ],
        tags=judgment.tags,
        note=judgment.note,
    )


def history(project: Project, rater: User) -> list[HistoryItem]:
    """The rater's newest answers, newest first."""
    rows = (
        Judgment.objects.filter(rater=rater, newest=True, task__question__project=project)
        .select_related("task__prompt")
        .order_by("-submitted_at", "-id")[:HISTORY]
    )
    return [
        HistoryItem(
            assignment=row.assignment_id,
            task=row.task_id,
            prompt_excerpt=excerpt(row.task.prompt.messages),
            submitted_at=row.submitted_at,
            revision=row.revision,
            late=row.late,
            answer=own_answer(row, row.task.response_ids),
        )
        for row in rows
    ]


def _progress(project: Project, question: Question, rater: User) -> Progress:
    own = Judgment.objects.filter(rater=rater, task__question__project=project)
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    times = list(
        own.filter(active_ms__isnull=False)
        .order_by("-submitted_at")
        .values_list("active_ms", flat=True)[:PACE]
    )
    return Progress(
        done_today=own.filter(revision=1, submitted_at__gte=midnight).count(),
        done=own.filter(revision=1).count(),
        available=_available(question, rater),
        daily_target=project.daily_target,
        median_seconds=float(np.median(np.array(times, dtype=float))) / 1000 if times else None,
    )


def _available(question: Question, rater: User) -> int:
    """Open tasks that this rater has not had yet."""
    tasks = Task.objects.filter(question=question, places_left__gt=0)
    return tasks.exclude(assignments__rater=rater).count()
