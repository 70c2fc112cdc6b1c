"""Moves the champion: at most one a project, always under the project's lock, always audited."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from annotate.actions.audit import record
from annotate.models import Project, User
from rm_training.models import RewardModel


def lock_champion(project: Project) -> RewardModel | None:
    """The champion, which cannot move until the transaction ends."""
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    return RewardModel.objects.filter(project=project, champion=True).first()


@transaction.atomic
def promote(*, model: RewardModel, by: User | None, reason: str) -> RewardModel:
    """Makes `model` the champion. Promoting the champion again changes nothing."""
    before = lock_champion(model.project)
    if before is not None and before.pk == model.pk:
        return before
    if before is not None:
        before.champion = False
        before.save(update_fields=["champion"])
    model.champion = True
    model.promoted_at = timezone.now()
    model.save(update_fields=["champion", "promoted_at"])
    record(
        project=model.project,
        actor=by,
        action="champion changed",
        model=model.number,
        before=before.number if before else None,
        reason=reason,
    )
    return model
