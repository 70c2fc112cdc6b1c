"""`manage.py serve` as a person meets it: real servers, real workers, real signals."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from annotate import embedded
from tests.children import free_port

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ("web", "default", "gpu", "score", "beat")
# A busy machine with two cores runs other tests beside these.
START_SECONDS = 120.0
# What the test run sets for its own servers; a person's environment has none of it.
FROM_THE_TESTS = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PUBLIC_URL", "ALLOWED_HOSTS"}

pytestmark = pytest.mark.timeout(600)


def persons_environment(folder: Path) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in os.environ if name not in FROM_THE_TESTS}
    return inherited | {
        "DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "tests.faults.serve_settings",
    }


class Serve:
    """One `manage.py serve` over a data folder, started as a person would, its output in a file."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{port}"
        self.output_file = folder.parent / f"serve-{port}.log"
        with self.output_file.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, ROOT / "manage.py", "serve"],
                cwd="/",
                env=persons_environment(folder) | {"PORT": str(port)},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.tree: dict[int, psutil.Process] = {}

    @property
    def output(self) -> str:
        return self.output_file.read_text()

    def wait_for(self, text: str, *, times: int = 1, seconds: float = START_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while self.output.count(text) < times:
            assert self.process.poll() is None, f"serve ended:\n{self.output}"
            assert time.monotonic() < deadline, f"no {text!r} in\n{self.output}"
            time.sleep(0.05)
        self.remember()

    def remember(self) -> None:
        """Note every process below this one, to see later that none outlived it."""
        for process in psutil.Process(self.process.pid).children(recursive=True):
            self.tree[process.pid] = process

    def program(self, name: str) -> psutil.Process:
        """The process of one program."""
        word = {"web": "granian", "beat": "beat"}.get(name, f"{name}@%h")
        for child in psutil.Process(self.process.pid).children():
            if any(word in part for part in child.cmdline()):
                return child
        raise AssertionError(f"{name} does not run:\n{self.output}")

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        self.remember()
        self.process.send_signal(number)
        return self.process.wait(90)

    def survivors(self) -> list[psutil.Process]:
        gone_or_not = psutil.wait_procs(list(self.tree.values()), timeout=10)
        return gone_or_not[1]

    def is_healthy(self) -> bool:
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=10)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def send_nap(self, seconds: float, diary: Path) -> None:
        """Put a run into the queue of the gpu worker."""
        code = f"from tests.faults.serve_settings import nap; nap.delay({seconds}, {str(diary)!r})"
        script = f"import annotate.celery\nimport django; django.setup()\n{code}"
        environment = os.environ | embedded.environment(self.folder)
        environment["DJANGO_SETTINGS_MODULE"] = "tests.faults.serve_settings"
        subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, check=True)


