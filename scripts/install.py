"""Installs requirement files into .venv: what is being fetched is shown, the rest only on failure.

`python scripts/install.py requirements.txt …`; every version is the one in constraints.txt.
"""

# ruff: noqa: T201 -- what it prints is what it is for

import re
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable

SHOWN = re.compile(r"^\s*(Downloading \S+ \(.*\)|Building wheel|Installing collected packages)")
KEPT_LINES = 40
SECONDS_BETWEEN_COUNTS = 5.0


def main(files: list[str]) -> int:
    """pip's exit status."""
    print(f"── Python packages: {', '.join(files)}", flush=True)
    begun = time.monotonic()
    process = subprocess.Popen(
        _command(files), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    last = _show(process.stdout)
    if process.wait():
        print("\n".join(last), file=sys.stderr)
        print("pip could not install these packages; it says why above.", file=sys.stderr)
    else:
        print(f"   done in {time.monotonic() - begun:.0f} s", flush=True)
    return process.returncode


def _command(files: list[str]) -> list[str]:
    wanted = [word for name in files for word in ("--requirement", name)]
    quiet = ["--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    return [
        *(sys.executable, "-m", "pip", "install", *quiet),
        *("--constraint", "constraints.txt", *wanted),
    ]


def _show(lines: Iterable[str]) -> deque[str]:
    """Show downloads as they begin, and now and then how many packages were looked at."""
    last: deque[str] = deque(maxlen=KEPT_LINES)
    seen, told = 0, time.monotonic()
    for line in lines:
        last.append(line.rstrip())
        seen += line.startswith("Collecting ")
        if found := SHOWN.match(line):
            print(f"   {found[1]}", flush=True)
        elif time.monotonic() - told > SECONDS_BETWEEN_COUNTS:
            print(f"   packages looked at: {seen} …", flush=True)
        else:
            continue
        told = time.monotonic()
    return last


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
