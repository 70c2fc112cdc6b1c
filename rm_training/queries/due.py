"""Whether a night's run of a project is a full one, and why."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from annotate.models import Judgment, Project
from rm_training.models import RewardModel, Tier, TrainingPlan, TrainingRun, Trigger

# The night after six days and most of another is the seventh: runs don't start to the second.
WEEK = timedelta(days=6, hours=12)


def full_run_due(project: Project) -> Trigger | None:
    """What makes it a full one by the project's plan; None where it is a nightly one."""
    plan = TrainingPlan.objects.filter(project=project).first()
    if plan is None:
        return None
    last = _last_full_run(project)
    since = last.created_at if last else None
    if plan.weekly and (since is None or timezone.now() - since >= WEEK):
        return Trigger.WEEKLY
    if plan.grown is not None and _judgments(project, since) >= plan.grown:
        return Trigger.GROWTH
    if plan.drifted is not None and _lost_points(project, last) >= plan.drifted:
        return Trigger.DRIFT
    return None


def _last_full_run(project: Project) -> TrainingRun | None:
    """A failed one counts, or it would be repeated every night; a cancelled one does not."""
    runs = TrainingRun.objects.filter(project=project, tier=Tier.FULL)
    return runs.exclude(state=TrainingRun.State.CANCELLED).order_by("-pk").first()


def _judgments(project: Project, since: datetime | None) -> int:
    votes = Judgment.objects.filter(task__question__project=project, newest=True)
    votes = votes.exclude(kind=Judgment.Kind.ADJUDICATION)
    return votes.filter(submitted_at__gt=since).count() if since else votes.count()


def _lost_points(project: Project, last: TrainingRun | None) -> float:
    """By how many points (of 100) the champion's accuracy on what is held out fell between its own
    run and the newest run, where that measured it and no full one was tried for a week; else 0."""
    champion = RewardModel.objects.select_related("run__evaluation").filter(
        project=project, champion=True
    )
    runs = TrainingRun.objects.select_related("evaluation").filter(
        project=project, state=TrainingRun.State.DONE, evaluation__isnull=False
    )
    model, newest = champion.first(), runs.order_by("-pk").first()
    tried = last is not None and timezone.now() - last.created_at < WEEK
    if model is None or newest is None or newest.pk <= model.run_id or tried:
        return 0.0
    figures = newest.evaluation.result
    now = figures.get("champion") if figures.get("champion_number") == model.number else None
    then = model.run.evaluation.result["accuracy"]
    if now is None or now["value"] is None or then["value"] is None:
        return 0.0
    return 100 * (float(then["value"]) - float(now["value"]))
