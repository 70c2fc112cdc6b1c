"""`make test`: every check, announced and timed. Those of the text run two at once, then the tests
in order; the first kind of them that fails ends the run.

`python scripts/check.py [NAME …]` runs only the named ones.
"""

# ruff: noqa: T201 -- what it prints is what it is for

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from chromium import NoChromium, chromium

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
PYTHON = str(BIN / "python")

# mypy's Django plugin reads the settings, and the settings refuse to be read without these.
FOR_SETTINGS = {
    "SECRET_KEY": "for type checking only, and nothing is signed with it",
    "DATABASE_URL": "postgres://nobody@/nothing",
    "REDIS_URL": "redis://localhost",
}


@dataclass(frozen=True)
class Check:
    """One step: a command, the folder it runs in, what it adds to the environment."""

    name: str
    command: tuple[str, ...]
    folder: Path = ROOT
    environment: Mapping[str, str] = field(default_factory=dict)
    needs_browser: bool = False


# What needs no worker, browser or server of its own.
ALONE = (
    "tests/rm_training/test_ml_*.py",
    "tests/rm_training/test_acquisition.py",
    "tests/rm_training/test_api_access.py",
    "tests/test_access.py",
)

# Each uses one core at most.
STATIC = (
    Check("ruff check", (PYTHON, "-m", "ruff", "check", ".")),
    Check("ruff format", (PYTHON, "-m", "ruff", "format", "--check", ".")),
    Check("mypy --strict", (PYTHON, "-m", "mypy", "."), environment=FOR_SETTINGS),
    Check("import contracts", (str(BIN / "lint-imports"), "--no-cache")),
    Check("tsc", ("npm", "run", "--silent", "check"), ROOT / "frontend"),
    Check("vitest", ("npm", "run", "--silent", "test"), ROOT / "frontend"),
)
TESTS = (
    Check(
        "pytest, two at once",
        (
            *(PYTHON, "-m", "pytest", "-n", "2", "tests/annotate"),
            *sorted(str(path.relative_to(ROOT)) for one in ALONE for path in ROOT.glob(one)),
        ),
        environment={"OMP_NUM_THREADS": "1"},
    ),
    # Real workers, browsers and killed processes want the machine to themselves.
    Check(
        "pytest",
        (
            *(PYTHON, "-m", "pytest", "--ignore=tests/annotate"),
            *(f"--ignore-glob={ROOT / one}" for one in ALONE),
        ),
        needs_browser=True,
    ),
)
SLOW = Check("slow tests", (PYTHON, "-m", "pytest", "-m", "slow"), needs_browser=True)


def main(names: list[str]) -> int:
    """0 when every check passed; else the first failure's status, after a summary of all."""
    begun = time.monotonic()
    static = [check for check in STATIC if not names or check.name in names]
    left = [check for check in (*TESTS, SLOW) if check.name in names] if names else list(TESTS)
    with ThreadPoolExecutor(2) as pool:
        times = list(pool.map(_quietly, static))
    while left and not any(status for _, _, status in times):
        check = left.pop(0)
        print(f"── {check.name}", flush=True)
        times.append(_timed(check, None))
    return _summarise(times, [check.name for check in left], time.monotonic() - begun)


Timed = tuple[str, float, int]


def _quietly(check: Check) -> Timed:
    """What it prints is shown in one piece at its end: others run beside it."""
    with tempfile.TemporaryFile() as output:
        timed = _timed(check, output)
        output.seek(0)
        print(f"── {check.name}\n{output.read().decode(errors='replace')}", end="", flush=True)
    return timed


def _timed(check: Check, output: IO[bytes] | None) -> Timed:
    begun = time.monotonic()
    status = _run(check, output)
    return check.name, time.monotonic() - begun, status


def _run(check: Check, output: IO[bytes] | None) -> int:
    environment = os.environ | check.environment
    environment["PATH"] = f"{BIN}{os.pathsep}{environment.get('PATH', '')}"
    if check.needs_browser:
        try:
            environment["CHROMIUM"] = str(chromium())
        except NoChromium as problem:
            print(problem, file=sys.stderr)
            return 1
    return subprocess.run(
        check.command,
        cwd=check.folder,
        env=environment,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        check=False,
    ).returncode


def _summarise(times: list[Timed], left: list[str], seconds_in_all: float) -> int:
    print("── summary", flush=True)
    for name, seconds, status in times:
        print(f"   {name:<18} {seconds:6.1f} s  {'FAILED' if status else 'passed'}")
    for name in left:
        print(f"   {name:<18}           not run")
    print(f"   {'all':<18} {seconds_in_all:6.1f} s", flush=True)
    return next((status for _, _, status in times if status), 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
