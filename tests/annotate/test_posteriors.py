"""What a snapshot's rows say by criterion."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from annotate.actions.importing import import_file
from annotate.actions.projects import add_question
from annotate.models import Project, User
from annotate.queries.judged import judged_tasks
from tests.conftest import write_jsonl

# One vote beside the one that is spread over the three outcomes before any.
WON = pytest.approx([4 / 6, 1 / 6, 1 / 6])
LOST = pytest.approx([1 / 6, 1 / 6, 4 / 6])
TIED = pytest.approx([1 / 6, 4 / 6, 1 / 6])


def told(
    project: Project, alice: User, folder: Path, kind: str, spec: Mapping[str, Any], *answers: Any
) -> dict[str, Any]:
    """The row of a task of the responses "a" and "b" after so many raters' answers."""
    question = add_question(project=project, by=alice, kind=kind, title="How are they?", spec=spec)
    votes = [{"rater": f"r{n}", "answer": answer} for n, answer in enumerate(answers)]
    line = {"prompt": "?", "responses": ["a", "b"], "votes": votes}
    path = write_jsonl(folder / "votes.jsonl", [line])
    report = import_file(project=project, path=path, question=question)
    assert (report.votes_added, report.errors) == (len(answers), [])
    [row] = judged_tasks(project)
    assert row["question"] == "How are they?"
    return row


def seen_from_a(row: dict[str, Any], criterion: str) -> list[float | None]:
    triple: list[float | None] = row["posteriors"][criterion]
    return triple if row["responses"][0]["text"] == "a" else triple[::-1]


def test_a_comparison_has_a_posterior_for_each_criterion(
    project: Project, alice: User, tmp_path: Path
) -> None:
    spec = {"criteria": ["helpful", "harmless"], "strength": False}
    answer = {
        "criteria": {
            "helpful": {"ranks": [1, 2], "strength": None},
            "harmless": {"ranks": [2, 1], "strength": None},
        }
    }
    row = told(project, alice, tmp_path, "comparison", spec, answer)
    assert row["posterior"] == row["posteriors"]["helpful"]
    assert seen_from_a(row, "helpful") == WON
    assert seen_from_a(row, "harmless") == LOST


def test_ratings_by_a_criterion_order_the_responses_and_empty_cells_say_nothing(
    project: Project, alice: User, tmp_path: Path
) -> None:
    names = [{"name": name, "about": ""} for name in ("clear", "true", "kind")]
    spec = {"criteria": names, "optional": True}
    answer = {"ratings": [[5, 2, 3], [1, 2, None]], "marks": []}
    row = told(project, alice, tmp_path, "rating", spec, answer)
    assert row["posterior"] == [None] * 3  # means of different criteria don't compare
    assert seen_from_a(row, "clear") == WON
    assert seen_from_a(row, "true") == TIED
    assert seen_from_a(row, "kind") == [None] * 3
