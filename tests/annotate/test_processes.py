"""The command lines of the programs, and the question the health check puts."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest

from annotate import health, processes


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOST", "PORT", "WEB_WORKERS", "WEB_THREADS", "PUBLIC_URL", "ALLOWED_HOSTS"):
        monkeypatch.delenv(name, raising=False)


def test_the_web_server_listens_where_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", "::")
    monkeypatch.setenv("PORT", "9001")
    command = processes.programs()["web"].command
    assert command[command.index("--host") + 1] == "::"
    assert command[command.index("--port") + 1] == "9001"


@pytest.mark.parametrize("port", ["no", "0", "65536", "-1", "80 80"])
def test_a_port_that_is_none_is_refused_by_name(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(ValueError, match=f"PORT={port} is not a port"):
        processes.address()


def test_learning_has_a_queue_and_a_single_process_of_its_own() -> None:
    programs = processes.programs()
    assert "--pool=solo" in programs["gpu"].command
    for name in ("default", "gpu"):
        command = programs[name].command
        assert command[command.index("-Q") + 1] == name


class Recorder(http.server.BaseHTTPRequestHandler):
    """Answers 200 and keeps the headers of the last request."""

    last: dict[str, str] = {}

    def do_GET(self) -> None:
        Recorder.last = dict(self.headers)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), Recorder) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_address[1]}"
        listening.shutdown()


def test_the_health_check_asks_as_the_proxy_in_front_would(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://rate.example.org")
    monkeypatch.setenv("ALLOWED_HOSTS", ".example.org,other.example")
    assert health.web_answers(server)
    assert Recorder.last["Host"] == "example.org"
    assert Recorder.last["X-Forwarded-Proto"] == "https"


def test_a_web_server_that_is_not_there_is_not_well(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", server.rsplit(":", 1)[1])
    assert health.is_well("web")
    monkeypatch.setenv("PORT", "1")
    assert not health.is_well("web")


def test_beat_is_well_while_the_broker_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert health.is_well("beat")
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    assert not health.is_well("beat")
