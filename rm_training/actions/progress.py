"""Tells a run's readers how far it is. Every report is also where a cancelled run stops."""

from __future__ import annotations

import time
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Concat

from rm_training.actions.claims import Claim
from rm_training.models import TrainingPoint, TrainingRun

# A bar that moves once a second is as good as one that moves a thousand times.
SECONDS_BETWEEN_WRITES = 1.0


class Reporter:
    """Writes stage, progress and log of one run. Every method raises LostJob where it is lost."""

    def __init__(self, claim: Claim[TrainingRun]) -> None:
        self._claim = claim
        self._began = time.monotonic()
        self._written = 0.0
        self._span = (0.0, 1.0)

    def stage(self, name: str, start: float, end: float) -> None:
        """A new stage, which takes the progress bar from `start` to `end` (shares of the run)."""
        self._span = (start, end)
        self._claim.write(stage=name[:60], progress=start, log=self._line(name))

    def step(self, done: int, total: int) -> None:
        """`done` of `total` parts of this stage; written at most once a second."""
        now = time.monotonic()
        if now - self._written < SECONDS_BETWEEN_WRITES:
            return
        self._written = now
        start, end = self._span
        share = min(done / total, 1.0) if total else 1.0
        self._claim.write(progress=start + (end - start) * share)

    def beat(self) -> None:
        """Nothing new but that work goes on."""
        self._claim.write()

    def point(self, **values: Any) -> None:
        """A step of a fine-tune (`TrainingPoint`); one that is made again overwrites the first."""
        self._claim.write()
        TrainingPoint.objects.bulk_create(
            [TrainingPoint(run_id=self._claim.pk, **values)],
            update_conflicts=True,
            unique_fields=["run", "member", "step"],
            update_fields=["steps", "loss", "learning_rate", "pairs_per_second", "seconds_left"],
        )

    def log(self, text: str) -> None:
        """Adds lines to the log, with the time since this attempt began."""
        self._claim.write(log=self._line(text))

    def _line(self, text: str) -> Concat:
        seconds = int(time.monotonic() - self._began)
        clock = f"{seconds // 60:02d}:{seconds % 60:02d}"
        return Concat(F("log"), Value(f"{clock}  {text}\n"))
