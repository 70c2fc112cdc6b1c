"""Tasks as managers see them: a page of rows, and one task with its votes and posterior."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import combinations
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from annotate.models import (
    Assignment,
    Judgment,
    KnownAnswer,
    Membership,
    Project,
    Question,
    Response,
    Task,
    TaskConsensus,
    User,
)
from annotate.queries.answers import ShownAnswer, shown_answer, stored
from annotate.queries.people import former_name
from annotate.queries.projects import question_as_shown
from annotate.queries.texts import excerpt

PAGE = 50


@dataclass(frozen=True, slots=True)
class TaskRow:
    id: int
    k: int
    prompt_excerpt: str
    source: str
    overlap: int
    judgments: int
    live_leases: int
    flagged: bool
    entropy: float | None
    created_at: Any
    recorded_ranks: list[int] | None
    kind: str
    purpose: str
    confidence: float | None
    disagreement: float | None
    decided: bool


@dataclass(frozen=True, slots=True)
class TaskPage:
    results: list[TaskRow]
    next: str | None


@dataclass(frozen=True, slots=True)
class PairPosterior:
    first: int
    second: int
    win: float
    tie: float
    lose: float


@dataclass(frozen=True, slots=True)
class Vote:
    """One revision of one judgment, under the name the viewer may see."""

    judgment: Judgment
    rater: str
    answer: ShownAnswer


@dataclass(frozen=True, slots=True)
class Lease:
    assignment: Assignment
    rater: str


@dataclass(frozen=True, slots=True)
class StepPosterior:
    step: int
    right: float
    neutral: float
    wrong: float


@dataclass(frozen=True, slots=True)
class Review:
    """That somebody asked for a reviewer; `by` is null where nobody did by hand. Open until it is
    `closed_at`, by a decision or, where `dismissed`, because the label is right."""

    id: int
    reason: str
    by: str | None
    created_at: datetime
    closed_at: datetime | None
    dismissed: bool


@dataclass(frozen=True, slots=True)
class TaskDetail(TaskRow):
    question: Question
    prompt: list[dict[str, Any]]
    responses: list[dict[str, Any]]
    votes: list[Vote]
    leases: list[Lease]
    posterior: list[PairPosterior] | None
    steps: list[StepPosterior] | None
    known: ShownAnswer | None
    explanation: str | None
    meta: dict[str, Any] | None
    review: Review | None


def page(project: Project, *, status: str, source: str, order: str, cursor: str) -> TaskPage:
    """Up to 50 rows after `cursor`, which is the `next` of the page before."""
    tasks = _filtered(project, status, source)
    offset = offset_of(cursor)
    if order == "uncertain":
        tasks = tasks.filter(consensus__isnull=False).order_by("-consensus__entropy", "-id")
        found = list(tasks[offset : offset + PAGE + 1])
        following = str(offset + PAGE)
    else:
        tasks = tasks.filter(pk__lt=offset) if offset else tasks
        found = list(tasks.order_by("-id")[: PAGE + 1])
        following = str(found[PAGE - 1].pk) if len(found) > PAGE else ""
    return TaskPage(rows(found[:PAGE]), following if len(found) > PAGE else None)


def offset_of(cursor: str) -> int:
    """0 for what is no cursor of ours: a number with more digits than any row has."""
    return int(cursor) if cursor.isdecimal() and len(cursor) < 16 else 0


def _filtered(project: Project, status: str, source: str) -> QuerySet[Task]:
    tasks = Task.objects.filter(question__project=project)
    if status == "open":
        tasks = tasks.filter(places_left__gt=0, purpose=Task.Purpose.WORK)
    elif status == "judged":
        newest = Judgment.objects.filter(task=OuterRef("pk"), newest=True)
        tasks = tasks.filter(Exists(newest))
    elif status == "flagged":
        flagged = Assignment.objects.filter(task=OuterRef("pk"), flagged=True)
        tasks = tasks.filter(Exists(flagged))
    elif status in Task.Purpose.values:
        return tasks.filter(purpose=status)
    return tasks.filter(source=source) if source in Task.Source.values else tasks


def disputes(project: Project, *, cursor: str) -> TaskPage:
    """Work that raters see differently and nobody has decided, the least settled first."""
    offset = offset_of(cursor)
    found = list(
        Task.objects.filter(
            question__project=project,
            purpose=Task.Purpose.WORK,
            places_left=0,
            consensus__disagreement__gt=0,
        )
        .exclude(judgments__kind=Judgment.Kind.ADJUDICATION)
        .order_by("-consensus__entropy", "-consensus__disagreement", "id")[
            offset : offset + PAGE + 1
        ]
    )
    return TaskPage(rows(found[:PAGE]), str(offset + PAGE) if len(found) > PAGE else None)


def rows(tasks: list[Task]) -> list[TaskRow]:
    """Rows in the order of `tasks`, in three queries however many there are."""
    found = (
        Task.objects.filter(pk__in=[t.pk for t in tasks])
        .select_related("prompt", "question")
        .annotate(
            live=Count("assignments", filter=Q(assignments__state=Assignment.State.LEASED)),
            flags=Count("assignments", filter=Q(assignments__flagged=True)),
            entropy=F("consensus__entropy"),
            confidence=F("consensus__confidence"),
            disagreement=F("consensus__disagreement"),
        )
    )
    newest = Judgment.objects.filter(task__in=[t.pk for t in tasks], newest=True)
    decided = newest.filter(kind=Judgment.Kind.ADJUDICATION)
    votes = dict(
        newest.exclude(kind=Judgment.Kind.ADJUDICATION).values_list("task").annotate(n=Count("pk"))
    )
    by_id = {t.pk: t for t in found}
    known = set(decided.values_list("task", flat=True))
    return [_row(by_id[t.pk], votes.get(t.pk, 0), t.pk in known) for t in tasks]


def _row(task: Any, judgments: int, decided: bool) -> TaskRow:
    return TaskRow(
        id=task.pk,
        k=task.k,
        prompt_excerpt=excerpt(task.prompt.messages),
        source=task.source,
        overlap=task.overlap,
        judgments=judgments,
        live_leases=task.live,
        flagged=task.flags > 0,
        entropy=task.entropy,
        created_at=task.created_at,
        recorded_ranks=task.recorded,
        kind=task.question.kind,
        purpose=task.purpose,
        confidence=task.confidence,
        disagreement=task.disagreement,
        decided=decided,
    )


def detail(task: Task, *, with_names: bool) -> TaskDetail:
    """The whole history of a task. Without names raters are numbered in the order they judged."""
    responses = Response.objects.select_related("policy").in_bulk(task.response_ids)
    consensus = TaskConsensus.objects.filter(task=task).first()
    known = KnownAnswer.objects.filter(task=task).first()
    is_steps = task.question.kind == Question.Kind.STEPS
    flat = consensus.posterior if consensus else None
    assignments = list(task.assignments.select_related("rater").order_by("pk"))
    name = _names(task, assignments, with_names)
    return TaskDetail(
        **asdict(rows([task])[0]),
        question=task.question,
        prompt=task.prompt.messages,
        responses=[_response(responses[pk]) for pk in task.response_ids],
        votes=_votes(task, name),
        leases=[Lease(assignment, name[assignment.rater_id]) for assignment in assignments],
        posterior=_pairs(task.k, flat) if flat and not is_steps else None,
        steps=_step_posteriors(flat) if flat and is_steps else None,
        known=shown_answer(task.question, task.response_ids, known.answer) if known else None,
        explanation=known.explanation if known else None,
        meta=task.meta,
        review=_review(task),
    )


def _review(task: Task) -> Review | None:
    """The newest request to review it; who asked has a name for reviewers too, as in their list.
    Nobody reviews what is not the raters' work."""
    asked = task.review_requests.select_related("by").order_by("-pk").first()
    if asked is None or task.purpose != Task.Purpose.WORK:
        return None
    return Review(
        id=asked.pk,
        reason=asked.reason,
        by=names([asked.by], task.question.project)[asked.by.pk] if asked.by else None,
        created_at=asked.created_at,
        closed_at=asked.closed_at,
        dismissed=asked.dismissed_by_id is not None,
    )


