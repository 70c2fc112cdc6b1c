"""Which of the known failures an error is: what the run's page names. Loads torch."""

from __future__ import annotations

import errno

from accelerate.utils.memory import should_reduce_batch_size

from annotate.queries.snapshots import Damaged
from rm_training.actions.limits import OverLimit
from rm_training.ml.finetune.member import OutOfMemory
from rm_training.ml.finetune.trainer import LossNotFinite
from rm_training.ml.loading import MissingBackbone, UnsuitableBackbone
from rm_training.ml.snapshot import SnapshotError
from rm_training.ml.solve import NotConverged
from rm_training.models import Failure
from rm_training.scoring import MissingFiles

_BY_TYPE: tuple[tuple[type[Exception], Failure], ...] = (
    (OutOfMemory, Failure.OUT_OF_MEMORY),
    (MemoryError, Failure.OUT_OF_MEMORY),
    (OverLimit, Failure.OVER_LIMIT),
    (LossNotFinite, Failure.LOSS_NOT_FINITE),
    (NotConverged, Failure.NOT_CONVERGED),
    (MissingBackbone, Failure.NO_BACKBONE),
    (UnsuitableBackbone, Failure.NO_BACKBONE),
    (MissingFiles, Failure.NO_CHAMPION_FILES),
    (Damaged, Failure.DAMAGED_SNAPSHOT),
    (SnapshotError, Failure.DAMAGED_SNAPSHOT),
)
# The second is what torch.save says of a file that it could not write to its end.
_NO_SPACE = ("No space left on device", "inline_container.cc")


def failure_of(error: Exception) -> Failure:
    """What to call it; OTHER where that is not known."""
    if _is_full_disk(error):
        return Failure.DISK_FULL
    for kind, failure in _BY_TYPE:
        if isinstance(error, kind):
            return failure
    return Failure.OUT_OF_MEMORY if should_reduce_batch_size(error) else Failure.OTHER


def _is_full_disk(error: Exception) -> bool:
    """Also where it is the database's disk, or where a library says it in words alone."""
    full = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}
    return full or any(words in str(error) for words in _NO_SPACE)
