"""Folders of checkpoints: one name for what trains the same, and what makes room for another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from annotate.models import Project, Snapshot
from rm_training.checkpoints import make_room, place_of, remove
from rm_training.ml.finetune.config import FinetuneConfig
from rm_training.ml.finetune.place import InUse
from tests.rm_training.ml_finetune_samples import in_use

USUAL = FinetuneConfig()


def test_a_folder_is_named_by_all_that_shapes_the_result(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    first, other = (Snapshot(project=Project(pk=7), sha256=letter * 64) for letter in "ab")
    place = place_of("base", USUAL, first)
    assert place == place_of(Path("base"), FinetuneConfig.from_json({}), first)
    assert place.parent == tmp_path / "finetune" / "7"
    changed = [
        place_of("else", USUAL, first),
        place_of("base", FinetuneConfig(seed=1), first),
        place_of("base", USUAL, other),
    ]
    assert len({place, *changed}) == 4


def test_room_is_made_of_what_nobody_trains_in(tmp_path: Path) -> None:
    own, left, used = (tmp_path / name for name in ("own", "left", "used"))
    (own / "checkpoints").mkdir(parents=True)
    (left / "checkpoints").mkdir(parents=True)
    (tmp_path / ".gone-half" / "checkpoints").mkdir(parents=True)
    with in_use(used):
        make_room(own)
        with pytest.raises(InUse):
            remove(used)
    assert {*tmp_path.iterdir()} == {own, used}
    make_room(own)
    assert {*tmp_path.iterdir()} == {own}
    assert (own / "checkpoints").exists()