def _names(task: Task, assignments: list[Assignment], with_names: bool) -> dict[int, str]:
    if with_names:
        return names([a.rater for a in assignments], task.question.project)
    decided = [a for a in assignments if a.state == Assignment.State.REVIEWED]
    lent = [a for a in assignments if a.state != Assignment.State.REVIEWED]
    return {a.rater_id: f"Rater {n}" for n, a in enumerate(lent, start=1)} | {
        a.rater_id: f"Reviewer {n}" for n, a in enumerate(decided, start=1)
    }


def names(users: list[User], project: Project) -> dict[int, str]:
    """Labels by user; of those who left the project, what stands in their place."""
    left = set(
        Membership.objects.filter(project=project, left_at__isnull=False).values_list(
            "user_id", flat=True
        )
    )
    return {u.pk: former_name(u.pk) if u.pk in left else u.label for u in users}


def _votes(task: Task, name: dict[int, str]) -> list[Vote]:
    found = task.judgments.select_related("assignment").order_by("assignment_id", "-revision")
    votes = []
    for judgment in found:
        judgment.assignment.task = task
        question = question_as_shown(judgment.assignment)
        answer = shown_answer(question, task.response_ids, stored(judgment))
        votes.append(Vote(judgment, name[judgment.rater_id], answer))
    return votes


def _step_posteriors(flat: list[float]) -> list[StepPosterior]:
    return [StepPosterior(n, *flat[3 * n : 3 * n + 3]) for n in range(len(flat) // 3)]


def _response(response: Response) -> dict[str, Any]:
    policy = response.policy.label if response.policy else None
    return {"id": response.pk, "text": response.text, "policy": policy}


def _pairs(k: int, flat: list[float]) -> list[PairPosterior]:
    return [
        PairPosterior(i, j, *flat[3 * n : 3 * n + 3])
        for n, (i, j) in enumerate(combinations(range(k), 2))
    ]
