"""Stores votes that a file brought along as judgments of imported raters.

An imported rater is a user of that kind who can't sign in, one a name and project. The same vote
again adds nothing: a rater has one assignment a task.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from annotate.actions.answers import columns_of
from annotate.formats import Vote
from annotate.incoming import FromFile
from annotate.models import Assignment, Judgment, Membership, Project, Question, Role, User
from annotate.questions import Answer, Spec
from annotate.questions.comparison import ComparisonSpec
from annotate.questions.errors import InvalidAnswer
from annotate.questions.rating import RatingSpec


@dataclass(frozen=True, slots=True)
class CastVote:
    """A vote of a file with its answer in canonical order."""

    vote: Vote
    answer: Answer


@dataclass(frozen=True, slots=True)
class VotesOf:
    """Votes on one task; `order[i]` is the place in the file of canonical response i."""

    task_id: int
    order: Sequence[int]
    votes: Sequence[CastVote]


def cast_votes(spec: Spec, item: FromFile) -> list[CastVote]:
    """A task's votes as answers to the question. InvalidAnswer where one doesn't fit it.

    Ranks are taken as they stand, whatever the question asks beside them: a file's raters may have
    been asked without ties or strength. An `answer` is checked like a rater's.
    """
    texts = [text for _, text, _ in item.task.responses]
    return [CastVote(vote, _answer(spec, texts, item.task.order, vote)) for vote in item.votes]


def _answer(spec: Spec, texts: Sequence[str], order: Sequence[int], vote: Vote) -> Answer:
    if vote.answer is not None:
        data = in_order(vote.answer, order)
        data |= {"tags": list(vote.tags)} if vote.tags else {}
        data |= {"note": vote.note} if vote.note else {}
        if isinstance(spec, RatingSpec):
            data.setdefault("ratings", [[None] * len(spec.names) for _ in order])
        return spec.validate(texts, data)
    if not isinstance(spec, ComparisonSpec):
        raise InvalidAnswer("votes", "This question takes an answer, not ranks.")
    flags = vote.unacceptable
    return spec.answer_from(
        [vote.ranks[i] for i in order],
        vote.strength,
        [flags[i] for i in order] if flags else None,
        vote.tags,
        vote.note,
        {},
    )


def in_order(data: Mapping[str, Any], order: Sequence[int]) -> dict[str, Any]:
    """An answer's JSON with its responses in canonical order. What has not the shape of a list of
    one entry a response is left as it is: the check after it says what is wrong."""
    place = {before: after for after, before in enumerate(order)}
    moved = dict(data)
    for name in ("ranks", "unacceptable", "ratings"):
        moved[name] = _moved(data.get(name), order)
    if isinstance(data.get("criteria"), dict):
        moved["criteria"] = {
            name: {**part, "ranks": _moved(part.get("ranks"), order)}
            if isinstance(part, dict)
            else part
            for name, part in data["criteria"].items()
        }
    if isinstance(data.get("marks"), list):
        moved["marks"] = [
            {**mark, "response": place[mark["response"]]}
            if isinstance(mark, dict) and mark.get("response") in place
            else mark
            for mark in data["marks"]
        ]
    return {name: value for name, value in moved.items() if value is not None}


def _moved(values: Any, order: Sequence[int]) -> Any:
    if not isinstance(values, list) or len(values) != len(order):
        return values
    return [values[i] for i in order]


# A statement has 65,535 parameters at most, and a judgment 23 columns.
ROWS_AT_ONCE = 2_000


@transaction.atomic
def write_votes(*, question: Question, votes: Sequence[VotesOf], raters: dict[str, int]) -> int:
    """Adds what is new and returns how many. Called under the corpus lock, with the tasks there.

    `raters` caches user ids by name from batch to batch. A task with more votes than its overlap
    has its overlap raised: the votes were cast, and the constraint is about leases to come.
    """
    if not votes:
        return 0
    names = {cast.vote.rater for item in votes for cast in item.votes}
    _ensure_raters(question.project, names, raters)
    known = set(
        Assignment.objects.filter(task__in={item.task_id for item in votes}).values_list(
            "task_id", "rater_id"
        )
    )
    now = timezone.now()
    rows: dict[tuple[int, int], tuple[CastVote, Sequence[int]]] = {}
    for item in votes:
        for cast in item.votes:
            pair = (item.task_id, raters[cast.vote.rater])
            if pair not in known:
                rows.setdefault(pair, (cast, item.order))
    _take_places([task for task, _ in rows])
    assignments = Assignment.objects.bulk_create(
        [
            _assignment(question, task, rater, order, now)
            for (task, rater), (_, order) in rows.items()
        ],
        batch_size=ROWS_AT_ONCE,
    )
    Judgment.objects.bulk_create(
        [
            _judgment(assignment, cast, now)
            for assignment, (cast, _) in zip(assignments, rows.values(), strict=True)
        ],
        batch_size=ROWS_AT_ONCE,
    )
    return len(rows)


def _ensure_raters(project: Project, names: set[str], known: dict[str, int]) -> None:
    wanted = {f"{project.slug}/{name}"[:150]: name for name in names - known.keys()}
    User.objects.bulk_create(
        [
            User(username=u, name=n[:200], kind=User.Kind.IMPORTED, is_active=False)
            for u, n in sorted(wanted.items())
        ],
        ignore_conflicts=True,
        batch_size=ROWS_AT_ONCE,
    )
    users = dict(User.objects.filter(username__in=wanted).values_list("username", "pk"))
    known.update({name: users[username] for username, name in wanted.items()})
    Membership.objects.bulk_create(
        [Membership(project=project, user_id=pk, role=Role.RATER) for pk in users.values()],
        ignore_conflicts=True,
        batch_size=ROWS_AT_ONCE,
    )


def _take_places(tasks: Sequence[int]) -> None:
    """Each vote takes a place, or raises the overlap by one where none is left."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH v AS (
                SELECT t.id, u.n FROM annotate_task AS t
                JOIN (SELECT id, count(*)::int AS n FROM unnest(%s::bigint[]) AS ids(id)
                      GROUP BY id) AS u ON u.id = t.id
                ORDER BY t.id FOR NO KEY UPDATE OF t
            )
            UPDATE annotate_task AS t
            SET overlap = greatest(t.overlap, t.overlap - t.places_left + v.n),
                places_left = greatest(t.places_left - v.n, 0)
            FROM v WHERE t.id = v.id
            """,
            [list(tasks)],
        )


def _assignment(
    question: Question, task: int, rater: int, order: Sequence[int], now: datetime
) -> Assignment:
    shown = [list(order).index(i) for i in range(len(order))]  # shown as it stood in the file
    return Assignment(
        task_id=task, rater_id=rater, state=Assignment.State.SUBMITTED, shown=shown,
        version=question.version, lease_expires_at=now,
    )  # fmt: skip


def _judgment(assignment: Assignment, cast: CastVote, now: datetime) -> Judgment:
    return Judgment(
        assignment=assignment,
        task_id=assignment.task_id,
        rater_id=assignment.rater_id,
        kind=Judgment.Kind.IMPORTED,
        k=len(assignment.shown),
        shown=assignment.shown,
        submitted_at=cast.vote.submitted_at or now,
        active_ms=cast.vote.duration_ms,
        **columns_of(cast.answer),
    )


__all__ = ["CastVote", "VotesOf", "cast_votes", "write_votes"]
