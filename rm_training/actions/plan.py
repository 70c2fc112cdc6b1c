"""How a project trains: changed here and nowhere else, and read by every run that is started."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from annotate.actions.audit import record
from annotate.models import Project, User
from rm_training.models import Tier, TrainingPlan

Settings = Mapping[str, Any]


def plan_of(project: Project) -> TrainingPlan:
    """The project's plan; as usual, and unsaved, where nobody has changed it."""
    return TrainingPlan.objects.filter(project=project).first() or TrainingPlan(project=project)


def settings_of(project: Project, tier: Tier) -> dict[str, Any]:
    """What the plan says about a tier, for `asked` of a run."""
    plan = plan_of(project)
    found: dict[str, Any] = plan.full if tier == Tier.FULL else plan.nightly
    return found


@transaction.atomic
def change_plan(
    *,
    project: Project,
    by: User,
    nightly: Settings,
    full: Settings,
    weekly: bool,
    grown: int | None,
    drifted: float | None,
) -> TrainingPlan:
    """Replaces the plan. Settings were checked by the caller: a run takes them as they are."""
    changed, _ = TrainingPlan.objects.update_or_create(
        project=project,
        defaults={
            "nightly": dict(nightly),
            "full": dict(full),
            "weekly": weekly,
            "grown": grown,
            "drifted": drifted,
        },
    )
    record(
        project=project,
        actor=by,
        action="training plan changed",
        nightly=dict(nightly),
        full=dict(full),
        weekly=weekly,
        grown=grown,
        drifted=drifted,
    )
    return changed
