"""PostgreSQL and Redis from Python wheels, for `serve`, the other commands and the tests.

Both keep their data under DATA_DIR and listen on Unix sockets alone. Whoever needs them holds
`servers()`: the first starts them, the last stops them, and one that is killed leaves them to the
next, which finds them running. Settings know nothing of this file: it fills the environment that
they read. Where DATABASE_URL or REDIS_URL is set from outside, nothing here is started.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from annotate.servers.postgres import PostgresServer
from annotate.servers.process import ServerFailed
from annotate.servers.redis import RedisServer

__all__ = [
    "ServerFailed",
    "data_dir",
    "environment",
    "for_command",
    "is_embedded",
    "point_environment",
    "servers",
]

# `serve` starts the servers itself, after it has looked at its port; these need none.
WITHOUT_SERVERS = {None, "help", "--help", "--version", "serve", "spectacular", "makemigrations"}

ROOT = Path(__file__).resolve().parent.parent


def data_dir() -> Path:
    """The folder for all data: DATA_DIR, or `.data` in the root."""
    return Path(os.environ.get("DATA_DIR") or ROOT / ".data").expanduser().resolve()


def is_embedded(variables: Mapping[str, str] = os.environ) -> bool:
    """Whether the servers are ours to start: no other database or broker is named."""
    own = environment(data_dir()) if (data_dir() / "secret_key").exists() else {}
    named = {name: variables.get(name) for name in ("DATABASE_URL", "REDIS_URL")}
    return all(not value or value == own.get(name) for name, value in named.items())


def environment(folder: Path) -> dict[str, str]:
    """DATABASE_URL, REDIS_URL and SECRET_KEY of the servers over `folder`; starts nothing.

    The secret key is made on the first call and kept in `folder`/secret_key, for the owner's
    eyes only.
    """
    folder = folder.resolve()
    return {
        "DATABASE_URL": PostgresServer(folder / "postgres", durable=True).url,
        "REDIS_URL": RedisServer(folder / "redis", durable=True).url,
        "SECRET_KEY": _secret_key(folder / "secret_key"),
    }


def point_environment() -> None:
    """Point this process and its children at the embedded servers, where no others are named.

    A database named from outside means a deployment, which brings its own SECRET_KEY: none is
    made for it. Variables that are set stay as they are.
    """
    if not is_embedded():
        return
    host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
    variables = environment(data_dir()) | {
        "DATA_DIR": str(data_dir()),
        "PUBLIC_URL": f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}",  # noqa: S104 -- compared with, not bound to
    }
    for name, value in variables.items():
        os.environ.setdefault(name, value)


@contextmanager
def for_command(name: str | None) -> Iterator[None]:
    """What `manage.py NAME` needs: the environment, and the embedded servers while it runs."""
    point_environment()
    if name in WITHOUT_SERVERS or not is_embedded():
        yield
        return
    with servers(data_dir()):
        yield


@contextmanager
def servers(folder: Path, *, durable: bool = True) -> Iterator[dict[str, str]]:
    """Hold PostgreSQL and Redis over `folder`, started if they are not running; yields their
    `environment`.

    They stop when the last process that holds them lets go. `durable=False` trades safety for
    speed, for data that may be lost. Raises ServerFailed with the log of the one that failed.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = folder.resolve()
    both = (
        PostgresServer(folder / "postgres", durable=durable),
        RedisServer(folder / "redis", durable=durable),
    )
    with _lock_file(folder / "servers.lock") as users:
        try:
            with _turn(folder):
                fcntl.flock(users, fcntl.LOCK_SH)
                _start(both)
            yield environment(folder)
        finally:
            with _turn(folder):
                if _is_last(users):
                    _stop(both)


def _start(both: tuple[PostgresServer, RedisServer]) -> None:
    """Launch both, then wait for both."""
    for server in both:
        server.launch()
    for server in both:
        server.wait()


def _stop(both: tuple[PostgresServer, RedisServer]) -> None:
    postgres, redis = both
    redis.stop()
    postgres.stop()


def _is_last(users: IO[str]) -> bool:
    """Whether nobody else holds the shared lock; the kernel drops it for those who were killed."""
    with suppress(BlockingIOError):
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """One process at a time starts or stops the servers of a folder."""
    with _lock_file(folder / "start.lock") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _lock_file(path: Path) -> IO[str]:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")


def _secret_key(path: Path) -> str:
    """Read the key, or make it; of two processes that make it at once, one key wins."""
    try:
        return path.read_text()
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(48))
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
    return path.read_text()
