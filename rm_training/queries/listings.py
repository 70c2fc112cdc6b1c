"""Runs, reward models and rounds of a project, with all that their pages show, in few queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Window,
)
from django.db.models.functions import Coalesce, Mod, RowNumber

from annotate.models import Judgment, Project
from annotate.queries.texts import excerpt
from rm_training.acquisition.choose import UNCERTAIN
from rm_training.models import RewardModel, Round, RoundTask, TrainingPoint, TrainingRun

POINTS = 400
"""Of a fine-tune's steps about so many are shown."""


def runs_of(project: Project) -> QuerySet[TrainingRun]:
    """Newest first."""
    runs = TrainingRun.objects.filter(project=project)
    return runs.select_related("reward_model", "evaluation").order_by("-pk")


def points_of(run: TrainingRun) -> list[TrainingPoint]:
    """Its steps by member and step: the last of each member, and of the others every so many that
    there are a few hundred."""
    apart = max(1, run.points.count() // POINTS)
    turn = Mod(Window(RowNumber(), order_by=["member", "step"]) - 1, apart)
    points = run.points.annotate(turn=turn).filter(Q(turn=0) | Q(step=F("steps")))
    return list(points.order_by("member", "step"))


def models_of(project: Project) -> QuerySet[RewardModel]:
    """Newest first."""
    models = RewardModel.objects.filter(project=project)
    return models.select_related("snapshot", "run__evaluation").order_by("-pk")


def rounds_of(project: Project) -> QuerySet[Round]:
    """Newest first, with `chosen`, `random_chosen` and `answered` tasks counted."""
    tasks = RoundTask.objects.filter(round=OuterRef("pk")).order_by().values("round")
    judged = Exists(Judgment.objects.filter(task=OuterRef("task"), newest=True))

    def counted(rows: QuerySet[RoundTask, Any]) -> Coalesce:
        count = rows.annotate(n=Count("pk")).values("n")
        return Coalesce(Subquery(count, output_field=IntegerField()), 0)

    return (
        Round.objects.filter(project=project)
        .select_related("champion")
        .annotate(
            chosen=counted(tasks),
            random_chosen=counted(tasks.filter(~Q(reason=UNCERTAIN))),
            answered=counted(tasks.filter(judged)),
        )
        .order_by("-pk")
    )


@dataclass(frozen=True, slots=True)
class ChosenTask:
    """A task of a round, why it was chosen, and how many judgments it has by now."""

    task_id: int
    reason: str
    probability: float
    mean_first: float | None
    mean_second: float | None
    judgments: int
    prompt_excerpt: str


def round_tasks(round_: Round) -> list[ChosenTask]:
    """In the order in which raters get them."""
    rows = RoundTask.objects.filter(round=round_).order_by("task_id")
    votes = Count("task__judgments", filter=Q(task__judgments__newest=True))
    return [
        ChosenTask(
            task_id=row.task_id,
            reason=row.reason,
            probability=row.probability,
            mean_first=row.mean_first,
            mean_second=row.mean_second,
            judgments=row.votes,
            prompt_excerpt=excerpt(row.task.prompt.messages),
        )
        for row in rows.select_related("task__prompt").annotate(votes=votes)
    ]
