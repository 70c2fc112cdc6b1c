"""The embedded servers themselves: started, shared, killed, and given bad ground to stand on."""

import os
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from annotate import embedded
from annotate.servers.postgres import PostgresServer
from annotate.servers.process import ServerFailed, socket_dir
from annotate.servers.redis import RedisServer

ROOT = Path(__file__).resolve().parents[2]


def both(folder: Path) -> tuple[PostgresServer, RedisServer]:
    return (
        PostgresServer(folder / "postgres", durable=False),
        RedisServer(folder / "redis", durable=False),
    )


def running(folder: Path) -> list[bool]:
    return [server.running() is not None for server in both(folder)]


def write_row(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")


def read_row(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT answer FROM kept").fetchone()
    assert row is not None
    return int(row[0])


def setting(url: str, name: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert row is not None
    return str(row[0])


def test_data_survive_a_stop_and_a_second_start(tmp_path: Path) -> None:
    with embedded.servers(tmp_path) as variables:
        write_row(variables["DATABASE_URL"])
        redis.Redis.from_url(variables["REDIS_URL"]).set("kept", "42")
    assert running(tmp_path) == [False, False]
    with embedded.servers(tmp_path) as variables:
        assert read_row(variables["DATABASE_URL"]) == 42
        assert redis.Redis.from_url(variables["REDIS_URL"]).get("kept") == b"42"


def test_the_servers_listen_on_sockets_that_others_cannot_reach(tmp_path: Path) -> None:
    with embedded.servers(tmp_path, durable=False) as variables:
        processes = [server.running() for server in both(tmp_path)]
        for process in processes:
            assert process is not None
            assert [c for c in process.net_connections("inet") if c.status == "LISTEN"] == []
        assert setting(variables["DATABASE_URL"], "listen_addresses") == ""
    for name in ("postgres", "redis"):
        assert stat.S_IMODE(socket_dir(tmp_path / name).stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_the_database_is_in_utf8_and_its_owner_is_no_superuser(tmp_path: Path) -> None:
    with embedded.servers(tmp_path, durable=False) as variables:
        url = variables["DATABASE_URL"]
        assert setting(url, "server_encoding") == "UTF8"
        assert setting(url, "is_superuser") == "off"
        assert setting(url, "server_version").startswith("18")


@pytest.mark.parametrize(("durable", "expected"), [(True, "on"), (False, "off")])
def test_only_data_that_may_be_lost_are_written_carelessly(
    tmp_path: Path, durable: bool, expected: str
) -> None:
    with embedded.servers(tmp_path, durable=durable) as variables:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            assert setting(variables["DATABASE_URL"], name) == expected
        broker = redis.Redis.from_url(variables["REDIS_URL"])
        assert broker.config_get("appendonly")["appendonly"] == ("yes" if durable else "no")
        assert broker.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"


def test_a_path_too_long_for_a_socket_gets_a_private_one_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    with embedded.servers(folder, durable=False) as variables:
        assert redis.Redis.from_url(variables["REDIS_URL"]).ping()
        write_row(variables["DATABASE_URL"])
        for name in ("postgres", "redis"):
            elsewhere = socket_dir((folder / name).resolve())
            assert not elsewhere.is_relative_to(tmp_path)
            assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o700


def test_a_path_with_spaces_and_signs_works(tmp_path: Path) -> None:
    with embedded.servers(tmp_path / "données & 50%?", durable=False) as variables:
        write_row(variables["DATABASE_URL"])
        assert redis.Redis.from_url(variables["REDIS_URL"]).ping()


def test_the_last_of_those_who_share_the_servers_stops_them(tmp_path: Path) -> None:
    with embedded.servers(tmp_path, durable=False):
        code = (
            "import sys; from pathlib import Path; from annotate import embedded\n"
            "with embedded.servers(Path(sys.argv[1]), durable=False): print('held')"
        )
        command = [sys.executable, "-c", code, str(tmp_path)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        assert done.stdout == "held\n"
        assert running(tmp_path) == [True, True]
    assert running(tmp_path) == [False, False]


def test_servers_left_by_a_killed_process_are_adopted(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from annotate import embedded\n"
        "with embedded.servers(Path(sys.argv[1]), durable=False):\n"
        "    print('held', flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        left = both(tmp_path)[0].running()
        holder.kill()
    assert running(tmp_path) == [True, True]
    with embedded.servers(tmp_path, durable=False):
        assert both(tmp_path)[0].running() == left
    assert running(tmp_path) == [False, False]


def test_a_killed_database_recovers_what_was_committed(tmp_path: Path) -> None:
    with embedded.servers(tmp_path) as variables:
        write_row(variables["DATABASE_URL"])
        process = both(tmp_path)[0].running()
        assert process is not None
        below = process.children()
        process.kill()
        for each in below:
            with suppress(psutil.NoSuchProcess):  # without their parent they end by themselves too
                each.kill()
        psutil.wait_procs(below, timeout=10)
    assert (tmp_path / "postgres" / "postmaster.pid").exists()
    with embedded.servers(tmp_path) as variables:
        assert read_row(variables["DATABASE_URL"]) == 42


def test_a_stale_pid_file_that_names_a_living_stranger_does_not_stop_the_start(
    tmp_path: Path,
) -> None:
    with embedded.servers(tmp_path, durable=False):
        pid_file = tmp_path / "postgres" / "postmaster.pid"
        text = pid_file.read_text()
    pid_file.write_text(text.replace(text.split("\n")[0], str(os.getpid()), 1))
    with embedded.servers(tmp_path, durable=False) as variables:
        write_row(variables["DATABASE_URL"])
    assert psutil.Process().is_running()


def test_two_checkouts_run_side_by_side(tmp_path: Path) -> None:
    with (
        embedded.servers(tmp_path / "one", durable=False) as one,
        embedded.servers(tmp_path / "two", durable=False) as two,
    ):
        write_row(one["DATABASE_URL"])
        write_row(two["DATABASE_URL"])
        assert one["SECRET_KEY"] != two["SECRET_KEY"]


def test_data_of_another_release_are_left_alone(tmp_path: Path) -> None:
    with embedded.servers(tmp_path, durable=False):
        pass
    version = tmp_path / "postgres" / "PG_VERSION"
    version.write_text("17\n")
    with (
        pytest.raises(ServerFailed, match="written by PostgreSQL 17, this is 18"),
        embedded.servers(tmp_path, durable=False),
    ):
        pass
    assert version.read_text() == "17\n"
    assert running(tmp_path) == [False, False]


def test_a_server_that_cannot_start_shows_its_log(tmp_path: Path) -> None:
    with embedded.servers(tmp_path, durable=False):
        pass
    (tmp_path / "postgres" / "global" / "pg_control").write_bytes(b"")
    begun = time.monotonic()
    with (
        pytest.raises(ServerFailed, match=r"did not start.*\n.*pg_control"),
        embedded.servers(tmp_path, durable=False),
    ):
        pass
    assert time.monotonic() - begun < 20
    assert running(tmp_path) == [False, False]


@pytest.fixture
def short_path() -> Iterator[Path]:
    """Short enough that sockets lie in it; pytest's own may not be."""
    with tempfile.TemporaryDirectory(prefix="tb-") as name:
        yield Path(name)


def test_a_socket_directory_that_somebody_else_made_is_refused(
    tmp_path: Path, short_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / ("long" * 30)
    monkeypatch.setattr("tempfile.tempdir", str(short_path))
    trap = socket_dir((folder / "redis").resolve())
    trap.symlink_to(tmp_path)
    with (
        pytest.raises((ServerFailed, FileExistsError)),
        embedded.servers(folder, durable=False),
    ):
        pass


def test_the_environment_is_pointed_at_the_embedded_servers_unless_it_names_others(
    short_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PUBLIC_URL", "HOST", "PORT"):
        monkeypatch.setenv(name, "remembered for the end of the test")
        monkeypatch.delenv(name)
    monkeypatch.setenv("DATA_DIR", str(short_path / "data"))
    monkeypatch.setenv("PORT", "8123")
    embedded.point_environment()
    assert str(short_path / "data") in os.environ["DATABASE_URL"]
    assert len(os.environ["SECRET_KEY"]) >= 32
    assert os.environ["PUBLIC_URL"] == "http://127.0.0.1:8123"
    assert embedded.is_embedded()


def test_a_deployment_with_its_own_database_is_given_no_secret_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DATABASE_URL", "postgres://database.example/tiebreak")
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.delenv("SECRET_KEY", raising=False)
    embedded.point_environment()
    assert "SECRET_KEY" not in os.environ
    assert "REDIS_URL" not in os.environ
    assert not (tmp_path / "data").exists()


def test_a_server_that_has_not_answered_yet_is_stopped_all_the_same(tmp_path: Path) -> None:
    begun = time.monotonic()
    for server in both(tmp_path):
        server.launch()
        server.stop()
    assert running(tmp_path) == [False, False]
    assert time.monotonic() - begun < 20
