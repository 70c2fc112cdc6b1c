"""A pytest plugin that starts this run's own PostgreSQL and Redis before Django reads settings.

Loaded with `-p tests.servers`, so it runs before pytest-django. Workers of pytest-xdist find the
servers in the environment they inherit, and take a Redis database each.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

from annotate import embedded

_stack = ExitStack()


def _start() -> None:
    folder = Path(tempfile.mkdtemp(prefix="tiebreak-tests-"))
    _stack.callback(shutil.rmtree, folder, ignore_errors=True)
    os.environ.update(_stack.enter_context(embedded.servers(folder, durable=False)))
    os.environ["TEST_SERVERS"] = str(folder)


if "TEST_SERVERS" not in os.environ:
    _start()
_worker = os.environ.get("PYTEST_XDIST_WORKER", "gw-1").removeprefix("gw")
os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].split('?')[0]}?db={int(_worker) + 1}"
os.environ["DATA_DIR"] = str(Path(os.environ["TEST_SERVERS"]) / f"data-{_worker}")
os.environ["PUBLIC_URL"] = "http://testserver"
os.environ["ALLOWED_HOSTS"] = "testserver,127.0.0.1,localhost"


def pytest_unconfigure() -> None:
    _stack.close()
