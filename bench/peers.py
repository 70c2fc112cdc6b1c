"""The peers, in an environment of their own: `.venv/peers`, made from requirements-bench.txt.

A peer is a function of `peer_work.py`, which knows nothing of this project and runs in a process of
its own over the same arrays. The time is that of the work alone, measured there.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv" / "peers"
REQUIREMENTS = ROOT / "requirements-bench.txt"


def run(name: str, **arrays: Any) -> dict[str, float]:
    """What the peer `name` says of the arrays: `wall_s` and `cpu_s`, and results by name."""
    python = _installed()
    with tempfile.TemporaryDirectory(prefix="tiebreak-peer-") as folder:
        path = Path(folder) / "arrays.npz"
        np.savez(path, **arrays)
        script = Path(__file__).with_name("peer_work.py")
        done = subprocess.run(
            [python, script, name, path], capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise SystemExit(f"The peer {name} failed:\n{done.stderr}")
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def _installed() -> Path:
    python, stamp = FOLDER / "bin" / "python", FOLDER / "installed"
    wanted = REQUIREMENTS.read_text()
    if not stamp.is_file() or stamp.read_text() != wanted:
        print("── installing the peers (requirements-bench.txt)", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", FOLDER], check=True)
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "-r", REQUIREMENTS],
            check=True,
            stdout=sys.stderr,
        )
        stamp.write_text(wanted)
    return python
