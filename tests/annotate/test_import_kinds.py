"""Files for every kind of question: in through an import, out through an export, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from annotate.actions.importing import import_file, run_import
from annotate.actions.projects import add_question
from annotate.actions.snapshots import take_snapshot
from annotate.models import Import, Judgment, Project, Response, Task, User
from annotate.queries.exports import export_rows
from tests.annotate.test_formats_real_data import rows
from tests.conftest import write_jsonl

ClientOf = Callable[[User], APIClient]
Row = dict[str, Any]

FINE_GRAINED = {
    "criteria": [{"name": "correct", "about": ""}],
    "optional": True,
    "marks": [
        "Irrelevant", "Redundant", "Incoherent", "Wrong-Grounding", "Unverifiable",
        "Missing-Answer", "Missing-Major-Auxiliary", "Missing-Minor-Auxiliary",
    ],
}  # fmt: skip


def solution(vote: Row) -> Row:
    """The row of BIG-Bench-Mistake that an exported vote was."""
    labels = vote["answer"]["labels"]
    (response,), (message,) = vote["responses"], vote["prompt"]
    return {
        "input": message["content"],
        "steps": response["text"].split("\n\n"),
        "mistake_index": labels.index(-1) if -1 in labels else None,
        **vote["meta"],
    }


@pytest.mark.parametrize("name", ["multistep_arithmetic", "dyck_languages"])
def test_steps_round_trip_big_bench_mistake(
    project: Project, alice: User, real_data: Path, name: str
) -> None:
    question = add_question(
        project=project, by=alice, kind="steps", title="Right?", spec={"first_error": True}
    )
    path = real_data / f"bbmistake/{name}.jsonl.gz"
    report = import_file(project=project, path=path, question=question)
    expected = rows(path)
    assert (report.votes_added, report.bad_lines) == (len(expected), 0)
    snapshot = take_snapshot(project=project, by=alice)
    assert [solution(vote) for vote in export_rows(snapshot, "votes")] == expected
    labelled = list(export_rows(snapshot, "steps"))
    assert [row["completions"] for row in labelled] == [
        row["steps"][: None if row["mistake_index"] is None else row["mistake_index"] + 1]
        for row in expected
    ]
    assert sum(not all(row["labels"]) for row in labelled) == sum(
        row["mistake_index"] is not None for row in expected
    )


def feedback(vote: Row, order: list[str]) -> Row:
    """The row of FineGrainedRLHF that an exported vote was; `order` are the file's predictions."""
    meta, texts = vote["meta"], [response["text"] for response in vote["responses"]]
    marks = vote["answer"]["marks"]
    assert {texts[mark["response"]] for mark in marks} <= {order[0]}
    return {
        **{f"prediction {n}": text for n, text in enumerate(order, start=1)},
        "passages": meta["passages"],
        "gold": meta["gold"],
        "preference": meta["preference"],
        "errors": [
            {
                "error type": mark["category"],
                "explanation": mark["note"],
                "start": mark["start"],
                "end": mark["end"],
            }
            for mark in marks
            if mark["start"] is not None
        ],
        "missing": [mark["category"] for mark in marks if mark["start"] is None],
        "corrected-prediction": meta["corrected-prediction"],
    }


def test_rating_round_trips_fine_grained_feedback(
    project: Project, alice: User, real_data: Path
) -> None:
    question = add_question(
        project=project, by=alice, kind="rating", title="What is wrong?", spec=FINE_GRAINED
    )
    path = real_data / "finegrained/dev_feedback.json.gz"
    report = import_file(project=project, path=path, question=question)
    expected = rows(path)
    assert (report.votes_added, report.bad_lines) == (500, 0)
    snapshot = take_snapshot(project=project, by=alice)
    by_question = {
        vote["prompt"][-1]["content"].split("\n")[0].removeprefix("Question: "): vote
        for vote in export_rows(snapshot, "votes")
    }
    for row in expected:
        vote = by_question[row["question"].strip().split("\n")[0]]
        order = [row[f"prediction {n}"] for n in range(1, 5)]
        assert {response["text"] for response in vote["responses"]} == set(order)
        said = row["feedback"]
        assert feedback(vote, order) == {
            **{f"prediction {n}": text for n, text in enumerate(order, start=1)},
            "passages": row["passages"],
            "gold": row["gold"],
            "preference": row["preference"],
            "errors": said["errors"],
            "missing": [item["error type"] for item in said["missing-info"]],
            "corrected-prediction": said["corrected-prediction"],
        }


