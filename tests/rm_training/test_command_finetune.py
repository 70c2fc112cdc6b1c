"""`manage.py finetune`: from a project's judgments to a reward model's folder."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from annotate.actions.snapshots import take_snapshot
from annotate.models import Project
from rm_training.checkpoints import place_of
from rm_training.ml.finetune.config import FinetuneConfig
from rm_training.ml.folder_scorer import FolderScorer
from rm_training.ml.render import Conversation
from tests.rm_training.ml_finetune_samples import in_use
from tests.rm_training.ml_samples import tiny_llama
from tests.rm_training.test_loop import import_votes

pytestmark = pytest.mark.django_db


@pytest.fixture
def judged(project: Project, tmp_path: Path, settings: Any) -> Project:
    settings.DATA_DIR = tmp_path / "data"
    project.evaluation_share = 0.5
    project.save()
    import_votes(project, tmp_path, prompts=40)
    return project


def test_a_folder_that_scores_comes_out_and_says_how_good_it_is(
    judged: Project, tmp_path: Path
) -> None:
    said, folder = StringIO(), tmp_path / "model"
    base = str(tiny_llama(tmp_path / "base"))
    options = {"backbone": base, "max_tokens": 64, "stdout": said, "stderr": StringIO()}
    call_command("finetune", judged.slug, str(folder), **options)
    assert "Snapshot 1: 240 comparisons" in said.getvalue()
    assert f"Written to {folder}. To train the nightly heads on it" in said.getvalue()
    assert "of the comparisons of" in said.getvalue()
    rewards = FolderScorer.load(folder)([Conversation([{"role": "user", "content": "Hi"}], "Ho")])
    assert rewards.shape == (1,)
    meta = json.loads((folder / "tiebreak.json").read_text())
    assert (meta["project"], meta["tier"]) == ("helpful", "full")
    assert not [*(tmp_path / "data" / "finetune" / str(judged.pk)).iterdir()]  # no checkpoints
    with pytest.raises(CommandError, match="exists already"):
        call_command("finetune", judged.slug, str(folder), **options)


def test_too_few_judgments_train_nothing(project: Project, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Nothing was trained: a retrain needs at least 20"):
        call_command("finetune", project.slug, str(tmp_path / "m"), stdout=StringIO())
    assert not (tmp_path / "m").exists()


def test_what_a_run_trains_already_is_not_trained_beside_it(
    judged: Project, tmp_path: Path
) -> None:
    base = str(tiny_llama(tmp_path / "base"))
    snapshot = take_snapshot(project=judged, by=None)
    place = place_of(base, FinetuneConfig(max_tokens=64), snapshot)
    options = {"backbone": base, "max_tokens": 64, "stdout": StringIO()}
    with in_use(place), pytest.raises(CommandError, match="Another process is training in"):
        call_command("finetune", judged.slug, str(tmp_path / "model"), **options)


@pytest.mark.parametrize("backbone", ["/nowhere", None])
def test_what_is_not_there_is_named(judged: Project, tmp_path: Path, backbone: str | None) -> None:
    slug = judged.slug if backbone else "elsewhere"
    with pytest.raises(CommandError, match="nowhere" if backbone else "no project 'elsewhere'"):
        call_command("finetune", slug, str(tmp_path / "m"), backbone=backbone, stdout=StringIO())
