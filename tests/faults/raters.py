"""A real web server over the tests' database, and raters who work by HTTP."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.test import Client

from annotate.actions.people import add_person
from annotate.models import Project, Role
from tests.children import environment

ROOT = Path(__file__).resolve().parents[2]
CSRF = "t" * 32


class Rater:
    """A browser with an outbox: it sends one and the same request until it is answered."""

    def __init__(self, port: int, session: str) -> None:
        self.port = port
        self.acknowledged: list[UUID] = []
        self.sent_again = 0
        self.headers = {
            "Cookie": f"sessionid={session}; csrftoken={CSRF}",
            "X-CSRFToken": CSRF,
            "Content-Type": "application/json",
        }

    def work(self) -> None:
        while (task := self.post("next", {"holding": []})["assignment"]) is not None:
            key = uuid4()
            ranks = [{"response": r["id"], "rank": n} for n, r in enumerate(task["responses"], 1)]
            answer = {"key": str(key), "revision": 0, "ranks": ranks, "strength": 1}
            self.post(f"assignments/{task['id']}/judgment", answer)
            self.acknowledged.append(key)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        for _ in range(600):
            try:
                return self._post(path, body)
            except (OSError, http.client.HTTPException):
                self.sent_again += 1
                time.sleep(0.1)
        raise AssertionError("the server did not come back")

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        server = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            url = f"/api/v1/projects/helpful/work/{path}"
            server.request("POST", url, json.dumps(body), self.headers)
            response = server.getresponse()
            answer = response.read()
        finally:
            server.close()
        assert response.status < 300, answer
        return json.loads(answer)


def session(project: Project, number: int) -> str:
    name = f"rater-{number}"
    user = add_person(project=project, by=None, username=name, name=name, role=Role.RATER)
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@contextmanager
def web(port: int, output: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The web server of an installation over the tests' database, in a process group of its own."""
    with output.open("w") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "annotate.processes", "web"],
            cwd=ROOT, env=environment(PORT=str(port)), stdout=sink, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)