def wait_for_line(path: Path, line: str, *, times: int, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not path.exists() or path.read_text().split().count(line) < times:
        assert time.monotonic() < deadline, f"{path}: {path.exists() and path.read_text()}"
        time.sleep(0.05)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[list[Serve]]:
    """Collects what a test starts, and ends what it leaves behind."""
    runs: list[Serve] = []
    yield runs
    for run in runs:
        if run.process.poll() is None:
            run.stop(signal.SIGTERM)
        for process in run.survivors():
            process.kill()


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables and a person: so no demo project is made, and the gpu worker has nothing to train."""
    folder = tmp_path_factory.mktemp("installation") / "data"
    script = (
        "import django; django.setup()\n"
        "from django.core.management import call_command; call_command('migrate', verbosity=0)\n"
        "from annotate.models import User; User.objects.create_user('ada', is_staff=True)"
    )
    with embedded.servers(folder) as variables:
        environment = persons_environment(folder) | variables
        subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, check=True)
    return folder


@pytest.fixture
def in_use(installation: Path, tmp_path: Path) -> Path:
    """A copy of it, with the owners of its files: PostgreSQL's are not root's."""
    subprocess.run(["cp", "-a", installation, tmp_path / "data"], check=True)
    return tmp_path / "data"


def start(started: list[Serve], folder: Path, port: int | None = None) -> Serve:
    run = Serve(folder, port or free_port())
    started.append(run)
    return run


def count_users(folder: Path) -> int:
    with psycopg.connect(embedded.environment(folder)["DATABASE_URL"]) as connection:
        row = connection.execute("SELECT count(*) FROM annotate_user").fetchone()
    assert row is not None
    return int(row[0])


def test_an_empty_folder_becomes_an_installation_that_answers_stops_and_keeps_its_data(
    started: list[Serve], tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    first = start(started, folder)
    first.wait_for("─" * 78, times=2)
    assert first.is_healthy()
    check_log(first)
    users = count_users(folder)
    assert users > 0, "the demo project has people"
    assert first.stop() == 0
    assert first.survivors() == []
    assert not (folder / "postgres" / "postmaster.pid").exists()

    second = start(started, folder)
    second.wait_for("─" * 78, times=2)
    assert second.is_healthy()
    assert "demo project" not in second.output
    assert count_users(folder) == users
    assert second.stop(signal.SIGTERM) == 0
    assert second.survivors() == []


def check_log(run: Serve) -> None:
    """Every line names who speaks, and the address and the links come last."""
    log, frame, _ = run.output.split("─" * 78)
    prefixes = {line.split("|")[0].strip() for line in log.splitlines() if "|" in line}
    assert {"serve", "default", "gpu", "score", "beat"} <= prefixes
    assert all("|" in line for line in log.splitlines() if line.strip())
    assert run.url in frame
    links = re.findall(rf"{re.escape(run.url)}/\S+", frame)
    assert len(links) == 2, "one for the owner, one for the demo rater"
    assert re.search(r"migrations: done in \d+\.\d s", log)


def test_a_port_in_use_is_named_with_the_way_out(started: list[Serve], tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = start(started, tmp_path / "data", port)
        assert run.process.wait(START_SECONDS) == 1
    assert f"Port {port} is in use" in run.output
    assert "make run" in run.output
    assert "Traceback" not in run.output
    assert not (tmp_path / "data" / "postgres").exists()


def test_a_second_one_over_the_same_data_is_refused(started: list[Serve], tmp_path: Path) -> None:
    first = start(started, tmp_path / "data")
    first.wait_for("migrations …")
    second = start(started, tmp_path / "data")
    assert second.process.wait(START_SECONDS) == 1
    assert f"already runs over {tmp_path / 'data'} (process {first.process.pid})" in second.output


def test_a_program_that_is_killed_starts_again(started: list[Serve], in_use: Path) -> None:
    run = start(started, in_use)
    run.wait_for("─" * 78, times=2)
    run.program("web").kill()
    run.wait_for("web was ended by SIGKILL; it starts again in")
    deadline = time.monotonic() + START_SECONDS
    while not run.is_healthy():
        assert time.monotonic() < deadline, run.output
        time.sleep(0.2)
    assert run.stop() == 0
    assert run.survivors() == []


def test_ctrl_c_in_the_middle_of_a_run_stops_soon_and_the_run_starts_over_next_time(
    started: list[Serve], in_use: Path, tmp_path: Path
) -> None:
    diary = tmp_path / "diary"
    first = start(started, in_use)
    first.wait_for("─" * 78, times=2)
    first.send_nap(12, diary)
    wait_for_line(diary, "begun", times=1)
    stopping = time.monotonic()
    assert first.stop() == 0
    assert time.monotonic() - stopping < 11
    assert first.survivors() == []

    second = start(started, in_use)
    second.wait_for("1 unfinished task(s)")
    wait_for_line(diary, "begun", times=2, seconds=START_SECONDS)
    wait_for_line(diary, "ended", times=1)


def test_a_killed_gpu_worker_gets_its_message_back(
    started: list[Serve], in_use: Path, tmp_path: Path
) -> None:
    diary = tmp_path / "diary"
    run = start(started, in_use)
    run.wait_for("─" * 78, times=2)
    run.send_nap(5, diary)
    wait_for_line(diary, "begun", times=1)
    run.program("gpu").kill()
    wait_for_line(diary, "begun", times=2, seconds=START_SECONDS)
    wait_for_line(diary, "ended", times=1)


def test_when_serve_itself_is_killed_its_programs_end_and_the_next_start_takes_over(
    started: list[Serve], in_use: Path
) -> None:
    first = start(started, in_use)
    first.wait_for("─" * 78, times=2)
    programs = [first.program(name) for name in PROGRAMS]
    users = count_users(in_use)
    first.process.kill()
    first.process.wait()
    assert psutil.wait_procs(programs, timeout=20)[1] == []

    second = start(started, in_use)
    second.wait_for("─" * 78, times=2)
    assert count_users(in_use) == users
    assert second.stop() == 0
    assert second.survivors() == []
    assert first.survivors() == [], "PostgreSQL and Redis of the first were adopted and stopped"
