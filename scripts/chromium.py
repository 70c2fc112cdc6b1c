"""Finds a Chromium for the browser tests, and installs one where there is none.

In order: the variable CHROMIUM, the system's, apt (for root, where apt is), Playwright's download.
"""

# ruff: noqa: T201 -- what it prints is what it is for

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class NoChromium(Exception):
    """No browser can be had; str() says what was tried and what to do."""


def chromium() -> Path:
    """The path of a Chromium that starts. Raises NoChromium."""
    for candidates in (_present, _from_apt, _from_playwright):
        for path in candidates():
            if _starts(path):
                return path
    raise NoChromium(
        "The browser tests need Chromium, and none could be had: none is installed, and neither "
        "apt (which needs root) nor Playwright's download gave one. Install Chromium, or set "
        "CHROMIUM to the path of one."
    )


def _starts(path: Path) -> bool:
    """Whether it is a browser at all: on Ubuntu the package is a stub that asks for snap."""
    try:
        told = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return told.returncode == 0 and "Chrom" in told.stdout


def _present() -> Iterator[Path]:
    for name in (os.environ.get("CHROMIUM"), *NAMES):
        if name and (found := shutil.which(name)):
            yield Path(found)


def _from_apt() -> Iterator[Path]:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    print("   no Chromium here: apt-get install chromium (about 100 MB) …", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        command = ["apt-get", "-qq", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"   {' '.join(command)}: {done.stderr.strip()[-500:]}", file=sys.stderr)
    yield from _present()


def _from_playwright() -> Iterator[Path]:
    print("   no Chromium here: Playwright downloads its own (about 150 MB) …", flush=True)
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    if subprocess.run(command, check=False).returncode == 0:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- needed only here

        with sync_playwright() as playwright:
            yield Path(playwright.chromium.executable_path)
