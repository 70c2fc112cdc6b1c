"""Moves the champion: at most one a project, always under the project's lock, always audited."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from annotate.actions.audit import record
from annotate.errors import Conflict
from annotate.models import Project, User
from rm_training.models import RewardModel
from rm_training.queries.champions import champion_before


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


@transaction.atomic
def roll_back(*, project: Project, to: int, by: User | None) -> RewardModel:
    """Makes the champion before this one, which is number `to`, the champion again.

    Once more leads forward again. Conflict where there is none to go back to, or where the champion
    has moved since and another one is.
    """
    champion = lock_champion(project)
    before = champion_before(champion) if champion else None
    if champion is None or before is None:
        raise Conflict(
            "No other model of this project has served, so there is none to roll back to. The "
            "champion stays as it is; any other model can be promoted, with a reason."
        )
    if before.number != to:
        raise Conflict(
            f"The champion has changed meanwhile: model {champion.number} serves now, and the one "
            f"before it is model {before.number}, not {to}. Nothing was changed; look again."
        )
    return promote(model=before, by=by, reason=f"rolled back from model {champion.number}")
