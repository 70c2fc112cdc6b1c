"""Raters' appeals against decisions, as reviewers see them."""

from __future__ import annotations

from dataclasses import dataclass

from annotate.models import Appeal, Project
from annotate.queries.tasks import names

NEWEST = 200


@dataclass(frozen=True, slots=True)
class AppealRow:
    appeal: Appeal
    rater: str


def appeals(project: Project, *, with_names: bool) -> list[AppealRow]:
    """Open ones first, the oldest of them at the top; then the answered ones, newest first."""
    found = Appeal.objects.filter(assignment__task__question__project=project).select_related(
        "assignment__rater", "assignment__task__question__project"
    )
    waiting = found.filter(state=Appeal.State.OPEN).order_by("created_at")
    answered = found.exclude(state=Appeal.State.OPEN).order_by("-decided_at")
    both = [*waiting[:NEWEST], *answered[:NEWEST]]
    return [row(appeal, with_names=with_names) for appeal in both]


def row(appeal: Appeal, *, with_names: bool) -> AppealRow:
    rater = appeal.assignment.rater
    project = appeal.assignment.task.question.project
    return AppealRow(appeal, names([rater], project)[rater.pk] if with_names else "The rater")
