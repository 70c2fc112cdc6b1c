"""A fine-tune's folder: one process at a time, and smaller batches after one that was killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rm_training.ml.finetune.place import SIZE_FILE, InUse, alone
from rm_training.ml.finetune.progress import Progress
from rm_training.ml.finetune.train import finetune
from tests.children import ROOT, kill
from tests.rm_training.ml_finetune_samples import QUICK, in_use, one_thread, planted, tiny

__all__ = ["one_thread"]

KILLED_WITHIN = """
import sys, time
from pathlib import Path
from rm_training.ml.finetune.place import alone, trying

place = Path(sys.argv[1])
with alone(place), trying(place / "checkpoints" / "0", int(sys.argv[2])):
    print("training", flush=True)
    time.sleep(600)
"""

ONE_OF_TWO = """
import os, signal, sys
from pathlib import Path
from dataclasses import replace
from rm_training.ml.finetune.place import processes
from rm_training.ml.finetune.train import finetune
from tests.rm_training.ml_finetune_samples import QUICK, planted

def hear(now):
    if now.step == int(sys.argv[2]) and processes().is_main_process:
        os.kill(os.getpid(), signal.SIGKILL)

folder, config = Path(sys.argv[1]), replace(QUICK, prompts_per_batch=4)
tuned = finetune(
    folder / "base", planted(64), config, folder / "run", progress=hear, report=print
)
print("trained with", tuned.runs[0].prompts_per_batch)
"""


def training(place: Path, size: int) -> subprocess.Popen[bytes]:
    """A process that holds the folder and tries so many prompts a batch, until it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED_WITHIN, str(place), str(size)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"training\n"
    return process


def test_a_folder_is_anothers_until_that_is_killed_and_then_half_the_batch_is_tried(
    tmp_path: Path,
) -> None:
    base, data, place = tiny("llama", tmp_path / "base"), planted(64), tmp_path / "run"
    whole = finetune(base, data, QUICK, tmp_path / "whole")
    note = place / "checkpoints" / "0" / SIZE_FILE

    def stop_at_5(now: Progress) -> None:
        assert note.read_text() == "8"
        if now.step == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        finetune(base, data, QUICK, place, progress=stop_at_5)
    assert not note.exists()
    other = training(place, 8)
    try:
        with pytest.raises(InUse, match="Another process is training in"):
            finetune(base, data, QUICK, place)
    finally:
        kill(other)
    said: list[str] = []
    steps: list[int] = []
    tuned = finetune(
        base, data, QUICK, place, report=said.append, progress=lambda now: steps.append(now.step)
    )
    assert said == [
        "Its worker was lost while training with 8 prompts a batch, perhaps for want of memory: "
        "going on with 4."
    ]
    assert steps == [5, 6, 7, 8]  # from the checkpoint of step 4
    assert tuned.runs[0].prompts_per_batch == 4
    np.testing.assert_allclose(
        tuned.scores(data.conversations), whole.scores(data.conversations), atol=1e-5
    )


@pytest.mark.parametrize(("killed", "then"), [("3", 1), ("1", 1), ("", 8)])
def test_the_batch_is_halved_down_to_one_prompt(tmp_path: Path, killed: str, then: int) -> None:
    checkpoints = tmp_path / "run" / "checkpoints" / "0"
    checkpoints.mkdir(parents=True)
    (checkpoints / SIZE_FILE).write_text(killed)
    tuned = finetune(tiny("llama", tmp_path / "base"), planted(8), QUICK, tmp_path / "run")
    assert tuned.runs[0].prompts_per_batch == then


def test_a_folder_is_free_once_its_training_has_ended(tmp_path: Path) -> None:
    for _ in range(2):
        with in_use(tmp_path), pytest.raises(InUse), alone(tmp_path):
            pass


@pytest.mark.slow
def test_two_processes_of_one_training_agree_on_the_batch_after_a_kill(tmp_path: Path) -> None:
    tiny("llama", tmp_path / "base")
    assert "trained" not in two_processes(tmp_path, killed_at=6)
    said = two_processes(tmp_path, killed_at=0)
    assert said.count("with 4 prompts a batch, perhaps for want of memory: going on with 2") == 2
    assert said.count("trained with 2") == 2


def two_processes(folder: Path, *, killed_at: int) -> str:
    """What the processes of one training said, the main one killed after this step."""
    program = folder / "one_of_two.py"
    program.write_text(ONE_OF_TWO)
    launch = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2"]
    done = subprocess.run(
        [*launch, str(program), str(folder), str(killed_at)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    return done.stdout
