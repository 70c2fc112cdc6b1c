"""Makes tasks from responses that are in the corpus already: what a round of the scheduler does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from annotate.actions.corpus import TaskRow, ensure_tasks, lock_corpus
from annotate.digests import task_digest
from annotate.models import Prompt, Question, Response, Task


@dataclass(frozen=True, slots=True)
class NewTask:
    """Responses to one prompt, in any order."""

    prompt_id: int
    response_ids: Sequence[int]


@transaction.atomic
def create_tasks(
    *, question: Question, items: Sequence[NewTask], source: str = Task.Source.ROUND
) -> list[Task | None]:
    """The new tasks in the order of `items`; None where the same task stood already.

    KeyError where a response is not one to its prompt in this project: the caller's mistake.
    """
    project = question.project
    lock_corpus(project)
    prompts = dict(
        Prompt.objects.filter(project=project, pk__in={i.prompt_id for i in items}).values_list(
            "pk", "digest"
        )
    )
    responses = {
        (prompt, pk): bytes(digest)
        for prompt, pk, digest in Response.objects.filter(
            prompt__in=prompts, pk__in={r for i in items for r in i.response_ids}
        ).values_list("prompt_id", "pk", "digest")
    }
    rows = [_row(item, bytes(prompts[item.prompt_id]), responses) for item in items]
    known = Task.objects.filter(question=question, digest__in=[row.digest for row in rows])
    before = {bytes(digest) for digest in known.values_list("digest", flat=True)}
    written = ensure_tasks(project, question, rows, source)
    tasks = Task.objects.in_bulk(written.task_ids)
    return [
        None if row.digest in before else tasks[pk]
        for row, pk in zip(rows, written.task_ids, strict=True)
    ]


def _row(item: NewTask, prompt: bytes, responses: dict[tuple[int, int], bytes]) -> TaskRow:
    digest_of = {pk: responses[item.prompt_id, pk] for pk in item.response_ids}
    canonical = tuple(sorted(digest_of, key=digest_of.__getitem__))
    return TaskRow(item.prompt_id, canonical, task_digest(prompt, list(digest_of.values())))
