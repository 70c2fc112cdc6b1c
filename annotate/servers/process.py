"""What PostgreSQL and Redis have in common as child processes: paths, logs, waiting, stopping.

It does not know what either server is for, nor when it should run (annotate/embedded.py does).
"""

import hashlib
import os
import pwd
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

# A Unix socket's path has room for 107 bytes on Linux and 103 elsewhere; PostgreSQL appends
# "/.s.PGSQL.5432" and then ".lock" for its own file.
SOCKET_DIR_LIMIT = 80
LOG_TAIL_LINES = 12
ASK_AGAIN_SECONDS = 5.0


class ServerFailed(Exception):
    """A server did not start or stop; str() says what happened and what to do."""


def socket_dir(folder: Path) -> Path:
    """The directory for the socket of the server whose data lie in `folder`; not made here.

    It is `folder` itself, or one under the temporary directory where the path would be longer
    than a socket's may be.
    """
    if len(os.fsencode(folder)) <= SOCKET_DIR_LIMIT:
        return folder
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    temporary = Path(tempfile.gettempdir())
    if len(os.fsencode(temporary)) > SOCKET_DIR_LIMIT // 2:
        temporary = Path("/tmp")  # noqa: S108 -- what is made in it is private, its owner checked
    return temporary / f"tiebreak-{digest}"


def make_private(path: Path, uid: int) -> None:
    """Make a directory only `uid` may use; refuse one that somebody else put there first."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {uid, os.geteuid()}:
        raise ServerFailed(
            f"{path} belongs to another user. Nothing was changed. Start as that user, remove it, "
            "or set DATA_DIR to another path."
        )
    if found.st_uid != uid:
        os.chown(path, uid, -1)
    path.chmod(0o700)


def spawn(command: list[str], *, folder: Path, log: Path, uid: int) -> subprocess.Popen[bytes]:
    """Start a program in `folder` as the user `uid`, its output in `log` (the last one kept).

    It gets a session of its own: Ctrl-C in the terminal must not reach a server before the
    workers that use it have stopped.
    """
    other = uid != os.geteuid()
    with os.fdopen(_open_log(log), "wb") as output:
        return subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            umask=0o077,
            user=uid if other else None,
            group=pwd.getpwuid(uid).pw_gid if other else None,
            extra_groups=[] if other else None,
        )


def _open_log(path: Path) -> int:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size:
        path.replace(path.with_name(path.name + ".old"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def log_tail(path: Path) -> str:
    """The last lines of a log, indented, for an error message."""
    try:
        lines = path.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:]
    except OSError:
        lines = []
    return "\n".join(f"    {line}" for line in lines) or "    (the log is empty)"


def wait_until(ready: Callable[[], bool], *, seconds: float, pause: float = 0.03) -> bool:
    """Ask `ready` again and again for at most `seconds`; False when it never said yes."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def is_server(pid: int, *, program: str, folder: Path) -> psutil.Process | None:
    """The process `pid`, if it is `program` at work in `folder`; None for a number used again.

    After a crash a pid file may name a process that has nothing to do with the server, so the
    number alone proves nothing. Both servers make their data folder their working directory.
    """
    try:
        process = psutil.Process(pid)
        same = process.name().startswith(program) and Path(process.cwd()) == folder.resolve()
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except (psutil.Error, OSError, ValueError):
        return None


def stop(
    running: psutil.Process | None,
    child: subprocess.Popen[bytes] | None,
    *,
    gently: signal.Signals,
    seconds: float,
) -> None:
    """Ask a server to stop; kill it when it has not after `seconds` (its log then recovers it).

    `running` is the server where it answers; `child` what we started, which may not answer yet.
    """
    if running is not None:
        _end(running, gently, seconds)
    if child is not None and child.poll() is None:
        _end(psutil.Process(child.pid), gently, seconds)
    if child is not None:
        child.wait()


def _end(process: psutil.Process, gently: signal.Signals, seconds: float) -> None:
    """Asks again now and then: a server that is just starting may miss a signal."""
    try:
        for _ in range(max(1, round(seconds / ASK_AGAIN_SECONDS))):
            process.send_signal(gently)
            with suppress(psutil.TimeoutExpired):
                process.wait(ASK_AGAIN_SECONDS)
                return
        process.kill()
        process.wait(10)
    except psutil.NoSuchProcess:
        return
