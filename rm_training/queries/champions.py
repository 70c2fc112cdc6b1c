"""Which model served before the one that serves."""

from __future__ import annotations

from rm_training.models import RewardModel


def champion_before(champion: RewardModel) -> RewardModel | None:
    """The model that was promoted last, this one aside; None where no other ever served."""
    others = RewardModel.objects.filter(project=champion.project_id, promoted_at__isnull=False)
    return others.exclude(pk=champion.pk).order_by("-promoted_at").first()
