"""Where fine-tunes keep their checkpoints, and when these are removed. Loads torch."""

from __future__ import annotations

import hashlib
import json
import shutil
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from annotate.models import Snapshot
from rm_training.ml.finetune.config import FinetuneConfig
from rm_training.ml.finetune.place import InUse, alone

GONE = ".gone-"
FORMAT = 2
"""Of what lies in the folders: raised where an older one cannot be gone on from."""


def place_of(base: str | Path, config: FinetuneConfig, snapshot: Snapshot) -> Path:
    """The folder of a fine-tune in that of its project. It is named by all that shapes the result,
    so whoever trains the same, a run or the command, goes on from what is there."""
    told = json.dumps([FORMAT, str(base), config.as_json(), snapshot.sha256], sort_keys=True)
    key = hashlib.sha256(told.encode()).hexdigest()[:16]
    place: Path = settings.DATA_DIR / "finetune" / str(snapshot.project_id) / key
    return place


def make_room(own: Path) -> None:
    """Removes what the project's other fine-tunes left: it has one run at a time, so no other goes
    on with it. What a process still trains in stays."""
    for other in own.parent.iterdir() if own.parent.exists() else ():
        if other != own:
            with suppress(InUse):
                remove(other)


def remove(place: Path) -> None:
    """Removes a fine-tune's folder: checkpoints are several times the model's size. Raises InUse.

    Renamed first, so that nobody goes on from a half of them; what a cancelled worker still writes
    is removed by the next run.
    """
    with alone(place):
        gone = place if place.name.startswith(GONE) else place.with_name(f"{GONE}{place.name}")
        place.replace(gone)
        shutil.rmtree(gone, ignore_errors=True)
