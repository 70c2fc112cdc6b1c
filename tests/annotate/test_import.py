"""Importing: idempotent, exact about bad lines, whole batches only, as a command and by upload."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from annotate import artifacts
from annotate.actions.importing import Cancelled, Report, import_file, run_import
from annotate.formats import UnreadableFile
from annotate.incoming import ReadingFailed
from annotate.models import Assignment, Import, Judgment, Project, Prompt, Response, Task, User
from tests.conftest import write_jsonl

ClientOf = Callable[[User], APIClient]
IMPORTS = "/api/v1/projects/helpful/imports"


def pair(i: int, **more: Any) -> dict[str, Any]:
    return {"prompt": f"Question {i}", "chosen": f"Good {i}", "rejected": f"Bad {i}", **more}


def reading_processes() -> list[psutil.Process]:
    children = psutil.Process().children()
    return [
        child
        for child in children
        if child.status() != psutil.STATUS_ZOMBIE and "annotate.incoming" in child.cmdline()
    ]


def test_the_same_file_twice_adds_nothing(project: Project, tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "pairs.jsonl", [pair(i) for i in range(50)])
    first = import_file(project=project, path=path)
    second = import_file(project=project, path=path)
    assert (first.tasks_added, first.tasks_known) == (50, 0)
    assert (second.tasks_added, second.tasks_known) == (0, 50)
    assert Response.objects.count() == 100
    assert Prompt.objects.count() == 50


def test_the_label_of_the_file_is_kept_in_canonical_order_and_is_nobodys_vote(
    project: Project, tmp_path: Path
) -> None:
    import_file(
        project=project, path=write_jsonl(tmp_path / "p.jsonl", [pair(i) for i in range(9)])
    )
    for task in Task.objects.all():
        texts = [Response.objects.get(pk=pk).text for pk in task.response_ids]
        assert task.recorded is not None
        assert texts[task.recorded.index(1)].startswith("Good")
    firsts = {t.recorded[0] for t in Task.objects.all() if t.recorded}
    assert firsts == {1, 2}  # the order gives nothing away
    assert not Judgment.objects.exists()


def test_bad_lines_are_reported_with_number_and_reason_and_good_ones_go_in(
    project: Project, tmp_path: Path
) -> None:
    path = tmp_path / "mixed.jsonl"
    lines = [
        json.dumps(pair(1)).encode(),
        b"{not json",
        json.dumps({"prompt": "Q", "chosen": "same", "rejected": "same"}).encode(),
        b'{"prompt": "\xff", "chosen": "a", "rejected": "b"}',
        json.dumps(pair(2)).encode(),
    ]
    path.write_bytes(b"\n".join(lines) + b"\n")
    report = import_file(project=project, path=path)
    assert report.tasks_added == 2
    assert [e["line"] for e in report.errors] == [2, 3, 4]
    assert all(str(e["reason"]).endswith(".") for e in report.errors)


def test_an_id_that_stands_twice_is_reported_where_it_stands_again(
    project: Project, tmp_path: Path
) -> None:
    rows = [pair(1, id="a"), pair(2, id="b"), pair(3, id="a")]
    report = import_file(project=project, path=write_jsonl(tmp_path / "ids.jsonl", rows))
    assert report.tasks_added == 2
    assert report.errors == [{"line": 3, "reason": "The id 'a' stands earlier in this file."}]


def test_a_truncated_gzip_keeps_what_could_be_read_and_says_so(
    project: Project, tmp_path: Path
) -> None:
    import random

    rng = random.Random(0)
    rows = [pair(i, group=str(rng.random())) for i in range(3000)]
    whole = gzip.compress("".join(json.dumps(r) + "\n" for r in rows).encode())
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(whole[: len(whole) // 2])
    report = import_file(project=project, path=path)
    assert 0 < report.tasks_added < 3000
    assert report.bad_lines >= 1
    assert Task.objects.count() == report.tasks_added


def test_a_file_of_no_known_form_is_refused_whole(project: Project, tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "odd.jsonl", [{"question": "?", "answer": "!"}])
    with pytest.raises(UnreadableFile):
        import_file(project=project, path=path)
    assert not Task.objects.exists()


def test_votes_become_judgments_of_imported_raters_once(project: Project, tmp_path: Path) -> None:
    rows = [
        {
            "prompt": "Which?",
            "responses": [{"text": "first", "policy": "m"}, {"text": "second"}, {"text": "third"}],
            "votes": [
                {"rater": "r1", "ranks": [1, 2, 2], "submitted_at": "2024-05-01T10:00:00Z"},
                {"rater": "r2", "ranks": [3, 1, 2], "duration_ms": 9000},
            ],
        }
    ]
    path = write_jsonl(tmp_path / "votes.jsonl", rows)
    assert import_file(project=project, path=path).votes_added == 2
    assert import_file(project=project, path=path).votes_added == 0
    task = Task.objects.get()
    assert (task.overlap, task.places_left) == (2, 0)
    texts = Response.objects.in_bulk(task.response_ids)
    for judgment in Judgment.objects.select_related("rater"):
        got = {
            texts[pk].text: rank for pk, rank in zip(task.response_ids, judgment.ranks, strict=True)
        }
        assert (
            got
            == {
                "r1": {"first": 1, "second": 2, "third": 2},
                "r2": {"first": 3, "second": 1, "third": 2},
            }[judgment.rater.name]
        )
        shown = [texts[task.response_ids[i]].text for i in judgment.shown]
        assert shown == ["first", "second", "third"]
    assert not User.objects.get(name="r1").is_active
    assert Assignment.objects.filter(state="submitted").count() == 2


def test_more_responses_than_the_question_takes_is_a_bad_line(
    project: Project, tmp_path: Path
) -> None:
    rows = [{"prompt": "Q", "responses": [{"text": str(i)} for i in range(7)]}]
    report = import_file(project=project, path=write_jsonl(tmp_path / "k7.jsonl", rows))
    assert report.errors == [
        {"line": 1, "reason": "7 responses: the project's question takes at most 6."}
    ]


def test_stopping_keeps_whole_batches(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotate.actions.importing.BATCH", 10)
    path = write_jsonl(tmp_path / "many.jsonl", [pair(i) for i in range(200)])

    def stop(report: Report) -> None:
        if report.tasks_added >= 30:
            raise Cancelled

    with pytest.raises(Cancelled):
        import_file(project=project, path=path, progress=stop)
    assert Task.objects.count() == 30


def test_the_command_reports_and_its_exit_status_tells_bad_lines(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_jsonl(tmp_path / "p.jsonl", [pair(1), {"prompt": "Q"}])
    with pytest.raises(SystemExit) as stop:
        call_command("import", "helpful", str(path))
    assert stop.value.code == 3
    shown = capsys.readouterr()
    assert "1 task added" in shown.out
    assert "line 2:" in shown.err


def test_the_command_refuses_a_missing_file_in_a_sentence(project: Project) -> None:
    with pytest.raises(CommandError, match=r"There is no file /nowhere\."):
        call_command("import", "helpful", "/nowhere")


def test_an_upload_is_stored_queued_and_read_by_a_worker(
    alice: User, project: Project, client_of: ClientOf
) -> None:
    body = "".join(json.dumps(pair(i)) + "\n" for i in range(5)).encode() + b"broken\n"
    upload = SimpleUploadedFile("pairs.jsonl", body)
    api = client_of(alice)
    response = api.post(IMPORTS, {"file": upload}, format="multipart")
    assert response.status_code == 202
    assert response.json()["state"] == "queued"
    run_import(job=Import.objects.get())
    job = api.get(f"{IMPORTS}/{response.json()['id']}").json()
    assert (job["state"], job["tasks_added"], job["bad_lines"]) == ("done", 5, 1)
    assert job["rejected"][0]["line"] == 6
    assert job["bytes_read"] == job["bytes_total"] == len(body)


def test_an_upload_over_the_limit_is_refused_before_it_is_read(
    alice: User, project: Project, client_of: ClientOf, settings: Any
) -> None:
    settings.UPLOAD_LIMIT = 1000
    upload = SimpleUploadedFile("pairs.jsonl", b"x" * 1001)
    response = client_of(alice).post(IMPORTS, {"file": upload}, format="multipart")
    assert response.status_code == 413
    assert "larger than the server takes (1000\xa0bytes)" in response.json()["detail"]
    assert not Import.objects.exists()


def test_an_upload_in_an_object_store_is_read_and_leaves_no_copy_behind(
    alice: User, project: Project, client_of: ClientOf, settings: Any, tmp_path: Path
) -> None:
    settings.ARTIFACT_URL = "memory://tiebreak"
    settings.DATA_DIR = tmp_path
    body = "".join(json.dumps(pair(i)) + "\n" for i in range(5)).encode()
    upload = SimpleUploadedFile("pairs.jsonl", body)
    assert client_of(alice).post(IMPORTS, {"file": upload}, format="multipart").status_code == 202
    assert run_import(job=Import.objects.get()).state == "done"
    assert Task.objects.count() == 5
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_fetch_that_was_cut_off_is_done_anew(settings: Any, tmp_path: Path) -> None:
    settings.ARTIFACT_URL = "memory://tiebreak"
    settings.DATA_DIR = tmp_path
    whole = tmp_path / "whole"
    whole.write_text("all of it")
    artifacts.put(whole, "imports/1/upload")

    def cut_off(_self: object, _source: str, target: str, **_options: object) -> None:
        Path(target).write_text("all")
        raise ConnectionError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fsspec.implementations.memory.MemoryFileSystem.get", cut_off)
        with pytest.raises(ConnectionError):
            artifacts.fetch("imports/1/upload")
    assert artifacts.fetch("imports/1/upload").read_text() == "all of it"


def test_an_unreadable_upload_fails_with_the_reason(
    alice: User, project: Project, client_of: ClientOf
) -> None:
    upload = SimpleUploadedFile("empty.jsonl", b"")
    api = client_of(alice)
    pk = api.post(IMPORTS, {"file": upload}, format="multipart").json()["id"]
    run_import(job=Import.objects.get())
    job = api.get(f"{IMPORTS}/{pk}").json()
    assert job["state"] == "failed"
    assert "empty" in job["message"]


def test_a_cancelled_import_is_not_read(alice: User, project: Project, client_of: ClientOf) -> None:
    upload = SimpleUploadedFile("p.jsonl", json.dumps(pair(1)).encode())
    api = client_of(alice)
    pk = api.post(IMPORTS, {"file": upload}, format="multipart").json()["id"]
    assert api.post(f"{IMPORTS}/{pk}/cancel").json()["state"] == "cancelled"
    run_import(job=Import.objects.get())
    assert not Task.objects.exists()


def test_real_pairs_go_in_whole(project: Project, real_data: Path) -> None:
    report = import_file(project=project, path=real_data / "oasst/oasst_en_val_dialogue.json.gz")
    # One pair has the same text twice, and one pair stands twice in the file.
    assert (report.tasks_added, report.tasks_known, report.bad_lines) == (1020, 1, 1)
    assert report.errors[0]["line"] == 242


def test_a_reading_process_that_dies_is_reported_and_what_went_in_stays(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_jsonl(tmp_path / "many.jsonl", [pair(i) for i in range(20_000)])

    killed: list[psutil.Process] = []

    def kill(report: Report) -> None:
        if not killed:  # looking for it takes as long as many batches
            killed.extend(reading_processes())
            for reader in killed:
                reader.kill()

    with monkeypatch.context() as patched:
        patched.setattr("annotate.actions.importing.BATCH", 10)
        with pytest.raises(ReadingFailed, match=r"ended early \(status -9\)"):
            import_file(project=project, path=path, progress=kill)
    kept = Task.objects.count()
    assert 0 < kept < 20_000
    assert kept % 10 == 0
    assert import_file(project=project, path=path).tasks_added == 20_000 - kept


def test_nothing_reads_on_when_an_import_has_stopped(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotate.actions.importing.BATCH", 10)
    path = write_jsonl(tmp_path / "many.jsonl", [pair(i) for i in range(20_000)])
    readers: list[psutil.Process] = []

    def stop(report: Report) -> None:
        readers.extend(reading_processes())
        raise Cancelled

    with pytest.raises(Cancelled):
        import_file(project=project, path=path, progress=stop)
    assert readers
    assert not any(reader.is_running() for reader in readers)


def test_a_file_name_with_odd_characters_is_read(project: Project, tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / '-- so \'ne\n"w".jsonl', [pair(1)])
    assert import_file(project=project, path=path).tasks_added == 1


def test_a_large_file_after_a_small_one_in_the_same_session_takes_no_plan_over(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Checks that were planned for ten rows took half a minute over twenty thousand."""

    def seconds(count: int) -> float:
        path = write_jsonl(tmp_path / f"{count}.jsonl", [pair(i) for i in range(count)])
        start = time.perf_counter()
        import_file(project=project, path=path)
        return time.perf_counter() - start

    with monkeypatch.context() as patched:
        patched.setattr("annotate.actions.importing.BATCH", 10)
        small = seconds(180)
    # Some five times as long; over fifty times with the plan of the small one.
    assert seconds(12_000) < 20 * small


def test_more_votes_than_a_statement_has_parameters_come_in_at_once(
    project: Project, tmp_path: Path
) -> None:
    """A judgment has over twenty columns, and a statement 65,535 parameters at most."""
    rows = [
        {
            "prompt": f"Question {i}?",
            "responses": [{"text": "one"}, {"text": "other"}],
            "votes": [{"rater": f"rater {n}", "ranks": [1, 2]} for n in range(800)],
        }
        for i in range(5)
    ]
    report = import_file(project=project, path=write_jsonl(tmp_path / "many.jsonl", rows))
    assert report.votes_added == 4_000
    assert Judgment.objects.count() == 4_000
