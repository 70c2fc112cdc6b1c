"""How many tasks a second an import brings in, from file to committed rows.

The file is JSONL of `prompt`, `chosen`, `rejected` with lengths like OpenAssistant's (medians of
about 120 characters a prompt and 600 an answer). Beside it, as the physical limit: the same rows
as one COPY into one table without index or key.
"""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

from bench.figures import figure
from bench.servers import django_on_own_servers

WORDS = ["the", "of", "and", "to", "in", "is", "that", "it", "for", "was", "on", "are", "as"]


def run(*, quick: bool) -> None:
    tasks = 20_000 if quick else 200_000
    with django_on_own_servers() as folder:
        path = folder / "tasks.jsonl"
        write_file(path, tasks)
        ours = tasks / _import_seconds(path)
        bare = tasks / _copy_seconds(path)
    figure(
        "import", "import_tasks_per_s", ours, "tasks/s", n=tasks,
        peer="COPY of the same lines into a bare table", peer_value=bare,
    )  # fmt: skip


def write_file(path: Path, tasks: int) -> None:
    rng = random.Random(0)

    def text(characters: int) -> str:
        words = rng.choices(WORDS, k=max(3, int(rng.lognormvariate(0, 0.7) * characters / 4)))
        return " ".join(words)

    with path.open("w") as sink:
        for i in range(tasks):
            row = {
                "prompt": f"{i} {text(120)}?",
                "chosen": text(600),
                "rejected": text(600),
            }
            sink.write(json.dumps(row) + "\n")


def _import_seconds(path: Path) -> float:
    from annotate.actions.importing import import_file
    from annotate.actions.projects import create_project
    from annotate.models import Task, User

    project = create_project(by=User.objects.create_user("bench"), name="Bench")
    start = time.perf_counter()
    report = import_file(project=project, path=path)
    seconds = time.perf_counter() - start
    assert Task.objects.count() == report.tasks_added
    return seconds


def _copy_seconds(path: Path) -> float:
    from django.db import connection

    start = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare (line text)")
        with (
            cursor.copy(
                "COPY bare FROM STDIN (FORMAT csv, QUOTE e'\\x01', DELIMITER e'\\x02')"
            ) as copy,
            path.open("rb") as source,
        ):
            while chunk := source.read(2**20):
                copy.write(chunk)
    return time.perf_counter() - start
