"""How raters do on tasks whose answer is known: gold, and the training before it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from math import ceil

from annotate.models import Judgment, Project, Task
from annotate.queries.answers import is_right
from annotate.stats.estimates import Estimate
from annotate.stats.proportions import wilson

ROLLING = 50
"""The newest answers of a rater that the accuracy is taken over."""


@dataclass(frozen=True, slots=True)
class Check:
    """One answer to a task with a known one; `judgment` is its id."""

    judgment: int
    right: bool


def right_needed(project: Project) -> int:
    """How many of the training's answers must be right. Rounded first, since .55 of 20 is more than
    11 in floating point."""
    return ceil(round(project.training_pass * project.training_tasks, 6))


def accuracy(checks: Sequence[Check]) -> Estimate:
    """Over the newest 50; with an interval, for a few checks say little."""
    newest = checks[:ROLLING]
    return wilson(sum(check.right for check in newest), len(newest))


def checks_of(
    project: Project,
    purpose: str,
    *,
    raters: Iterable[int] | None = None,
    since: datetime | None = None,
) -> dict[int, list[Check]]:
    """By rater, answers to tasks of this purpose, newest first. Kinds of question without a right
    answer are left out, and so is who has none."""
    found = (
        Judgment.objects.filter(
            kind=Judgment.Kind.RATING,
            task__purpose=purpose,
            task__question__project=project,
        )
        .select_related("task__known", "task__question")
        .order_by("rater_id", "-submitted_at", "-pk")
    )
    if raters is not None:
        found = found.filter(rater__in=list(raters))
    if since is not None:
        found = found.filter(submitted_at__gte=since)
    if purpose == Task.Purpose.TRAINING:
        # The first answer: after it the rater was told the right one.
        found = found.filter(revision=1)
    else:
        found = found.filter(newest=True)
    grouped = groupby(found, key=lambda judgment: judgment.rater_id)
    return {rater: _checks(own) for rater, own in grouped}


def _checks(judgments: Iterable[Judgment]) -> list[Check]:
    found = []
    for judgment in judgments:
        right = is_right(judgment, judgment.task.known, judgment.task.question)
        if right is not None:
            found.append(Check(judgment.pk, right))
    return found
