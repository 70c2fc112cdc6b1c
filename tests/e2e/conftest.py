"""A running system and a real Chromium for the tests of this folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.stack import Client, Stack

QUIET = [
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    running = Stack(tmp_path_factory.mktemp("stack"))
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="session")
def owner(stack: Stack) -> Client:
    """Signed in by the link that `serve` printed, which works once."""
    return Client(stack.base, stack.links["owner"])


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium that `make test` found; run as root it needs its sandbox switched off."""
    path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    assert Path(path).exists(), f"No Chromium at {path}: run `make test`, which finds or gets one."
    arguments = QUIET + (["--no-sandbox"] if os.geteuid() == 0 else [])
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=arguments)
        yield started
        started.close()
