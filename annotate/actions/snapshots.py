"""Takes snapshots: every judged task with its votes and posterior, as canonical hashed rows.

A row is JSON with sorted keys and no spaces, in the order of task ids, so equal judgments give
equal bytes and an equal hash on any machine. `annotate.queries.snapshots` reads them back.
"""

from __future__ import annotations

import gzip
import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from django.db import transaction
from django.db.models import Max

from annotate import artifacts
from annotate.actions.audit import record
from annotate.models import Project, Snapshot, User
from annotate.queries.judged import judged_tasks


@transaction.atomic
def take_snapshot(*, project: Project, by: User | None) -> Snapshot:
    """Freezes the project's judged tasks as they are in one moment. Rows already stored under the
    same hash are not stored again, but the snapshot has its own number."""
    # Number and rows from one moment: a concurrent snapshot waits here.
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    with tempfile.TemporaryDirectory() as folder:
        local = Path(folder) / "rows.jsonl.gz"
        sha256, counts = _write(local, judged_tasks(project))
        path = f"snapshots/{sha256}.jsonl.gz"
        if not artifacts.exists(path):
            artifacts.put(local, path)
    last = Snapshot.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0
    snapshot = Snapshot.objects.create(
        project=project, number=last + 1, sha256=sha256, by=by, **counts
    )
    record(project=project, actor=by, action="snapshot taken", number=last + 1, sha256=sha256)
    return snapshot


def _write(path: Path, rows: Iterator[dict[str, Any]]) -> tuple[str, dict[str, int]]:
    """Writes the rows and returns their hash and counts; `bytes` is their size uncompressed."""
    digest = hashlib.sha256()
    counts = {"tasks": 0, "judgments": 0, "bytes": 0}
    with path.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as sink:
        for row in rows:
            line = orjson.dumps(row, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)
            digest.update(line)
            sink.write(line)
            counts["tasks"] += 1
            counts["judgments"] += len(row["votes"])
            counts["bytes"] += len(line)
    return digest.hexdigest(), counts
