"""The programs an installation consists of, in one place: `python -m annotate.processes NAME`.

`serve` starts them as its children and the images in docker/ as their entry point. This module
turns into the program it is asked for; it loads neither Django nor the program's libraries.
"""

import argparse
import ctypes
import os
import signal
import sys
from dataclasses import dataclass

LINUX_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Program:
    """One program: the arguments Python gets, what it logs once it is at work, what ends it when
    its parent is killed."""

    name: str
    command: tuple[str, ...]
    says_ready: str = ""
    when_orphaned: signal.Signals = signal.SIGTERM


def programs() -> dict[str, Program]:
    """Every program by name; HOST, PORT, WEB_WORKERS and WEB_THREADS shape the first."""
    celery = ("-m", "celery", "--app", "annotate.celery", "--quiet")
    worker = (*celery, "worker", "--without-gossip", "--without-mingle", "--loglevel", "INFO")
    every = (
        Program("web", ("-m", "granian", *_web_options(), "annotate.wsgi:application")),
        Program("default", (*worker, "-Q", "default", "-c", "1", "-n", "default@%h"), " ready."),
        # A run may take hours: an orphan is killed, and its message is delivered again.
        Program(
            "gpu", (*worker, "-Q", "gpu", "--pool=solo", "-n", "gpu@%h"), " ready.", signal.SIGKILL
        ),
        # Somebody waits for each reward, so it never stands behind a run.
        Program("score", (*worker, "-Q", "score", "--pool=solo", "-n", "score@%h"), " ready."),
        Program("beat", (*celery, "beat", "--pidfile=", "--loglevel", "INFO"), "beat: Starting"),
        Program("migrate", ("manage.py", "migrate", "--no-input")),
    )
    return {program.name: program for program in every}


def address() -> tuple[str, int]:
    """The host and port of the web server, from HOST and PORT; ValueError when PORT is no port."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ValueError(f"PORT={text} is not a port: it must be a number from 1 to 65535.")
    return os.environ.get("HOST") or "127.0.0.1", int(text)


def _web_options() -> tuple[str, ...]:
    host, port = address()
    return (
        *("--interface", "wsgi", "--http", "1", "--no-ws", "--log-level", "warning"),
        *("--host", host, "--port", str(port)),
        *("--workers", os.environ.get("WEB_WORKERS") or "2", "--respawn-failed-workers"),
        *(
            "--blocking-threads",
            os.environ.get("WEB_THREADS") or "4",
            "--workers-kill-timeout",
            "5",
        ),
    )


def _end_with_parent(parent: int, how: signal.Signals) -> None:
    """Let the kernel end this process when `serve` is killed and cannot end it itself."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(LINUX_PR_SET_PDEATHSIG, int(how), 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), how)


def main(arguments: list[str]) -> None:
    """Become the program that the arguments name."""
    parser = argparse.ArgumentParser(prog="python -m annotate.processes", description=__doc__)
    parser.add_argument("name", choices=sorted(programs()))
    parser.add_argument("--parent", type=int, help="end when the process of this number does")
    options = parser.parse_args(arguments)
    program = programs()[options.name]
    if options.parent is not None:
        _end_with_parent(options.parent, program.when_orphaned)
    # Celery warns whoever is root at every start. In the images nobody is; here the user knows.
    os.environ.setdefault("PYTHONWARNINGS", "ignore:::celery.platforms")
    os.execv(sys.executable, [sys.executable, *program.command])  # noqa: S606 -- our own programs


if __name__ == "__main__":
    main(sys.argv[1:])
