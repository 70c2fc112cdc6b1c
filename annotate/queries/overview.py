"""How a project's collecting is going, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils import timezone

from annotate.models import Import, Project, Prompt, Response, Task
from annotate.queries.judgments import all_votes

DAYS = 30


@dataclass(frozen=True, slots=True)
class Counts:
    prompts: int
    responses: int
    tasks: int
    tasks_open: int
    tasks_judged: int
    judgments: int
    raters: int
    late: int
    imports_running: int


@dataclass(frozen=True, slots=True)
class Day:
    day: str
    judgments: int


def counts(project: Project) -> Counts:
    tasks = Task.objects.filter(question__project=project, purpose=Task.Purpose.WORK)
    newest = all_votes(project)
    running = [Import.State.QUEUED, Import.State.RUNNING]
    return Counts(
        prompts=Prompt.objects.filter(project=project).count(),
        responses=Response.objects.filter(prompt__project=project).count(),
        tasks=tasks.count(),
        tasks_open=tasks.filter(places_left__gt=0).count(),
        tasks_judged=newest.values("task").distinct().count(),
        judgments=newest.count(),
        raters=newest.values("rater").distinct().count(),
        late=newest.filter(late=True).count(),
        imports_running=Import.objects.filter(project=project, state__in=running).count(),
    )


def days(project: Project) -> list[Day]:
    """Judgments a day (UTC) over the last 30 days, days without any included."""
    today = timezone.now().date()
    first = today - timedelta(days=DAYS - 1)
    found = dict(
        all_votes(project)
        .filter(submitted_at__date__gte=first)
        .annotate(day=TruncDate("submitted_at"))
        .values_list("day")
        .annotate(n=Count("pk"))
    )
    span = [first + timedelta(days=i) for i in range(DAYS)]
    return [Day(day.isoformat(), found.get(day, 0)) for day in span]
