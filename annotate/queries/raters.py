"""One rater's figures, for their own page and for managers: pace, agreement, known answers,
repeats, and signs of attention."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils import timezone

from annotate.models import Judgment, Membership, Project, Task, User
from annotate.queries.analysis import latest_figures
from annotate.queries.answers import answer_of, stored
from annotate.queries.judgments import votes_of
from annotate.queries.known import accuracy, checks_of, right_needed
from annotate.queries.overview import Day
from annotate.queries.tasks import names
from annotate.questions import parse
from annotate.questions.known import same
from annotate.stats.arrays import IntArray
from annotate.stats.attention import Run, longest_run, too_fast
from annotate.stats.consensus import MISSING, pair_outcomes, step_outcomes
from annotate.stats.estimates import Estimate
from annotate.stats.proportions import wilson

DAYS = 14
NEWEST = 500
"""The newest judgments of a rater that figures are taken over."""


@dataclass(frozen=True, slots=True)
class Training:
    done: int
    right: int
    needed: int
    right_needed: int


@dataclass(frozen=True, slots=True)
class OwnFigures:
    """What a rater sees of themselves."""

    days: list[Day]
    median_seconds: float | None
    agreement: Estimate
    checks: Estimate
    consistency: Estimate
    training: Training | None


@dataclass(frozen=True, slots=True)
class Twin:
    """Another rater with whom this one agrees more than the skill of the two and chance explain: on
    `same` of `together` units, in place of `expected`; of pairs so unusual a share of `q` at most
    would be false alarms."""

    user: int
    name: str
    together: int
    same: int
    expected: float
    q: float


@dataclass(frozen=True, slots=True)
class Signals:
    """Evidence about attention; the reader decides what it means."""

    too_fast: Estimate
    longest_run: Run | None
    pasted: int
    with_paste: Estimate
    left: Estimate
    twins: list[Twin]


def own_figures(project: Project, rater: User) -> OwnFigures:
    member = Membership.objects.get(project=project, user=rater)
    gold = checks_of(project, Task.Purpose.GOLD, raters=[rater.pk]).get(rater.pk, [])
    newest = _newest(project, rater)
    times = [j.active_ms for j in newest if j.active_ms is not None]
    return OwnFigures(
        days=_days(project, rater),
        median_seconds=float(np.median(times)) / 1000 if times else None,
        agreement=agreement(project, rater),
        checks=accuracy(gold),
        consistency=consistency(project, rater),
        training=_training(project, member),
    )


def agreement(project: Project, rater: User) -> Estimate:
    """How often this rater says what most of the others say, leaving out their own vote: over the
    pairs and criteria of tasks where the others have a single favourite outcome."""
    own = list(votes_of(project).filter(rater=rater).order_by("-id")[:NEWEST])
    others = votes_of(project).filter(task__in={j.task_id for j in own}).exclude(rater=rater)
    by_task: dict[int, list[Judgment]] = defaultdict(list)
    for judgment in others:
        by_task[judgment.task_id].append(judgment)
    hits = [hit for j in own for hit in _hits(j, by_task[j.task_id])]
    return wilson(sum(hits), len(hits))


def _outcomes(judgment: Judgment) -> IntArray:
    """The outcomes of a judgment's units: its steps, else its pairs."""
    if labels := judgment.answer.get("labels"):
        return np.array(step_outcomes(labels), dtype=np.int64)
    outcomes: IntArray = pair_outcomes(np.array([judgment.ranks], dtype=np.int64))[0]
    return outcomes


def _hits(own: Judgment, others: Sequence[Judgment]) -> list[bool]:
    if not others:
        return []
    table = np.array([_outcomes(j) for j in others])
    counts = np.stack([(table == value).sum(axis=0) for value in range(3)], axis=1)
    ordered = np.sort(counts, axis=1)
    single = ordered[:, -1] > ordered[:, -2] if counts.size else np.zeros(0, dtype=bool)
    given = _outcomes(own)
    asked = single & (given != MISSING)
    return [bool(hit) for hit in (given == counts.argmax(axis=1))[asked]] if counts.size else []


def consistency(project: Project, rater: User) -> Estimate:
    """Of the repeats, with the sides swapped, how often the rater answered as before."""
    repeats = (
        Judgment.objects.filter(
            rater=rater,
            newest=True,
            task__purpose=Task.Purpose.REPEAT,
            task__question__project=project,
        )
        .select_related("task__question", "assignment")
        .order_by("-id")[:NEWEST]
    )
    before = {
        j.task_id: j
        for j in Judgment.objects.filter(
            rater=rater, newest=True, task__in=[r.task.repeat_of_id for r in repeats]
        ).select_related("assignment")
    }
    known = [r for r in repeats if _same_version(r, before.get(r.task.repeat_of_id or 0))]
    found = [_same(r, before[r.task.repeat_of_id or 0]) for r in known]
    counted = [agrees for agrees in found if agrees is not None]
    return wilson(sum(counted), len(counted))


