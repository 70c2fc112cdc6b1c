"""Everything that can happen to a project's tasks, as operations that work in any order.

An operation takes small numbers only, each a place in a list that is taken modulo its length, so
that any sequence of operations can be carried out. It knows what the product may refuse, and not
what has to hold after it: that is in `test_interleavings.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, Self, cast
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db import connection, transaction
from django.http import Http404
from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from annotate.actions import leases, people
from annotate.actions.assign import NOTHING_LEFT, next_assignment
from annotate.actions.consensus import refresh_consensus
from annotate.actions.corpus import write_tasks
from annotate.actions.judge import Submitted, submit
from annotate.actions.projects import change_question, update_project
from annotate.actions.review import adjudicate
from annotate.actions.training import forget_known_answer, set_known_answer
from annotate.actions.votes import VotesOf, cast_votes, write_votes
from annotate.errors import Conflict
from annotate.formats import Candidate, Message, Record, Vote
from annotate.incoming import FromFile
from annotate.models import (
    Assignment,
    Membership,
    Project,
    Role,
    Task,
    User,
)
from annotate.permissions import member_of, own_assignment, work_project
from annotate.queries.projects import question_as_shown
from annotate.questions import parse

REFUSALS = (ValidationError, Conflict, Http404)
State = Assignment.State

# The operations, and below which number each of their parts stays.
PEOPLE = 3
RATER = {"rater": PEOPLE}
OWN = {"rater": PEOPLE, "which": 3}
OPERATIONS: Mapping[str, Mapping[str, int]] = {
    "ask": {**RATER, "ahead": 2},
    "work": {**RATER, "best": 3},
    "submit": {**OWN, "best": 3, "stale": 2, "tab": 2},
    "skip": OWN,
    "heartbeat": OWN,
    "expire": RATER,
    "return_expired": {},
    "sign_out": RATER,
    "pause": {**RATER, "paused": 2},
    "leave": RATER,
    "rejoin": RATER,
    "train": {**RATER, "training": 2},
    "know": {"task": 12, "training": 2},
    "forget": {"task": 12},
    "decide": {"by": 2, "task": 12, "best": 3},
    "set_overlap": {"overlap": 3, "more": 3},
    "set_rates": {"gold": 2, "repeats": 2},
    "change_spec": {"strength": 2},
    "bring": {"first": 6, "count": 3, "votes": 3},
    "refresh": {},
    "work_on": {},
}

_STARVED = """
SELECT t.id, m.user_id FROM annotate_task AS t CROSS JOIN annotate_membership AS m
WHERE t.purpose = 'work' AND t.places_left > 0 AND m.project_id = %(project)s
  AND m.user_id = ANY(%(raters)s) AND NOT EXISTS (
    SELECT FROM annotate_assignment AS a WHERE a.task_id = t.id AND a.rater_id = m.user_id)
