"""What programs that tests start need: a port of their own, the tests' database and broker."""

from __future__ import annotations

import os
import socket

from django.db import connection


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(**more: str) -> dict[str, str]:
    """This process's own, pointed at the database that the tests write to."""
    url, _, host = os.environ["DATABASE_URL"].partition("?")
    database = connection.settings_dict["NAME"]
    return os.environ | {"DATABASE_URL": f"{url.rpartition('/')[0]}/{database}?{host}", **more}
