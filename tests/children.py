"""What programs that tests start need: a port of their own, the tests' database and broker."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(**more: str) -> dict[str, str]:
    """This process's own, pointed at the database that the tests write to."""
    url, _, host = os.environ["DATABASE_URL"].partition("?")
    database = connection.settings_dict["NAME"]
    return os.environ | {"DATABASE_URL": f"{url.rpartition('/')[0]}/{database}?{host}", **more}


@contextmanager
def celery_worker(queue: str, output: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker of this queue over the tests' database and broker, ended when the block is left."""
    command = [sys.executable, "-m", "celery", "--app", "annotate.celery", "worker", "-Q", queue]
    with output.open("w") as sink:
        process = subprocess.Popen(
            [*command, "--pool=solo", "--without-gossip", "--without-mingle", "-n", output.stem],
            cwd=ROOT,
            env=environment(OMP_NUM_THREADS="1"),
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait(10)