def test_ranking_round_trips_the_openassistant_trees(project: Project, real_data: Path) -> None:
    project.questions.update(spec={**project.questions.get().spec, "k_max": 16})
    report = import_file(project=project, path=real_data / "oasst/en_100_tree.jsonl.gz")
    assert (report.tasks_added, report.bad_lines) == (212, 0)
    replies = 0
    for task in Task.objects.select_related("prompt"):
        assert task.recorded is not None
        assert task.meta is not None
        texts = dict(Response.objects.filter(pk__in=task.response_ids).values_list("pk", "text"))
        assert len(texts) == len(task.meta["replies"])
        by_rank = sorted(zip(task.recorded, task.response_ids, strict=True))
        ranks = sorted(reply["rank"] + 1 for reply in task.meta["replies"])
        assert [rank for rank, _ in by_rank] == ranks
        replies += len(texts)
    assert replies == 2 * 57 + 3 * 117 + 4 * 27 + 5 * 3 + 6 * 6 + 8 + 9


def test_a_vote_that_does_not_fit_the_question_is_a_bad_line(
    project: Project, alice: User, tmp_path: Path
) -> None:
    question = add_question(
        project=project, by=alice, kind="steps", title="Right?", spec={"separator": "line"}
    )
    good = {"prompt": "1 + 1?", "steps": ["Add.", "It is 2."], "separator": "line"}
    path = write_jsonl(
        tmp_path / "steps.jsonl",
        [
            {**good, "labels": [1, 1]},
            {**good, "prompt": "2 + 2?", "votes": [{"rater": "x", "answer": {"labels": [1]}}]},
            {**good, "prompt": "3 + 3?", "votes": [{"rater": "x", "answer": {"critique": "?"}}]},
        ],
    )
    report = import_file(project=project, path=path, question=question)
    assert (report.tasks_added, report.votes_added) == (1, 1)
    assert [error["line"] for error in report.errors] == [2, 3]
    assert "votes: " in str(report.errors[0]["reason"])


def test_ratings_of_a_file_follow_its_own_order_of_responses(
    project: Project, alice: User, tmp_path: Path
) -> None:
    spec = {"criteria": [{"name": "good", "about": ""}], "marks": ["wrong"], "k_max": 5}
    question = add_question(project=project, by=alice, kind="rating", title="?", spec=spec)
    texts = [f"answer {n}" for n in range(5)]
    marks = [{"response": 3, "category": "wrong", "start": 0, "end": 6, "note": ""}]
    answer = {"ratings": [[n + 1] for n in range(5)], "marks": marks}
    row = {"prompt": "?", "responses": texts, "votes": [{"rater": "x", "answer": answer}]}
    import_file(project=project, path=write_jsonl(tmp_path / "r.jsonl", [row]), question=question)
    judgment = Judgment.objects.select_related("task").get()
    said = Response.objects.in_bulk(judgment.task.response_ids)
    ordered = [said[pk].text for pk in judgment.task.response_ids]
    assert ordered != texts  # canonical order is by digest
    assert [value for (value,) in judgment.answer["ratings"]] == [
        int(text[-1]) + 1 for text in ordered
    ]
    assert ordered[judgment.answer["marks"][0]["response"]] == "answer 3"
    assert judgment.ranks == [5 - int(text[-1]) for text in ordered]


def test_a_file_is_uploaded_for_the_question_it_is_for(
    project: Project, alice: User, client_of: ClientOf
) -> None:
    question = add_question(project=project, by=alice, kind="steps", title="Right?", spec={})
    line = b'{"prompt": "1 + 1?", "steps": ["Add.", "It is 2."], "labels": [1, 1]}'
    upload = SimpleUploadedFile("s.jsonl", line)
    path = "/api/v1/projects/helpful/imports"
    sent = client_of(alice).post(path, {"file": upload, "question": question.pk})
    assert sent.status_code == 202
    assert run_import(job=Import.objects.get()).state == "done"
    assert Task.objects.get().question_id == question.pk
    refused = client_of(alice).post(
        path, {"file": SimpleUploadedFile("s.jsonl", line), "question": 10**6}
    )
    assert refused.status_code == 404
