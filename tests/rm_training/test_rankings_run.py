"""Rankings of several answers, from an import to a trained model of either tier."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from annotate.actions.importing import import_file
from annotate.models import Project, User
from rm_training.actions.runs import perform_run
from rm_training.ml.units import units_of
from rm_training.models import Tier, TrainingRun, Trigger
from rm_training.pipeline import dataset_of
from tests.rm_training.ml_finetune_samples import one_thread
from tests.rm_training.ml_samples import tiny_llama

__all__ = ["one_thread"]

pytestmark = pytest.mark.django_db(transaction=True)
FULL = {"max_tokens": 100, "learning_rate": 3e-3, "prompts_per_step": 8, "epochs": 4}


def import_rankings(project: Project, folder: Path) -> None:
    """120 tasks of four answers, of which the more polite one is better and as polite ones tie."""
    rng, rows = np.random.default_rng(0), []
    for number in range(120):
        polite = rng.integers(0, 4, 4)
        ranks = 1 + np.unique(-polite, return_inverse=True)[1]
        texts = [f"Answer {place}: {'please ' * times}" for place, times in enumerate(polite)]
        rows.append(
            {
                "prompt": f"Question {number}?",
                "responses": [{"text": text} for text in texts],
                "votes": [{"rater": "ruth", "ranks": ranks.tolist()}],
            }
        )
    path = folder / "rankings.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    assert import_file(project=project, path=path).votes_added == 120


@pytest.mark.parametrize(("tier", "asked"), [(Tier.NIGHTLY, {}), (Tier.FULL, FULL)])
def test_a_run_learns_rankings_with_ties_whole(
    project: Project, alice: User, tmp_path: Path, settings: Any, tier: Tier, asked: dict[str, Any]
) -> None:
    import_rankings(project, tmp_path)
    settings.BACKBONE = str(tiny_llama(tmp_path / "base"))
    run = TrainingRun.objects.create(
        project=project, by=alice, tier=tier, trigger=Trigger.BUTTON, asked=asked
    )
    perform_run(run.pk)
    run.refresh_from_db()
    assert run.state == TrainingRun.State.DONE, run.log
    assert run.snapshot is not None
    units = units_of(dataset_of(run.snapshot).overall)
    assert [len(tasks) for tasks in units.ranked] == [120]
    assert len(units.pairs) == 0
    assert run.evaluation.result["accuracy"]["value"] > 0.7
