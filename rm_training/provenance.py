"""What a reward model was made by: the code, the libraries, the hardware."""

from __future__ import annotations

import hashlib
import os
import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rm_training import ml


def provenance(*, seed: int) -> dict[str, Any]:
    """As a reward model keeps it. A run of a worker computes on one device: a GPU, or all of the
    machine's processors that it may have."""
    import torch

    gpus = torch.cuda.is_available()
    return {
        "code_version": code_version(),
        "libraries": {name: version(name) for name in ("torch", "transformers", "numpy")},
        "seed": seed,
        "hardware": torch.cuda.get_device_name() if gpus else _processors(),
    }


@cache
def code_version() -> str:
    """The first 12 digits of a SHA-256 over the code that trains: equal means the same code, with
    or without a repository around it."""
    root = Path(next(iter(ml.__path__)))
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _processors() -> str:
    found = Path("/proc/cpuinfo")
    lines = found.read_text(encoding="utf-8").splitlines() if found.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else platform.machine()}, {len(os.sched_getaffinity(0))} cores"
