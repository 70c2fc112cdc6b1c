"""What a rater's screen shows: the task as this rater sees it, own progress, own history."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import Q
from django.utils import timezone

from annotate.models import (
    Appeal,
    Assignment,
    Judgment,
    Membership,
    Project,
    Question,
    Task,
    User,
)
from annotate.models.rows import one
from annotate.queries.answers import ShownAnswer, answer_of, shown_answer, stored
from annotate.queries.judgments import decisions_of
from annotate.queries.projects import current_question, question_as_shown
from annotate.queries.texts import excerpt
from annotate.questions import parse
from annotate.questions.known import same

HISTORY = 30
PACE = 50  # the newest answers that a rater's median time is taken over


@dataclass(frozen=True, slots=True)
class ShownResponse:
    id: int
    text: str


@dataclass(frozen=True, slots=True)
class ShownAssignment:
    """A task in the order this rater sees it. It holds nothing else about the task."""

    id: int
    question: Question
    prompt: list[dict[str, Any]]
    responses: list[ShownResponse]
    lease_expires_at: datetime
    state: str
    answer: ShownAnswer | None
    revision: int
    draft: Any
    training: bool


@dataclass(frozen=True, slots=True)
class Progress:
    done_today: int
    done: int
    available: int
    daily_target: int | None
    median_seconds: float | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a reviewer decided on a task of the rater's, and what came of an appeal."""

    agrees: bool | None
    explanation: str
    answer: ShownAnswer
    appeal: Appeal | None


@dataclass(frozen=True, slots=True)
class HistoryItem:
    assignment: int
    prompt_excerpt: str
    submitted_at: datetime
    revision: int
    late: bool
    question: Question
    responses: list[int]
    answer: ShownAnswer
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class Work:
    project: Project
    guidelines: str
    question: Question
    progress: Progress
    notice: str
    training: bool


def work(project: Project, rater: User) -> Work:
    question = current_question(project)
    member = Membership.objects.get(project=project, user=rater)
    return Work(
        project,
        project.guidelines,
        question,
        _progress(project, member),
        member.notice,
        member.training_since is not None,
    )


_SHOWN = """
SELECT p.messages, ARRAY(
    SELECT r.text FROM unnest(t.response_ids) WITH ORDINALITY AS named (id, place)
    JOIN annotate_response AS r ON r.id = named.id ORDER BY named.place),
    d.data, d.saved_at
FROM annotate_task AS t JOIN annotate_prompt AS p ON p.id = t.prompt_id
LEFT JOIN annotate_draft AS d ON d.assignment_id = %(assignment)s
WHERE t.id = %(task)s
"""


def shown_assignment(assignment: Assignment) -> ShownAssignment:
    """`assignment` has its task, and that its question with the spec the rater is shown."""
    task = assignment.task
    found = one(_SHOWN, {"task": task.pk, "assignment": assignment.pk})
    assert found is not None
    prompt, texts, draft, saved_at = found
    newest = _newest(assignment)
    return ShownAssignment(
        id=assignment.pk,
        question=task.question,
        prompt=json.loads(prompt),
        responses=[ShownResponse(task.response_ids[i], texts[i]) for i in assignment.shown],
        lease_expires_at=assignment.lease_expires_at,
        state=assignment.state,
        answer=shown_answer(task.question, task.response_ids, stored(newest)) if newest else None,
        revision=newest.revision if newest else 0,
        draft=json.loads(draft) if draft and _is_open(newest, saved_at) else None,
        training=task.purpose == Task.Purpose.TRAINING,
    )


def _newest(assignment: Assignment) -> Judgment | None:
    """What was answered last; a lease that runs has no answer yet."""
    if assignment.state == Assignment.State.LEASED:
        return None
    return assignment.judgments.filter(newest=True).first()


def _is_open(newest: Judgment | None, saved_at: datetime) -> bool:
    """Whether a draft was saved after what was answered last."""
    return newest is None or saved_at > newest.created_at


def history(project: Project, rater: User) -> list[HistoryItem]:
    """The rater's newest answers, newest first."""
    rows = list(
        Judgment.objects.filter(rater=rater, newest=True, task__question__project=project)
        .exclude(kind=Judgment.Kind.ADJUDICATION)
        .select_related("task__prompt", "task__question", "assignment__appeal")
        .order_by("-submitted_at", "-id")[:HISTORY]
    )
    decisions = decisions_of(project).filter(task__in={row.task_id for row in rows})
    decided = {d.task_id: d for d in decisions.select_related("assignment")}
    return [_item(row, decided.get(row.task_id)) for row in rows]


def _item(row: Judgment, decision: Judgment | None) -> HistoryItem:
    row.assignment.task = row.task
    question = question_as_shown(row.assignment)
    return HistoryItem(
        assignment=row.assignment_id,
        prompt_excerpt=excerpt(row.task.prompt.messages),
        submitted_at=row.submitted_at,
        revision=row.revision,
        late=row.late,
        question=question,
        responses=[row.task.response_ids[place] for place in row.shown],
        answer=shown_answer(question, row.task.response_ids, stored(row)),
        decision=_decision(row, decision, question) if decision else None,
    )


def _decision(row: Judgment, decision: Judgment, question: Question) -> Decision:
    spec = parse(question.kind, question.spec)
    given, decided = stored(row), stored(decision)
    comparable = row.assignment.version == decision.assignment.version
    return Decision(
        agrees=same(spec, answer_of(spec, decided), answer_of(spec, given)) if comparable else None,
        explanation=decision.note,
        answer=shown_answer(question, row.task.response_ids, {**decided, "note": ""}),
        appeal=getattr(row.assignment, "appeal", None),
    )


def _progress(project: Project, member: Membership) -> Progress:
    rater = member.user_id
    own = Judgment.objects.filter(rater=rater, task__question__project=project).exclude(
        kind=Judgment.Kind.ADJUDICATION
    )
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    times = list(
        own.filter(active_ms__isnull=False)
        .order_by("-submitted_at")
        .values_list("active_ms", flat=True)[:PACE]
    )
    return Progress(
        done_today=own.filter(revision=1, submitted_at__gte=midnight).count(),
        done=own.filter(revision=1).count(),
        available=_available(project, member),
        daily_target=project.daily_target,
        median_seconds=float(np.median(np.array(times, dtype=float))) / 1000 if times else None,
    )


def _available(project: Project, member: Membership) -> int:
    """Open tasks of the questions that this rater may answer, and has not had yet."""
    for_them = Q(question__for_groups=[]) | Q(question__for_groups__overlap=member.groups)
    tasks = Task.objects.filter(
        for_them,
        question__project=project,
        question__needs_skills__contained_by=member.skills,
        places_left__gt=0,
        purpose=Task.Purpose.WORK,
    )
    return tasks.exclude(assignments__rater=member.user_id).count()
