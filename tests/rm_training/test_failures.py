"""What a run's page calls an error, by the errors that libraries really raise."""

from __future__ import annotations

import errno

import pytest
import torch

from rm_training.actions.limits import OverLimit
from rm_training.failures import failure_of
from rm_training.ml.finetune.member import OutOfMemory
from rm_training.ml.solve import NotConverged
from rm_training.models import Failure


def raised_by_saving_to_a_full_disk() -> Exception:
    with pytest.raises(Exception) as caught:  # noqa: PT011 -- which one it is, is the question
        torch.save(torch.zeros(100_000), "/dev/full")
    assert isinstance(caught.value, Exception)
    return caught.value


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (raised_by_saving_to_a_full_disk(), Failure.DISK_FULL),
        (OSError(errno.ENOSPC, "No space left on device"), Failure.DISK_FULL),
        (OutOfMemory("One prompt does not fit."), Failure.OUT_OF_MEMORY),
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate"), Failure.OUT_OF_MEMORY),
        (OverLimit("24 hours"), Failure.OVER_LIMIT),
        (NotConverged("200 steps"), Failure.NOT_CONVERGED),
        (ZeroDivisionError("division by zero"), Failure.OTHER),
    ],
)
def test_a_failure_is_called_what_it_is(error: Exception, failure: Failure) -> None:
    assert failure_of(error) == failure
