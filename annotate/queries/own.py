"""A rater's own data, whole: for them to take along."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import orjson

from annotate.models import Judgment, Project, User
from annotate.queries.answers import shown_answer, stored
from annotate.queries.projects import question_as_shown


def own_lines(project: Project, rater: User) -> Iterator[bytes]:
    """Every revision of every judgment of this person in the project, oldest first, as JSON lines.
    It tells nothing that the rater's pages don't: no policy, no other rater, no known answer."""
    rows = (
        Judgment.objects.filter(rater=rater, task__question__project=project)
        .select_related("task__prompt", "task__question", "assignment")
        .order_by("pk")
    )
    for row in rows.iterator(chunk_size=500):
        row.assignment.task = row.task
        question = question_as_shown(row.assignment)
        answer = shown_answer(question, row.task.response_ids, stored(row))
        yield orjson.dumps(
            {
                "assignment": row.assignment_id,
                "question": {"title": question.title, "version": question.version},
                "prompt": row.task.prompt.messages,
                "shown": [row.task.response_ids[i] for i in row.shown],
                "answer": asdict(answer),
                "revision": row.revision,
                "late": row.late,
                "submitted_at": row.submitted_at,
                "active_ms": row.active_ms,
            },
            option=orjson.OPT_APPEND_NEWLINE,
        )
