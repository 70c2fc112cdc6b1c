"""Which two of a task's responses a comparison is about. It knows no reward model."""

from __future__ import annotations

from collections.abc import Sequence

from annotate.models import Response, Task


def places_of(compared: Sequence[tuple[int, str, str]]) -> list[list[int] | None]:
    """Of each task's id and the texts of two of its responses: where the two stand in the task,
    from 0; None where it has no others. A text stands once in a task."""
    tasks = Task.objects.in_bulk([task for task, _, _ in compared])
    ids = {pk for task in tasks.values() for pk in task.response_ids}
    text = dict(Response.objects.filter(pk__in=ids).values_list("pk", "text"))
    found: list[list[int] | None] = []
    for pk, *two in compared:
        task = tasks[pk]
        own = [text[response] for response in task.response_ids]
        found.append([own.index(one) for one in two] if task.k > 2 else None)
    return found
