"""PostgreSQL and Redis of a benchmark's own, with Django pointed at them and migrated."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from annotate import embedded


@contextmanager
def django_on_own_servers() -> Iterator[Path]:
    """Yields the temporary data folder. Durable settings: figures are those of a real start."""
    with tempfile.TemporaryDirectory(prefix="tiebreak-bench-") as name:
        folder = Path(name)
        with embedded.servers(folder) as environment:
            os.environ.update(environment, DATA_DIR=str(folder), LOG_LEVEL="WARNING")
            os.environ["DJANGO_SETTINGS_MODULE"] = "annotate.settings"
            _migrate()
            yield folder


def _migrate() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