def _same_version(repeat: Judgment, before: Judgment | None) -> bool:
    """Answers to different specs may not have the same parts."""
    return before is not None and before.assignment.version == repeat.assignment.version


def _same(repeat: Judgment, before: Judgment) -> bool | None:
    spec = parse(repeat.task.question.kind, repeat.task.question.spec)
    return same(spec, answer_of(spec, stored(before)), answer_of(spec, stored(repeat)))


def signals(project: Project, rater: User) -> Signals:
    newest = _newest(project, rater)
    words = _words([j.task_id for j in newest])
    seconds = np.array([np.nan if j.active_ms is None else j.active_ms / 1000 for j in newest])
    pairs = [j for j in reversed(newest) if j.k == 2 and min(j.ranks) >= 1]
    chosen = np.array([_place_chosen(j) for j in pairs], dtype=np.int64)
    strict = chosen[chosen != 1]
    pasted = [j.pasted for j in newest if j.pasted is not None]
    return Signals(
        too_fast=too_fast(seconds, np.array([words[j.task_id] for j in newest], dtype=np.int64)),
        longest_run=longest_run(chosen),
        pasted=sum(pasted),
        with_paste=wilson(sum(n > 0 for n in pasted), len(pasted)),
        left=wilson(int((strict == 0).sum()), len(strict)),
        twins=twins(project, rater),
    )


def _place_chosen(judgment: Judgment) -> int:
    """0 the left, 1 a tie, 2 the right, as the rater saw the pair."""
    left, right = (judgment.ranks[place] for place in judgment.shown)
    return 1 + (left > right) - (left < right)


def twins(project: Project, rater: User) -> list[Twin]:
    """As the latest analysis found them."""
    pairs = latest_figures(project).get("unusual", [])
    found = [
        (pair["second"] if pair["first"] == rater.pk else pair["first"], pair)
        for pair in pairs
        if rater.pk in {pair["first"], pair["second"]}
    ]
    name = names(list(User.objects.filter(pk__in=[other for other, _ in found])), project)
    return [
        Twin(other, name[other], pair["together"], pair["same"], pair["expected"], pair["q"])
        for other, pair in found
        if other in name
    ]


def beside_others(project: Project, rater: User) -> dict[str, Any] | None:
    """This rater's row of the latest analysis (`RaterProfile`), None where there is none."""
    profiles = latest_figures(project).get("profiles", [])
    return next((each for each in profiles if each["rater"] == rater.pk), None)


_WORDS = """
SELECT t.id, sum(array_length(regexp_split_to_array(btrim(r.text), '\\s+'), 1))
FROM annotate_task AS t JOIN annotate_response AS r ON r.id = ANY(t.response_ids)
WHERE t.id = ANY(%s) GROUP BY t.id
"""


def _words(tasks: Sequence[int]) -> dict[int, int]:
    """Words of a task's responses. The prompt is left out: many tasks may share one."""
    with connection.cursor() as cursor:
        cursor.execute(_WORDS, [list(tasks)])
        return {task: int(words) for task, words in cursor.fetchall()}


def _newest(project: Project, rater: User) -> list[Judgment]:
    own = Judgment.objects.filter(
        rater=rater, newest=True, task__question__project=project, kind=Judgment.Kind.RATING
    )
    return list(own.order_by("-id")[:NEWEST])


def _days(project: Project, rater: User) -> list[Day]:
    first = timezone.now().date() - timedelta(days=DAYS - 1)
    counts = dict(
        Judgment.objects.filter(
            rater=rater,
            revision=1,
            task__question__project=project,
            submitted_at__date__gte=first,
        )
        .annotate(day=TruncDate("submitted_at"))
        .values_list("day")
        .annotate(n=Count("pk"))
    )
    span = [first + timedelta(days=i) for i in range(DAYS)]
    return [Day(day.isoformat(), counts.get(day, 0)) for day in span]


def _training(project: Project, member: Membership) -> Training | None:
    if member.training_since is None:
        return None
    done = checks_of(
        project, Task.Purpose.TRAINING, raters=[member.user_id], since=member.training_since
    ).get(member.user_id, [])
    newest = done[: project.training_tasks]
    return Training(
        done=len(done),
        right=sum(check.right for check in newest),
        needed=project.training_tasks,
        right_needed=right_needed(project),
    )
