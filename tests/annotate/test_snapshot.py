"""Snapshots and exports: hashed, immutable, streamed, true to the votes."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from annotate import artifacts
from annotate.actions.snapshots import take_snapshot
from annotate.models import Project, Snapshot, Task, User
from annotate.queries.snapshots import Damaged, rows_of
from tests.annotate.test_consensus import judge_all

ClientOf = Callable[[User], APIClient]
AddTasks = Callable[..., list[Task]]
SNAPSHOTS = "/api/v1/projects/helpful/snapshots"


@pytest.fixture
def judged(project: Project, bob: User, carol: User, add_tasks: AddTasks) -> list[Task]:
    tasks = add_tasks(3, overlap=2)
    for rater in (bob, carol):
        judge_all(project, rater, {t.pk: o for t, o in zip(tasks, [0, 2, 1], strict=True)})
    return tasks


def body_of(api: APIClient, pk: int, **query: str) -> bytes:
    response = api.get(f"{SNAPSHOTS}/{pk}/export", query)
    assert response.status_code == 200
    return b"".join(response.streaming_content)  # type: ignore[attr-defined] # a streaming response


def test_equal_judgments_give_an_equal_hash(project: Project, judged: list[Task]) -> None:
    one = take_snapshot(project=project, by=None)
    two = take_snapshot(project=project, by=None)
    assert (one.number, two.number) == (1, 2)
    assert one.sha256 == two.sha256
    assert (one.tasks, one.judgments) == (3, 6)


def test_a_row_holds_votes_posterior_and_texts_but_no_names(
    project: Project, judged: list[Task]
) -> None:
    [row, *_] = list(rows_of(take_snapshot(project=project, by=None)))
    text = json.dumps(row)
    assert "bob" not in text.lower()
    assert len(row["votes"]) == 2
    assert row["posterior"] == pytest.approx([7 / 9, 1 / 9, 1 / 9])
    assert row["split"] in {"train", "evaluation"}


def test_damage_is_noticed_on_reading(project: Project, judged: list[Task]) -> None:
    snapshot = take_snapshot(project=project, by=None)
    path = artifacts.fetch(snapshot.path)
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    path.write_bytes(gzip.compress(b"".join(lines[:-1])))
    try:
        with pytest.raises(Damaged, match="do not have its hash"):
            list(rows_of(snapshot))
    finally:
        path.unlink()


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_to_change_a_snapshot(project: Project, judged: list[Task]) -> None:
    snapshot = take_snapshot(project=project, by=None)
    with pytest.raises(IntegrityError, match="a snapshot never changes"), transaction.atomic():
        Snapshot.objects.filter(pk=snapshot.pk).update(sha256="0" * 64)
    with pytest.raises(IntegrityError, match="a snapshot never changes"), transaction.atomic():
        snapshot.delete()


def test_preference_rows_name_the_winner_and_leave_ties_out(
    alice: User, project: Project, judged: list[Task], client_of: ClientOf
) -> None:
    api = client_of(alice)
    pk = api.post(SNAPSHOTS).json()["id"]
    rows = [json.loads(line) for line in body_of(api, pk).splitlines()]
    assert len(rows) == 2  # the third task is a tie
    for row in rows:
        assert set(row) == {
            "prompt", "chosen", "rejected", "margin", "probability", "judgments",
        }  # fmt: skip
        assert row["chosen"][0]["role"] == "assistant"
        assert row["judgments"] == 2
        assert row["probability"] == pytest.approx(7 / 9 + 1 / 18)
        assert row["margin"] == pytest.approx(1)


@pytest.mark.parametrize(("rows", "count"), [("preference", 2), ("votes", 6)])
def test_parquet_and_jsonl_hold_the_same_rows(
    alice: User, project: Project, judged: list[Task], client_of: ClientOf, rows: str, count: int
) -> None:
    api = client_of(alice)
    pk = api.post(SNAPSHOTS).json()["id"]
    lines = [json.loads(x) for x in body_of(api, pk, rows=rows, format="jsonl").splitlines()]
    table = pq.read_table(io.BytesIO(body_of(api, pk, rows=rows, format="parquet")))
    assert len(lines) == table.num_rows == count
    first: dict[str, Any] = table.slice(0, 1).to_pylist()[0]
    assert set(first) == set(lines[0])


def test_an_empty_snapshot_exports_valid_empty_files(
    alice: User, project: Project, client_of: ClientOf
) -> None:
    api = client_of(alice)
    pk = api.post(SNAPSHOTS).json()["id"]
    assert body_of(api, pk) == b""
    assert pq.read_table(io.BytesIO(body_of(api, pk, format="parquet"))).num_rows == 0


def test_an_unknown_format_is_refused(alice: User, project: Project, client_of: ClientOf) -> None:
    api = client_of(alice)
    pk = api.post(SNAPSHOTS).json()["id"]
    response = api.get(f"{SNAPSHOTS}/{pk}/export", {"format": "xlsx"})
    assert response.status_code == 400
    assert "jsonl, parquet" in response.json()["detail"]