"""
_FOLLOWS_FROM_VOTES = """
SELECT 'consensus', to_jsonb(c) FROM annotate_taskconsensus AS c
UNION ALL SELECT 'task', to_jsonb(t) FROM annotate_task AS t
UNION ALL SELECT 'question', to_jsonb(q) FROM annotate_question AS q
UNION ALL SELECT 'proposal', to_jsonb(p) FROM annotate_proposedaction AS p
ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender of an answer was told; `ranks` only where the answer was new."""

    judgment: int
    key: UUID
    revision: int
    late: bool
    ranks: Sequence[int] | None

    @classmethod
    def of(cls, done: Submitted, key: UUID, ranks: Sequence[int]) -> Self:
        told = done.judgment
        return cls(told.pk, key, told.revision, told.late, ranks if done.created else None)


@dataclass(repr=False)
class Office:
    """A project and its people: two raters, and a reviewer who rates as well. `alone`: nothing
    else happens at the same time, so that what is refused can be told too."""

    project: Project
    owner: User
    people: Sequence[User]
    alone: bool
    receipts: list[Receipt] = field(default_factory=list)

    def perform(self, name: str, parts: Mapping[str, int]) -> None:
        """Carries an operation out, or leaves it where the product refuses it."""
        with suppress(*REFUSALS):
            getattr(self, name)(**parts)

    # What raters do.

    def ask(self, rater: int, ahead: int) -> Assignment | None:
        user = self.people[rater]
        project = work_project(_as(user), self.project.slug)
        own = Assignment.objects.filter(rater=user)
        before = dict(own.values_list("pk", "state"))
        holding = [pk for pk, state in before.items() if state == State.LEASED] if ahead else []
        lent = next_assignment(project=project, rater=user, holding=holding)
        if lent.assignment:
            assert before.get(lent.assignment.pk) in {None, State.LEASED, State.EXPIRED}
        if self.alone and lent.reason == NOTHING_LEFT:
            assert self.starved([user]) == [], "nothing is left, and yet there is work"
        if self.alone and self._member(rater).paused_at:
            assert lent.assignment is None
        return lent.assignment

    def work(self, rater: int, best: int) -> bool:
        """Asks and answers; whether there was anything."""
        lent = self.ask(rater, ahead=0)
        if lent:
            parts = _parts(lent.task, best, lent.task.question.spec)
            self._send(self._own(rater, lent.pk), parts, revision=0, tab=0)
        return lent is not None

    def submit(self, rater: int, which: int, best: int, stale: int, tab: int) -> None:
        """From one of two tabs, knowing the newest revision or, stale, another one."""
        found = self._newest(rater, which)
        parts = _parts(found.task, best, question_as_shown(found).spec)
        revision = abs(found.judgments.count() - stale)
        self._send(found, parts, revision=revision, tab=tab)

    def _send(self, found: Assignment, parts: dict[str, Any], *, revision: int, tab: int) -> None:
        """The same revision from the same tab has the same key. Only a conflict may refuse it."""
        key = uuid5(NAMESPACE_OID, f"{found.pk}/{revision}/{tab}")
        judged = found.judgments.count()
        known = found.judgments.filter(key=key).exists()
        welcome = found.state != State.REVIEWED and (known or judged == revision)
        try:
            done = submit(
                assignment=found, key=key, revision=revision, parts=parts, active_ms=90_000
            )
        except ValidationError as error:
            raise AssertionError("an answer to what was shown is refused") from error
        except Conflict:
            assert not (self.alone and welcome), "an answer is refused for coming late or twice"
            raise
        assert done.created or not (self.alone and not known)
        self.receipts.append(Receipt.of(done, key, [item["rank"] for item in parts["ranks"]]))

    def skip(self, rater: int, which: int) -> None:
        leases.skip(assignment=self._newest(rater, which), reason="unclear")

    def heartbeat(self, rater: int, which: int) -> None:
        leases.extend_lease(assignment=self._newest(rater, which))

    def sign_out(self, rater: int) -> None:
        leases.return_own(rater=self.people[rater])

    def leave(self, rater: int) -> None:
        people.leave(member=self._member(rater), by=self.people[rater])

    # What time does.

    def expire(self, rater: int) -> None:
        leased = Assignment.objects.filter(rater=self.people[rater], state=State.LEASED)
        leased.update(lease_expires_at=timezone.now() - timedelta(hours=1))

    def return_expired(self) -> None:
        leases.return_expired()

    # What managers and reviewers do.

    def pause(self, rater: int, paused: int) -> None:
        people.set_paused(member=self._member(rater), by=self.owner, paused=bool(paused))

    def rejoin(self, rater: int) -> None:
        user = self.people[rater]
        role = Role.REVIEWER if user == self.people[-1] else Role.RATER
        people.join(project=self.project, by=self.owner, user=user, role=role)

    def train(self, rater: int, training: int) -> None:
        changes = {"training": bool(training)}
        people.change_person(member=self._member(rater), by=self.owner, changes=changes)

    def know(self, task: int, training: int) -> None:
        set_known_answer(
            task=self._task(task),
            by=self.owner,
            parts=_parts(self._task(task), 0, self._spec()),
            explanation="The first is right.",
            training=bool(training),
        )

    def forget(self, task: int) -> None:
        forget_known_answer(task=self._task(task), by=self.owner)

    def decide(self, by: int, task: int, best: int) -> None:
        """By the owner, or by the reviewer, who may have judged the task as a rater."""
        found = self._task(task)
        adjudicate(
            task=found,
            by=[self.owner, self.people[-1]][by],
            parts=_parts(found, best, self._spec()),
            explanation="It has the facts.",
        )

    def set_overlap(self, overlap: int, more: int) -> None:
        most = overlap + 1 + more if more else None
        changes = {"overlap": overlap + 1, "overlap_max": most}
        update_project(project=self._fresh(), by=self.owner, changes=changes)

    def set_rates(self, gold: int, repeats: int) -> None:
        changes = {"gold_rate": gold / 2, "repeat_rate": repeats / 2}
        update_project(project=self._fresh(), by=self.owner, changes=changes)

    def change_spec(self, strength: int) -> None:
        spec = {"strength": bool(strength), "reasons": ["accurate", "clear"]}
        changes = {"spec": spec}
        change_question(question=self.project.questions.get(), by=self.owner, changes=changes)

    def bring(self, first: int, count: int, votes: int) -> None:
        """A batch of an import: tasks new or known, each with so many votes of its file."""
        question = self.project.questions.get()
        numbers = range(first, first + count + 1)
        items = [FromFile.of(_record(n, votes), self._fresh().overlap) for n in numbers]
        spec = parse(question.kind, question.spec)
        with transaction.atomic():
            written = write_tasks(
                project=self._fresh(), question=question, tasks=[item.task for item in items]
            )
            cast_ = [
                VotesOf(pk, item.task.order, cast_votes(spec, item))
                for item, pk in zip(items, written.task_ids, strict=True)
            ]
            write_votes(question=question, votes=[v for v in cast_ if v.votes], raters={})

    def refresh(self) -> None:
        agreements = self.project.agreements.count()
        refresh_consensus(project=self._fresh())
        once = rows(_FOLLOWS_FROM_VOTES)
        refresh_consensus(project=self._fresh())
        if self.alone:
            assert rows(_FOLLOWS_FROM_VOTES) == once, "a second refresh changes something"
            assert self.project.agreements.count() == agreements + 2

    # What everybody does.

    def work_on(self) -> None:
        """With every lease returned and nobody kept away, raters who ask in turn get all there
        is that they never had."""
        for n, person in enumerate(self.people):
            self.rejoin(n)
            self.pause(n, paused=0)
            self.train(n, training=0)
            leases.return_own(rater=person)
        while sum(self.work(n, best=n) for n in range(PEOPLE)):
            pass
        assert self.starved(self.people) == []

    def starved(self, raters: Sequence[User]) -> list[Any]:
        pks = [rater.pk for rater in raters]
        return rows(_STARVED, project=self.project.pk, raters=pks)

    def _newest(self, rater: int, which: int) -> Assignment:
        """One of the rater's three newest assignments."""
        own = Assignment.objects.filter(rater=self.people[rater]).order_by("-pk")[:3]
        if not own:
            raise Http404
        return self._own(rater, own[which % len(own)].pk)

    def _own(self, rater: int, pk: int) -> Assignment:
        """Through the door that the API has."""
        return own_assignment(_as(self.people[rater]), self.project.slug, pk)

    def _member(self, rater: int) -> Membership:
        return member_of(self.project, self.people[rater].pk)

    def _task(self, number: int) -> Task:
        found = Task.objects.select_related("question").order_by("pk")
        return found[number % found.count()]

    def _spec(self) -> Mapping[str, Any]:
        return cast(Mapping[str, Any], self.project.questions.get().spec)

    def _fresh(self) -> Project:
        return Project.objects.get(pk=self.project.pk)


