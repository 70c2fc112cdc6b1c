"""`manage.py serve`: everything in the foreground, from an empty folder to a sign-in link.

It knows the order of the steps; the servers, the programs and how they are watched are elsewhere
(annotate/embedded.py, processes.py, supervisor.py).
"""

import errno
import fcntl
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from annotate import embedded, processes
from annotate.broker import requeue_unacknowledged
from annotate.health import web_answers
from annotate.supervisor import Child, GaveUp, Log, Supervisor

WORKERS = ("default", "gpu", "score")
BEHIND = (*WORKERS, "beat")
PROGRAMS = ("web", *BEHIND)
READY_SECONDS = 60.0
ASK_SECONDS = 0.5
WORKERS_SECONDS = 15.0

_ending = threading.Event()  # Ctrl-C, SIGTERM or a closed terminal has asked for the end


class Command(BaseCommand):
    help = "Run PostgreSQL, Redis, the web server, three workers and beat; Ctrl-C stops them all."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        started = time.monotonic()
        _on_endings(_interrupt)
        log = Log(("serve", *PROGRAMS))
        host, port = _free_address()
        try:
            with _only_one(settings.DATA_DIR), _servers(log):
                _prepare(log)
                _run(log, f"http://{_reachable(host)}:{port}", started)
        except KeyboardInterrupt:
            log.line("serve", "stopped; all data are kept")
        except (GaveUp, embedded.ServerFailed) as problem:
            raise CommandError(str(problem)) from None


def _on_endings(handler: Callable[[int, FrameType | None], Any] | signal.Handlers) -> None:
    """Set what Ctrl-C, SIGTERM and a closed terminal do; nohup's wish for the last is kept."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    _ending.set()
    raise KeyboardInterrupt


def _stop_if_asked() -> None:
    """Raise again what was lost: Python drops an exception that rises inside a finaliser."""
    if _ending.is_set():
        raise KeyboardInterrupt


def _free_address() -> tuple[str, int]:
    """HOST and PORT; CommandError naming the way out when nothing can listen there."""
    try:
        host, port = processes.address()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except ValueError as problem:
        raise CommandError(str(problem)) from None
    except OSError as problem:
        raise CommandError(_cannot_listen(host, port, problem)) from None
    return host, port


def _cannot_listen(host: str, port: int, problem: OSError) -> str:
    if problem.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is in use, perhaps by Tiebreak itself: look at "
            f"http://{_reachable(host)}:{port}. To use another port, start with "
            f"PORT={port + 1 if port < 65535 else 8000} make run"
        )
    return (
        f"Cannot listen on {host} port {port}: {problem.strerror}. Set HOST and PORT to an address "
        "of this machine and a port above 1023, for example PORT=8001 make run"
    )


def _reachable(host: str) -> str:
    """The host to reach the web server at from this machine."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104 -- compared with, not bound to
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


@contextmanager
def _only_one(data_dir: Path) -> Iterator[None]:
    """Hold the data folder: two sets of workers over one would do everything twice."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(data_dir / "serve.lock", os.O_RDWR | os.O_CREAT, 0o600), "r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(
                f"Tiebreak already runs over {data_dir} (process {lock.read().strip()}). Stop it "
                "first, or give this one data of its own with DATA_DIR=… make run"
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


@contextmanager
def _servers(log: Log) -> Iterator[None]:
    """The embedded PostgreSQL and Redis; nothing where the environment names others."""
    if not embedded.is_embedded():
        log.line("serve", "using the database and the broker that the environment names")
        yield
        return
    held = embedded.servers(settings.DATA_DIR)
    with log.step("PostgreSQL and Redis"):
        held.__enter__()
    try:
        yield
    finally:
        _on_endings(signal.SIG_IGN)  # it takes a second or two, and cut short helps nobody
        log.line("serve", "Redis and PostgreSQL stop, unless another command still uses them")
        held.__exit__(None, None, None)


def _prepare(log: Log) -> None:
    """Migrations, messages that dead workers hold, and a demo project in an empty database."""
    with log.step("migrations"):
        call_command("migrate", interactive=False, verbosity=0)
    if embedded.is_embedded() and (count := requeue_unacknowledged(WORKERS)):
        log.line("serve", f"{count} unfinished task(s) of the last time go back into their queues")
    if not get_user_model().objects.exists():
        with log.step("demo project, on the first start only"):
            call_command("demo", stdout=StringIO())
    connections.close_all()
    _stop_if_asked()


def _run(log: Log, url: str, started: float) -> None:
    """The programs, until Ctrl-C; the address and the links once the web answers."""
    supervisor = Supervisor([_child(name, log) for name in PROGRAMS], log, on_end=_take_back)
    try:
        log.line("serve", f"{', '.join(PROGRAMS)} start …")
        supervisor.start()
        _wait_until_ready(supervisor, url)
        log.line("serve", f"ready in {time.monotonic() - started:.1f} s; Ctrl-C stops everything")
        _print_links(url)
        supervisor.watch(until=_ending.is_set)
    finally:
        log.line("serve", "stopping …")
        supervisor.stop()


def _wait_until_ready(supervisor: Supervisor, url: str) -> None:
    """Until the web answers, then a little for the workers, so that the links come last.

    Raises GaveUp when the web does not answer.
    """
    deadline = time.monotonic() + READY_SECONDS
    # Not asked too often: a web server that answers with an error logs every question.
    supervisor.watch(
        until=lambda: web_answers(url) or _ending.is_set() or time.monotonic() > deadline,
        every=ASK_SECONDS,
    )
    _stop_if_asked()
    if time.monotonic() > deadline:
        raise GaveUp(f"The web server does not answer at {url}/healthz; its log is above.")
    deadline = time.monotonic() + WORKERS_SECONDS
    supervisor.watch(until=lambda: supervisor.is_ready(BEHIND) or time.monotonic() > deadline)


def _child(name: str, log: Log) -> Child:
    command = [sys.executable, "-m", "annotate.processes", name, "--parent", str(os.getpid())]
    says_ready = processes.programs()[name].says_ready
    return Child(name, command, folder=settings.ROOT, says_ready=says_ready, log=log)


def _take_back(name: str) -> None:
    """A worker that died holds messages: with our own broker it was the queue's only worker."""
    if name in WORKERS and embedded.is_embedded():
        requeue_unacknowledged([name])


def _print_links(url: str) -> None:
    """The address and the one-time links, framed, so that they are found in the log."""
    from annotate.actions.people import startup_links  # noqa: PLC0415 -- needs the tables

    rows = [("Tiebreak", url), *startup_links()]
    connections.close_all()
    width = max(len(label) for label, _link in rows)
    rule = "─" * 78
    lines = [rule, *(f"  {label:<{width}}  {link}" for label, link in rows), rule]
    print("\n".join(["", *lines, ""]), flush=True)  # noqa: T201 -- what the user came for
