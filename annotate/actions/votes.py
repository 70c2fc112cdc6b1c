"""Stores votes that a file brought along as judgments of imported raters.

An imported rater is a user of that kind who can't sign in, one a name and project. The same vote
again adds nothing: a rater has one assignment a task.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from annotate.formats import Vote
from annotate.models import Assignment, Judgment, Membership, Project, Role, User


@dataclass(frozen=True, slots=True)
class VotesOf:
    """Votes on one task; `order[i]` is the place in the file of canonical response i."""

    task_id: int
    order: Sequence[int]
    votes: Sequence[Vote]


@transaction.atomic
def write_votes(*, project: Project, votes: Sequence[VotesOf], raters: dict[str, int]) -> int:
    """Adds what is new and returns how many. Called under the corpus lock, with the tasks there.

    `raters` caches user ids by name from batch to batch. A task with more votes than its overlap
    has its overlap raised: the votes were cast, and the constraint is about leases to come.
    """
    if not votes:
        return 0
    _ensure_raters(project, {vote.rater for item in votes for vote in item.votes}, raters)
    known = set(
        Assignment.objects.filter(task__in={item.task_id for item in votes}).values_list(
            "task_id", "rater_id"
        )
    )
    now = timezone.now()
    rows: dict[tuple[int, int], tuple[Vote, Sequence[int]]] = {}
    for item in votes:
        for vote in item.votes:
            pair = (item.task_id, raters[vote.rater])
            if pair not in known:
                rows.setdefault(pair, (vote, item.order))
    _take_places([task for task, _ in rows])
    assignments = Assignment.objects.bulk_create(
        [_assignment(task, rater, order, now) for (task, rater), (_, order) in rows.items()]
    )
    Judgment.objects.bulk_create(
        [
            _judgment(assignment, vote, order, now)
            for assignment, (vote, order) in zip(assignments, rows.values(), strict=True)
        ]
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
    )
    users = dict(User.objects.filter(username__in=wanted).values_list("username", "pk"))
    known.update({name: users[username] for username, name in wanted.items()})
    Membership.objects.bulk_create(
        [Membership(project=project, user_id=pk, role=Role.RATER) for pk in users.values()],
        ignore_conflicts=True,
    )


def _take_places(tasks: Sequence[int]) -> None:
    """Each vote takes a place, or raises the overlap by one where none is left."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE annotate_task AS t
            SET overlap = greatest(t.overlap, t.overlap - t.places_left + v.n),
                places_left = greatest(t.places_left - v.n, 0)
            FROM (SELECT id, count(*)::int AS n FROM unnest(%s::bigint[]) AS u(id) GROUP BY id) AS v
            WHERE t.id = v.id
            """,
            [list(tasks)],
        )


def _assignment(task: int, rater: int, order: Sequence[int], now: datetime) -> Assignment:
    shown = [list(order).index(i) for i in range(len(order))]  # shown as it stood in the file
    return Assignment(
        task_id=task, rater_id=rater, state=Assignment.State.SUBMITTED, shown=shown,
        lease_expires_at=now,
    )  # fmt: skip


def _judgment(assignment: Assignment, vote: Vote, order: Sequence[int], now: datetime) -> Judgment:
    k = len(order)
    flags = vote.unacceptable
    return Judgment(
        assignment=assignment,
        task_id=assignment.task_id,
        rater_id=assignment.rater_id,
        kind=Judgment.Kind.IMPORTED,
        k=k,
        ranks=[vote.ranks[i] for i in order],
        strength=vote.strength,
        unacceptable=[flags[i] for i in order] if flags else [False] * k,
        shown=assignment.shown,
        submitted_at=vote.submitted_at or now,
        active_ms=vote.duration_ms,
    )


__all__ = ["VotesOf", "write_votes"]