def _as(user: User) -> Request:
    """What permissions ask of a request: who it is from."""
    return cast(Request, SimpleNamespace(user=user, auth=None))


def _ranks(task: Task, best: int) -> list[int]:
    return [1 if place == best % task.k else 2 for place in range(task.k)]


def _parts(task: Task, best: int, spec: Mapping[str, Any]) -> dict[str, Any]:
    pairs = zip(task.response_ids, _ranks(task, best), strict=True)
    ranks = [{"response": pk, "rank": rank} for pk, rank in pairs]
    return {"ranks": ranks, "strength": 2 if task.k == 2 and spec["strength"] else None}


def _record(number: int, votes: int) -> Record:
    """Every third task has three responses. Who votes in a file agree on nothing."""
    k = 3 if number % 3 == 2 else 2
    cast_ = tuple(
        Vote(f"voter {v}", tuple(1 if i == v % k else 2 for i in range(k)), None, None, None, None)
        for v in range(votes)
    )
    return Record(
        line=number,
        key=None,
        messages=(Message(role="user", content=f"Question {number}?"),),
        responses=tuple(Candidate(f"Answer {i} to {number}", None, None) for i in range(k)),
        votes=cast_,
        recorded=None,
        group=None,
    )


def rows(query: str, **parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        found: list[Any] = cursor.fetchall()
    return found
