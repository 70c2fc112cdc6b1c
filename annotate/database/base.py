"""Django's PostgreSQL backend, which asks the operating system whether a connection still stands.

Django sends `SELECT 1` before the first statement of each request: with two short requests a click
of a rater, one statement in eight.
"""

from __future__ import annotations

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        """An idle connection has nothing to read, unless the server has said goodbye."""
        if self.connection is None or self.connection.closed:
            return False
        idle = select.poll()
        idle.register(self.connection.fileno(), select.POLLIN)
        return not idle.poll(0)
