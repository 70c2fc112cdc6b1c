"""`make test`: every check in order, each announced and timed; the first that fails ends the run.

`python scripts/check.py [NAME …]` runs only the named ones.
"""

# ruff: noqa: T201 -- what it prints is what it is for

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

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


CHECKS = (
    Check("ruff check", (PYTHON, "-m", "ruff", "check", ".")),
    Check("ruff format", (PYTHON, "-m", "ruff", "format", "--check", ".")),
    Check("mypy --strict", (PYTHON, "-m", "mypy", "."), environment=FOR_SETTINGS),
    Check("import contracts", (str(BIN / "lint-imports"), "--no-cache")),
    Check("tsc", ("npm", "run", "--silent", "check"), ROOT / "frontend"),
    Check("vitest", ("npm", "run", "--silent", "test"), ROOT / "frontend"),
    Check("pytest, two at once", (PYTHON, "-m", "pytest", "-n", "2", "tests/annotate")),
    # Real workers, browsers and killed processes want the machine to themselves.
    Check("pytest", (PYTHON, "-m", "pytest", "--ignore=tests/annotate"), needs_browser=True),
)
SLOW = Check("slow tests", (PYTHON, "-m", "pytest", "-m", "slow"), needs_browser=True)


def main(names: list[str]) -> int:
    """0 when every check passed; else the first failure's status, after a summary of all."""
    chosen = [check for check in (*CHECKS, SLOW) if check.name in names] if names else list(CHECKS)
    times: list[tuple[str, float, int]] = []
    for check in chosen:
        begun = time.monotonic()
        status = _run(check)
        times.append((check.name, time.monotonic() - begun, status))
        if status:
            break
    return _summarise(times, left=[check.name for check in chosen[len(times) :]])


def _run(check: Check) -> int:
    print(f"── {check.name}", flush=True)
    environment = os.environ | check.environment
    environment["PATH"] = f"{BIN}{os.pathsep}{environment.get('PATH', '')}"
    if check.needs_browser:
        try:
            environment["CHROMIUM"] = str(chromium())
        except NoChromium as problem:
            print(problem, file=sys.stderr)
            return 1
    return subprocess.run(check.command, cwd=check.folder, env=environment, check=False).returncode


def _summarise(times: list[tuple[str, float, int]], left: list[str]) -> int:
    print("── summary", flush=True)
    for name, seconds, status in times:
        print(f"   {name:<18} {seconds:6.1f} s  {'FAILED' if status else 'passed'}")
    for name in left:
        print(f"   {name:<18}           not run")
    print(f"   {'all':<18} {sum(seconds for _, seconds, _ in times):6.1f} s", flush=True)
    return next((status for _, _, status in times if status), 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
