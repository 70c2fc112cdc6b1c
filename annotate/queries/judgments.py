"""Which judgments count: a project's newest votes, and its reviewers' decisions."""

from __future__ import annotations

from django.db.models import QuerySet

from annotate.models import Judgment, Project, Task, User


def all_votes(project: Project) -> QuerySet[Judgment]:
    """The newest votes on the project's work, AI judges' too. Decisions are no votes, and gold,
    training and repeats measure the raters: they are left out."""
    return Judgment.objects.filter(
        newest=True, task__question__project=project, task__purpose=Task.Purpose.WORK
    ).exclude(kind=Judgment.Kind.ADJUDICATION)


def votes_of(project: Project) -> QuerySet[Judgment]:
    """People's alone: AI judges are another kind of rater."""
    return all_votes(project).exclude(rater__kind=User.Kind.AI_JUDGE)


def decisions_of(project: Project) -> QuerySet[Judgment]:
    """Reviewers' decisions as they stand; of two on one task the later one counts."""
    return Judgment.objects.filter(
        newest=True, kind=Judgment.Kind.ADJUDICATION, task__question__project=project
    ).order_by("submitted_at", "id")
