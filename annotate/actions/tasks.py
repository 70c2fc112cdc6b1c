"""Makes tasks from responses that are in the corpus already: what a round of the scheduler does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from annotate.actions.corpus import Draft, ensure_tasks, lock_corpus
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
    """The new tasks in the order of `items`; None where the same task stood already."""
    project = question.project
    lock_corpus(project)
    prompts = {
        pk: bytes(digest)
        for pk, digest in Prompt.objects.filter(
            project=project, pk__in={i.prompt_id for i in items}
        ).values_list("pk", "digest")
    }
    responses = {
        (prompt, pk): bytes(digest)
        for prompt, pk, digest in Response.objects.filter(
            prompt__in=prompts, pk__in={r for i in items for r in i.response_ids}
        ).values_list("prompt_id", "pk", "digest")
    }
    known = set(
        Task.objects.filter(question=question, prompt__in=prompts).values_list("digest", flat=True)
    )
    seen = {bytes(digest) for digest in known}
    drafts = [_draft(item, prompts, responses) for item in items]
    ids = {(prompt, digest): pk for (prompt, pk), digest in responses.items()}
    written = ensure_tasks(project, question, drafts, ids, source)
    tasks = Task.objects.in_bulk(written.task_ids)
    return [
        None if draft.digest in seen else tasks[pk]
        for draft, pk in zip(drafts, written.task_ids, strict=True)
    ]


def _draft(
    item: NewTask, prompts: dict[int, bytes], responses: dict[tuple[int, int], bytes]
) -> Draft:
    """KeyError where a response is not one to this prompt in this project: the caller's mistake."""
    digests = [responses[item.prompt_id, pk] for pk in item.response_ids]
    order = tuple(sorted(range(len(digests)), key=digests.__getitem__))
    canonical = tuple(digests[i] for i in order)
    digest = task_digest(prompts[item.prompt_id], canonical)
    return Draft(item.prompt_id, digest, canonical, order, recorded=None, overlap=None)
